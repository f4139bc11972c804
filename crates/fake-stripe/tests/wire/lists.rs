//! Lists, expanding, searching, and what a history leaves.

use fake_stripe::Options;

use crate::client::{DAY, JAN_1, Stripe, id, int, text};

fn ids(list: &serde_json::Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_oldest_and_back() {
    let stripe = Stripe::start().await;
    let mut made = Vec::new();
    for at in 0..5 {
        stripe.fake.advance_to(JAN_1 + at * DAY).unwrap();
        made.insert(0, id(&stripe.post("/v1/customers", "").await));
    }
    let first = stripe.get("/v1/customers?limit=2").await;
    assert_eq!((ids(&first), &first["has_more"]), (made[..2].to_vec(), &true.into()));
    let next = stripe.get(&format!("/v1/customers?limit=3&starting_after={}", made[1])).await;
    assert_eq!((ids(&next), &next["has_more"]), (made[2..].to_vec(), &false.into()));
    let back = stripe.get(&format!("/v1/customers?limit=1&ending_before={}", made[2])).await;
    assert_eq!((ids(&back), &back["has_more"]), (made[1..2].to_vec(), &true.into()));
    let since = JAN_1 + 3 * DAY;
    let since = stripe.get(&format!("/v1/customers?created[gte]={since}")).await;
    assert_eq!(ids(&since), made[..2]);
    let exact = stripe.get(&format!("/v1/customers?created={JAN_1}")).await;
    assert_eq!(ids(&exact), made[4..]);
    for wrong in ["limit=0", "limit=101", "starting_after=cus_none", "created[about]=1"] {
        assert_eq!(stripe.try_get(&format!("/v1/customers?{wrong}")).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn ids_become_objects_where_they_can() {
    let stripe = Stripe::start().await;
    let customer = stripe.customer("pm_card_visa").await;
    let price = stripe.price(2_900, "month").await;
    let subscription = id(&stripe.subscribe(&customer, &price).await);
    let expand = "expand[0]=data.latest_invoice.payments.data.payment.payment_intent";
    let (status, error) = stripe.try_get(&format!("/v1/subscriptions?{expand}")).await;
    assert_eq!(status, 400, "{error}: more than four levels");
    let expand = "expand[0]=latest_invoice.payments&expand[1]=customer\
                  &expand[2]=customer.invoice_settings.default_payment_method";
    let found = stripe.get(&format!("/v1/subscriptions/{subscription}?{expand}")).await;
    let payment = "/latest_invoice/payments/data/0/payment/payment_intent";
    assert!(text(&found, payment).starts_with("pi_"));
    let card = "/customer/invoice_settings/default_payment_method/card/last4";
    assert_eq!(text(&found, card), "4242");
    let (status, _) = stripe.try_get(&format!("/v1/customers/{customer}?expand[]=email")).await;
    assert_eq!(status, 400);
    let invoice = text(&found, "/latest_invoice/id");
    let plain = stripe.get(&format!("/v1/invoices/{invoice}")).await;
    assert!(plain.get("payments").is_none(), "only there when asked for");
    let listed = stripe.get(&format!("/v1/invoice_payments?invoice={invoice}")).await;
    assert_eq!(int(&listed, "/data/0/amount_paid"), 2_900);
    let secret = "expand[]=confirmation_secret";
    let found = stripe.get(&format!("/v1/invoices/{invoice}?{secret}")).await;
    assert!(text(&found, "/confirmation_secret/client_secret").starts_with("pi_"));
}

#[tokio::test]
async fn a_new_customer_is_found_after_the_indexs_delay() {
    let stripe = Stripe::with(Options { search_lag: 60, ..Options::default() }).await;
    let made = id(&stripe.post("/v1/customers", "metadata[organization]=org_1").await);
    let path = "/v1/customers/search?query=metadata%5B'organization'%5D:'org_1'&limit=10";
    assert!(ids(&stripe.get(path).await).is_empty());
    stripe.fake.advance_to(JAN_1 + 60).unwrap();
    assert_eq!(ids(&stripe.get(path).await).join(","), made);
    assert!(ids(&stripe.get(&path.replace("org_1", "org_2")).await).is_empty());
    let (_, gone) = stripe.delete(&format!("/v1/customers/{made}")).await;
    assert_eq!(gone["deleted"], true);
    assert_eq!(stripe.get(&format!("/v1/customers/{made}")).await["deleted"], true);
    assert!(ids(&stripe.get("/v1/customers").await).is_empty());
}

#[tokio::test]
async fn the_same_history_leaves_the_same_books() {
    let mut dumps = Vec::new();
    for _ in 0..2 {
        let stripe = Stripe::start().await;
        let customer = stripe.customer("pm_card_visa").await;
        let price = stripe.price(2_900, "month").await;
        stripe.subscribe(&customer, &price).await;
        stripe.fake.advance_to(JAN_1 + 100 * DAY).unwrap();
        // The port is any that is free.
        dumps.push(stripe.fake.dump().replace(stripe.fake.base_url(), ""));
    }
    assert_eq!(dumps[0], dumps[1]);
    assert!(dumps[0].contains("subscription_cycle") && !dumps[0].contains("\"_"));
}
