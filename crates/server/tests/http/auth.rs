//! `/auth`: the first-run link, sign-up, logging in and out, who am I.

use serde_json::{Value, json};

use crate::harness::{PASSWORD, Server};

fn account(name: &str) -> Value {
    json!({
        "name": name, "email": format!("{}@example.com", name.to_lowercase()),
        "password": PASSWORD, "organization_name": "New & Co", "zone": "UTC",
    })
}

fn set_up(token: &str) -> Value {
    let mut body = account("Mia");
    body["token"] = token.into();
    body
}

fn credentials(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

#[tokio::test]
async fn the_first_run_link_makes_one_operator_and_owner_and_is_dead_then() {
    let server = Server::start().await;
    let token = server.first_run_token().unwrap().to_owned();
    let mut mia = server.nobody();
    let made = mia.post("/api/v1/auth/setup", set_up(&token)).await;
    let me = made.expect(201);
    assert_eq!(me["user"]["name"], "Mia");
    assert_eq!(me["user"]["email"], "mia@example.com");
    assert_eq!(me["user"]["operator"], true);
    assert_eq!(me["role"], "owner");
    assert_eq!(me["billing_access"], true);
    assert_eq!(me["organization"]["name"], "New & Co");
    assert_eq!(mia.get("/api/v1/auth/me").await.expect(200), me);
    let again = server.nobody().post("/api/v1/auth/setup", set_up(&token)).await;
    again.problem(410, "gone");
    let credits = mia.get("/api/v1/credits").await.expect(200);
    assert_eq!(credits["total"], "1000", "the trial is there at once");
}

#[tokio::test]
async fn a_wrong_first_run_link_makes_nothing() {
    let server = Server::start().await;
    let wrong = "0".repeat(64);
    for token in ["", "x", wrong.as_str()] {
        server.nobody().post("/api/v1/auth/setup", set_up(token)).await.problem(410, "gone");
    }
    let instance = server.nobody().get("/api/v1/instance").await.expect(200);
    assert_eq!(instance["setup_needed"], true);
    server.owner().await;
}

#[tokio::test]
async fn a_restart_prints_another_first_run_link_until_somebody_has_an_account() {
    let mut server = Server::start().await;
    let first = server.first_run_token().unwrap().to_owned();
    server.restart().await;
    server.nobody().post("/api/v1/auth/setup", set_up(&first)).await.problem(410, "gone");
    server.owner().await;
    server.restart().await;
    assert_eq!(server.first_run_token(), None, "{}", server.greeting());
}

#[tokio::test]
async fn two_people_with_the_same_first_run_link_make_one_account() {
    let server = Server::start().await;
    let token = server.first_run_token().unwrap();
    let (mut one, mut other) = (server.nobody(), server.nobody());
    let mut second = set_up(token);
    second["email"] = "ben@example.com".into();
    let (a, b) = tokio::join!(
        one.post("/api/v1/auth/setup", set_up(token)),
        other.post("/api/v1/auth/setup", second),
    );
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 410]);
}

