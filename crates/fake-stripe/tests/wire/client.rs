//! A small client of the fake for its own tests.

use fake_stripe::{FakeStripe, Handle, Options};
use reqwest::{Client, Method};
use serde_json::Value;

/// 2026-01-01T00:00:00Z, where every test begins unless it says otherwise.
pub const JAN_1: i64 = 1_767_225_600;
pub const DAY: i64 = 86_400;

pub struct Stripe {
    pub fake: Handle,
    client: Client,
}

/// Status and body.
pub type Answer = (u16, Value);

impl Stripe {
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        Stripe { fake: FakeStripe::start(options).await.unwrap(), client }
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        form: &str,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<reqwest::Response> {
        let mut request = self.client.request(method, format!("{}{path}", self.fake.base_url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !form.is_empty() {
            request = request
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(form.to_owned());
        }
        request.send().await
    }

    async fn ask(&self, method: Method, path: &str, form: &str, key: Option<&str>) -> Answer {
        let mut headers = vec![("Authorization", "Bearer sk_test_fake")];
        headers.extend(key.map(|key| ("Idempotency-Key", key)));
        let answer = self.send(method, path, form, &headers).await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn try_post(&self, path: &str, form: &str) -> Answer {
        self.ask(Method::POST, path, form, None).await
    }

    pub async fn post_under(&self, key: &str, path: &str, form: &str) -> Answer {
        self.ask(Method::POST, path, form, Some(key)).await
    }

    pub async fn post(&self, path: &str, form: &str) -> Value {
        let (status, value) = self.try_post(path, form).await;
        assert_eq!(status, 200, "{path} {form}: {value}");
        value
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, value) = self.try_get(path).await;
        assert_eq!(status, 200, "{path}: {value}");
        value
    }

    pub async fn try_get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, "", None).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, "", None).await
    }

    /// A customer whose default card is this test card.
    pub async fn customer(&self, card: &str) -> String {
        let id = id(&self.post("/v1/customers", "email=ann@example.org").await);
        self.fake.use_card(&id, card).unwrap();
        id
    }

    /// A price by month or year.
    pub async fn price(&self, cents: i64, interval: &str) -> String {
        let form = format!(
            "currency=usd&unit_amount={cents}&recurring[interval]={interval}\
             &product_data[name]=Plan{cents}"
        );
        id(&self.post("/v1/prices", &form).await)
    }

    pub async fn subscribe(&self, customer: &str, price: &str) -> Value {
        let form = format!("customer={customer}&items[0][price]={price}&items[0][quantity]=1");
        self.post("/v1/subscriptions", &form).await
    }

    pub fn object(&self, id: &str) -> Value {
        self.fake.object(id).unwrap()
    }

    /// How often an event of this kind has happened.
    pub fn count(&self, kind: &str) -> usize {
        self.fake.events().iter().filter(|event| *event == kind).count()
    }
}

pub fn id(value: &Value) -> String {
    text(value, "/id")
}

pub fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub fn int(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or(i64::MIN)
}

/// (start, end) of the subscription's present period.
pub fn period(subscription: &Value) -> (i64, i64) {
    let item = "/items/data/0/current_period";
    (int(subscription, &format!("{item}_start")), int(subscription, &format!("{item}_end")))
}

/// Amounts of an invoice's lines.
pub fn amounts(invoice: &Value) -> Vec<i64> {
    invoice["lines"]["data"].as_array().unwrap().iter().map(|line| int(line, "/amount")).collect()
}
