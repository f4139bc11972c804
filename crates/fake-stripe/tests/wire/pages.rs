//! Hosted pages, played by the test.

use crate::client::{DAY, JAN_1, Stripe, id, int, text};

const BACK: &str = "success_url=https://example.org/back&allowed_payment_method_types[0]=card";

async fn payment_page(stripe: &Stripe, customer: &str) -> String {
    let form = format!(
        "mode=payment&customer={customer}&client_reference_id=ck_1&{BACK}\
         &line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=5000\
         &line_items[0][price_data][product_data][name]=Credits&line_items[0][quantity]=1\
         &payment_intent_data[setup_future_usage]=off_session\
         &payment_intent_data[metadata][reference]=ck_1"
    );
    id(&stripe.post("/v1/checkout/sessions", &form).await)
}

#[tokio::test]
async fn a_declined_page_stays_open_and_is_paid_with_another_card() {
    let stripe = Stripe::start().await;
    let customer = id(&stripe.post("/v1/customers", "").await);
    let page = payment_page(&stripe, &customer).await;
    let error = stripe.fake.pay_page(&page, "pm_card_chargeDeclinedExpiredCard", true).unwrap_err();
    assert_eq!(text(&error, "/code"), "expired_card");
    let intent = stripe.fake.objects("payment_intent").remove(0);
    assert_eq!(text(&intent, "/status"), "requires_payment_method");
    assert_eq!(text(&intent, "/metadata/reference"), "ck_1");
    let error = stripe.fake.pay_page(&page, "pm_card_authenticationRequired", false).unwrap_err();
    assert_eq!(text(&error, "/code"), "payment_intent_authentication_failure");
    assert_eq!(text(&stripe.object(&page), "/status"), "open");
    let paid = stripe.fake.pay_page(&page, "pm_card_authenticationRequired", true).unwrap();
    assert_eq!(text(&paid, "/payment_status"), "paid");
    assert_eq!(text(&paid, "/payment_intent"), id(&intent), "the same payment, in the end");
    assert_eq!(stripe.count("checkout.session.completed"), 1);
    let saved = stripe.get(&format!("/v1/payment_methods?customer={customer}&type=card")).await;
    assert_eq!(saved["data"].as_array().unwrap().len(), 1);
    assert!(stripe.object(&customer)["invoice_settings"]["default_payment_method"].is_null());
    assert!(stripe.fake.objects("invoice").is_empty());
    assert!(stripe.fake.pay_page(&page, "pm_card_visa", true).is_err(), "paid once");
}

#[tokio::test]
async fn a_page_is_open_for_a_day() {
    let stripe = Stripe::start().await;
    let customer = id(&stripe.post("/v1/customers", "").await);
    let page = payment_page(&stripe, &customer).await;
    let other = payment_page(&stripe, &customer).await;
    stripe.post(&format!("/v1/checkout/sessions/{other}/expire"), "").await;
    stripe.fake.advance_to(JAN_1 + DAY - 1).unwrap();
    assert_eq!(text(&stripe.object(&page), "/status"), "open");
    stripe.fake.advance_to(JAN_1 + DAY).unwrap();
    assert_eq!(text(&stripe.object(&page), "/status"), "expired");
    assert_eq!(stripe.count("checkout.session.expired"), 2);
}

#[tokio::test]
async fn a_subscription_begins_with_its_payment_only() {
    let stripe = Stripe::start().await;
    let customer = id(&stripe.post("/v1/customers", "").await);
    let price = stripe.price(2_900, "month").await;
    let form = format!(
        "mode=subscription&customer={customer}&{BACK}&line_items[0][price]={price}\
         &line_items[0][quantity]=1&subscription_data[metadata][reference]=ck_2\
         &subscription_data[billing_mode][type]=classic"
    );
    let page = id(&stripe.post("/v1/checkout/sessions", &form).await);
    for card in ["pm_card_chargeDeclined", "pm_card_chargeCustomerFail"] {
        let error = stripe.fake.pay_page(&page, card, true).unwrap_err();
        assert_eq!(text(&error, "/decline_code"), "generic_decline");
    }
    assert!(stripe.fake.pay_page(&page, "pm_card_authenticationRequired", false).is_err());
    assert!(stripe.fake.objects("subscription").is_empty());
    assert!(stripe.fake.objects("invoice").is_empty());
    let paid = stripe.fake.pay_page(&page, "pm_card_authenticationRequired", true).unwrap();
    let subscription = stripe.object(&text(&paid, "/subscription"));
    assert_eq!(text(&subscription, "/status"), "active");
    assert_eq!(text(&subscription, "/metadata/reference"), "ck_2");
    let card = text(&subscription, "/default_payment_method");
    assert_eq!(text(&stripe.object(&card), "/customer"), customer);
    let invoice = stripe.object(&text(&subscription, "/latest_invoice"));
    let reference = "/parent/subscription_details/metadata/reference";
    assert_eq!(text(&invoice, reference), "ck_2");
}

#[tokio::test]
async fn a_card_is_saved_and_another_is_chosen_on_the_portal() {
    let stripe = Stripe::start().await;
    let customer = id(&stripe.post("/v1/customers", "").await);
    let form =
        format!("mode=setup&customer={customer}&{BACK}&setup_intent_data[metadata][reference]=c");
    let page = stripe.post("/v1/checkout/sessions", &form).await;
    assert_eq!(text(&page, "/payment_status"), "no_payment_required");
    let error = stripe.fake.pay_page(&id(&page), "pm_card_chargeDeclined", true).unwrap_err();
    assert_eq!(text(&error, "/code"), "card_declined");
    stripe.fake.pay_page(&id(&page), "pm_card_authenticationRequiredOnSetup", true).unwrap();
    let setups = stripe.get(&format!("/v1/setup_intents?customer={customer}")).await;
    let setup = &setups["data"][0];
    assert_eq!(text(setup, "/metadata/reference"), "c");
    let card = text(setup, "/payment_method");
    let form = format!("invoice_settings[default_payment_method]={card}");
    stripe.post(&format!("/v1/customers/{customer}"), &form).await;
    // Confirmed once, its bank does not ask again.
    let price = stripe.price(2_900, "month").await;
    let subscription = stripe.subscribe(&customer, &price).await;
    assert_eq!(text(&subscription, "/status"), "active");
    let form = format!("customer={customer}&flow_data[type]=payment_method_update");
    let portal = stripe.post("/v1/billing_portal/sessions", &form).await;
    assert_eq!(text(&portal, "/flow/type"), "payment_method_update");
    let chosen = stripe.fake.use_card(&customer, "pm_card_amex").unwrap();
    let default = "/invoice_settings/default_payment_method";
    assert_eq!(text(&stripe.object(&customer), default), id(&chosen));
    let stranger = id(&stripe.post("/v1/customers", "").await);
    let form = format!("invoice_settings[default_payment_method]={}", id(&chosen));
    let (status, _) = stripe.try_post(&format!("/v1/customers/{stranger}"), &form).await;
    assert_eq!(status, 400, "another's card");
    stripe.post(&format!("/v1/payment_methods/{}/detach", id(&chosen)), "").await;
    assert!(stripe.object(&customer)["invoice_settings"]["default_payment_method"].is_null());
    let form = format!("customer={customer}");
    let again = format!("/v1/payment_methods/{}/attach", id(&chosen));
    assert_eq!(stripe.try_post(&again, &form).await.0, 400, "detached for good");
    assert_eq!(int(&stripe.object(&id(&chosen)), "/card/exp_year"), 2_034);
}