#[tokio::test]
async fn every_mistake_in_the_first_account_is_named_and_the_link_still_works() {
    let server = Server::start().await;
    let token = server.first_run_token().unwrap();
    let body = json!({
        "token": token, "name": "", "email": "mia", "password": "short",
        "organization_name": "x".repeat(81), "zone": "Mars/Olympus",
    });
    let wrong = server.nobody().post("/api/v1/auth/setup", body).await.wrong_fields();
    let expected = [
        ("/organization_name", "too_long"),
        ("/zone", "invalid_value"),
        ("/name", "required"),
        ("/email", "invalid_value"),
        ("/password", "too_short"),
    ];
    assert_eq!(wrong, expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
    server.owner().await;
}

#[tokio::test]
async fn passwords_that_are_tried_first_are_refused_and_long_ones_are_not() {
    let server = Server::start().await;
    let mut body = set_up(server.first_run_token().unwrap());
    for common in ["password1", "Ampere2026!", "mia@example.com", "12345678"] {
        body["password"] = common.into();
        let wrong = server.nobody().post("/api/v1/auth/setup", body.clone()).await.wrong_fields();
        assert_eq!(wrong, [("/password".to_owned(), "too_common".to_owned())], "{common}");
    }
    let long = "Der Mond ist aufgegangen, die goldnen Sternlein prangen 🌙🌙🌙🌙🌙🌙🌙🌙";
    assert!(long.chars().count() >= 64);
    body["password"] = long.into();
    server.nobody().post("/api/v1/auth/setup", body).await.expect(201);
    let mut mia = server.nobody();
    mia.post("/api/v1/auth/login", credentials("mia@example.com", long)).await.expect(200);
}

#[tokio::test]
async fn logging_in_gives_a_new_login_and_logging_out_ends_it() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut mia = server.nobody();
    let in_any_case = credentials(" MIA@example.com ", PASSWORD);
    let answer = mia.post("/api/v1/auth/login", in_any_case).await;
    answer.expect(200);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("ampere_login="), "{cookie}");
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age=2592000"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain http: {cookie}");
    assert_ne!(mia.cookie, owner.cookie);
    assert_eq!(mia.cookie.as_ref().unwrap().len(), "ampere_login=".len() + 64, "256 bits");
    let old = mia.clone();
    mia.post("/api/v1/auth/logout", json!({})).await.expect(204);
    assert_eq!(mia.cookie, None, "the browser forgets it");
    old.clone().get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    owner.clone().get("/api/v1/auth/me").await.expect(200);
}

