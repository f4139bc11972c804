//! `/instance`: what anybody may know.

use crate::harness::Server;

#[tokio::test]
async fn it_says_what_a_visitor_needs_and_nothing_more() {
    let server = Server::start().await;
    let fresh = server.nobody().get("/api/v1/instance").await.expect(200);
    assert_eq!(fresh["product_name"], "Ampere");
    assert_eq!(fresh["agent_name"], "Joule");
    assert_eq!(fresh["setup_needed"], true);
    assert_eq!(fresh["sign_up_open"], false);
    assert_eq!(fresh["sandbox_payments"], true, "on loopback");
    assert_eq!(fresh["mail"], false, "no mail server was named");
    assert_eq!(fresh.as_object().unwrap().len(), 7, "{fresh}");
    server.owner().await;
    let used = server.nobody().get("/api/v1/instance").await.expect(200);
    assert_eq!(used["setup_needed"], false);
}

#[tokio::test]
async fn test_cards_are_off_where_others_may_come_unless_the_operator_says_so() {
    let public = ("AMPERE_PUBLIC_URL", "https://ampere.example");
    let server = Server::with(&[public]).await;
    let instance = server.nobody().get("/api/v1/instance").await.expect(200);
    assert_eq!(instance["sandbox_payments"], false);
    let server = Server::with(&[public, ("AMPERE_SANDBOX_PAYMENTS", "1")]).await;
    let instance = server.nobody().get("/api/v1/instance").await.expect(200);
    assert_eq!(instance["sandbox_payments"], true);
    let server = Server::with(&[("AMPERE_LISTEN", "0.0.0.0:0")]).await;
    assert!(!server.greeting().contains("sandbox"), "{}", server.greeting());
}