#[tokio::test]
async fn with_https_the_cookie_is_one_that_no_other_host_can_set() {
    let server = Server::with(&[("AMPERE_PUBLIC_URL", "https://ampere.example/")]).await;
    let link = "https://ampere.example/setup#token=";
    assert!(server.greeting().contains(link), "{}", server.greeting());
    let token = server.first_run_token().unwrap();
    let mut mia = server.nobody();
    let answer = mia.post("/api/v1/auth/setup", set_up(token)).await;
    answer.expect(201);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-ampere_login="), "{cookie}");
    assert!(cookie.ends_with("; Secure") && !cookie.contains("Domain"), "{cookie}");
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
    mia.get("/api/v1/auth/me").await.expect(200);
    let plain = mia.cookie.as_ref().unwrap().replace("__Host-", "");
    mia.cookie = Some(plain);
    mia.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn unknown_people_get_the_same_answer_as_a_wrong_password() {
    let server = Server::start().await;
    server.owner().await;
    let bodies = [
        credentials("mia@example.com", "not her password"),
        credentials("nobody@example.com", PASSWORD),
        credentials("", ""),
    ];
    let mut answers = Vec::new();
    for body in bodies {
        let answer = server.nobody().post("/api/v1/auth/login", body).await;
        let mut problem = answer.problem(401, "wrong_credentials");
        problem["request_id"] = Value::Null;
        assert_eq!(answer.header("set-cookie"), "");
        answers.push(problem);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[tokio::test]
async fn incident_credential_stuffing_is_throttled_alike_for_known_and_unknown_people() {
    let server = Server::start().await;
    server.owner().await;
    for email in ["mia@example.com", "nobody@example.com"] {
        for _ in 0..10 {
            let body = credentials(email, "a wrong guess");
            let answer = server.nobody().post("/api/v1/auth/login", body).await;
            answer.problem(401, "wrong_credentials");
        }
        let body = credentials(email, PASSWORD);
        let answer = server.nobody().post("/api/v1/auth/login", body).await;
        let problem = answer.problem(429, "rate_limited");
        assert_eq!(problem["retryable"], true);
        let wait: i64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=901).contains(&wait), "{wait}");
    }
    server.clock.advance_seconds(901);
    let body = credentials("mia@example.com", PASSWORD);
    server.nobody().post("/api/v1/auth/login", body).await.expect(200);
}

#[tokio::test]
async fn one_address_cannot_try_one_password_on_everybody() {
    let server = Server::start().await;
    for person in 0..60 {
        let body = credentials(&format!("p{person}@example.com"), "spring 2026");
        let answer = server.nobody().post("/api/v1/auth/login", body).await;
        answer.problem(401, "wrong_credentials");
    }
    let body = credentials("fresh@example.com", "spring 2026");
    let answer = server.nobody().post("/api/v1/auth/login", body).await;
    answer.problem(429, "rate_limited");
    // Whatever is written into the header: nobody made this peer a trusted proxy.
    let mut elsewhere = server.nobody().with("x-forwarded-for", "203.0.113.9");
    let body = credentials("fresh@example.com", "spring 2026");
    elsewhere.post("/api/v1/auth/login", body).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn behind_a_trusted_proxy_people_are_told_apart_by_their_own_address() {
    let server = Server::with(&[("AMPERE_TRUSTED_PROXIES", "127.0.0.1")]).await;
    for person in 0..61 {
        let mut visitor = server.nobody().with("x-forwarded-for", "1.1.1.1, 203.0.113.9");
        let body = credentials(&format!("p{person}@example.com"), "spring 2026");
        let answer = visitor.post("/api/v1/auth/login", body).await;
        let expected = if person < 60 { 401 } else { 429 };
        answer.expect(expected);
    }
    let mut other = server.nobody().with("x-forwarded-for", "203.0.113.9, 198.51.100.7");
    let body = credentials("fresh@example.com", "spring 2026");
    other.post("/api/v1/auth/login", body).await.problem(401, "wrong_credentials");
}

#[tokio::test]
async fn sign_up_without_an_invitation_needs_the_operators_leave() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let refused = server.nobody().post("/api/v1/auth/sign-up", account("Zoe")).await;
    refused.problem(403, "forbidden_role");
    let open = json!({"sign_up_open": true});
    owner.patch("/operator/v1/settings", open).await.expect(200);
    let mut zoe = server.nobody();
    let me = zoe.post("/api/v1/auth/sign-up", account("Zoe")).await.expect(201);
    assert_eq!(me["role"], "owner");
    assert_eq!(me["user"]["operator"], false);
    assert_eq!(zoe.get("/api/v1/credits").await.expect(200)["total"], "1000");
    let taken = server.nobody().post("/api/v1/auth/sign-up", account("Zoe")).await;
    assert_eq!(taken.wrong_fields(), [("/email".to_owned(), "taken".to_owned())]);
    let mut bare = account("Ida");
    bare.as_object_mut().unwrap().remove("organization_name");
    bare.as_object_mut().unwrap().remove("zone");
    let wrong = server.nobody().post("/api/v1/auth/sign-up", bare).await.wrong_fields();
    let fields: Vec<&str> = wrong.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(fields, ["/organization_name", "/zone"]);
}

#[tokio::test]
async fn a_new_teammate_draws_on_the_same_pool_and_changes_no_credit() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let before = owner.get("/api/v1/credits").await.expect(200);
    let mut ben = server.member(&mut owner, "Ben").await;
    let me = ben.get("/api/v1/auth/me").await.expect(200);
    assert_eq!(me["role"], "member");
    assert_eq!(me["billing_access"], false);
    assert_eq!(me["user"]["operator"], false);
    assert_eq!(me["organization"]["name"], "Berg & Sons");
    let after = ben.get("/api/v1/credits").await.expect(200);
    assert_eq!(before["position"], after["position"], "no entry was booked");
    assert_eq!(before["total"], after["total"]);
    let id = me["user"]["id"].as_str().unwrap();
    owner.delete(&format!("/api/v1/members/{id}")).await.expect(204);
    let left = owner.get("/api/v1/credits").await.expect(200);
    assert_eq!(before["position"], left["position"]);
}

#[tokio::test]
async fn a_removed_person_cannot_get_in_again() {
    let server = Server::start().await;
    let mut owner = server.owner().await;
    let mut ben = server.member(&mut owner, "Ben").await;
    let me = ben.get("/api/v1/auth/me").await.expect(200);
    let id = me["user"]["id"].as_str().unwrap();
    owner.delete(&format!("/api/v1/members/{id}")).await.expect(204);
    ben.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    let right = credentials("ben@example.com", PASSWORD);
    server.nobody().post("/api/v1/auth/login", right).await.problem(410, "gone");
    let wrong = credentials("ben@example.com", "not his password");
    let answer = server.nobody().post("/api/v1/auth/login", wrong).await;
    answer.problem(401, "wrong_credentials");
}
