//! The web app's files and the headers that protect it (security check S28).

use std::path::Path;

use crate::harness::Server;

fn is_built() -> bool {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist/index.html")).exists()
}

fn nonce(policy: &str) -> Option<&str> {
    policy.split("'nonce-").nth(1)?.split('\'').next()
}

#[tokio::test]
async fn every_address_that_is_no_file_is_the_app_with_a_nonce_of_its_own() {
    let server = Server::start().await;
    let mut visitor = server.nobody();
    let mut nonces = Vec::new();
    for path in ["/", "/usage", "/sessions/ses_1", "/setup"] {
        let page = visitor.get(path).await;
        assert_eq!(page.status.as_u16(), 200, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(!page.text.contains("__CSP_NONCE__"), "{path}");
        if !is_built() {
            assert!(page.text.contains("make run"), "{}", page.text);
            continue;
        }
        assert_eq!(page.header("cache-control"), "no-store");
        let nonce = nonce(page.header("content-security-policy")).unwrap().to_owned();
        assert!(page.text.contains(&format!("nonce=\"{nonce}\"")), "{path}");
        assert!(!nonces.contains(&nonce), "used twice");
        nonces.push(nonce);
    }
}

#[tokio::test]
async fn pages_and_answers_carry_protective_headers() {
    let server = Server::start().await;
    for path in ["/", "/api/v1/instance", "/api/v1/nothing", "/help/problems/gone"] {
        let answer = server.nobody().get(path).await;
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        for word in ["unsafe-inline", "unsafe-eval", "*", "http:"] {
            assert!(!policy.contains(word), "{path}: {policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "plain http");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn files_come_compressed_and_stay_in_the_browsers_cache() {
    let server = Server::start().await;
    let page = server.nobody().get("/").await;
    let Some(script) = page.text.split("src=\"/assets/").nth(1) else {
        assert!(!is_built(), "{}", page.text);
        return;
    };
    let path = format!("/assets/{}", script.split('"').next().unwrap());
    let plain = server.nobody().get(&path).await;
    assert_eq!(plain.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
    let mut packed = Vec::new();
    for (asked, given) in [("gzip", "gzip"), ("gzip, br", "br"), ("br;q=0, gzip", "gzip")] {
        let answer = server.nobody().with("accept-encoding", asked).get(&path).await;
        assert_eq!(answer.header("content-encoding"), given, "{asked}");
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert_eq!(answer.header("etag"), plain.header("etag"));
        packed.push(answer.header("content-length").parse::<usize>().unwrap());
    }
    assert!(packed.iter().all(|bytes| *bytes < plain.text.len()), "{packed:?}");
    let again = server.nobody().with("if-none-match", plain.header("etag")).get(&path).await;
    assert_eq!(again.status.as_u16(), 304);
    assert!(again.text.is_empty());
}

#[tokio::test]
async fn nothing_outside_of_the_build_can_be_had() {
    let server = Server::start().await;
    let mut visitor = server.nobody();
    for path in ["/assets/none.js", "/assets/../../Cargo.toml", "/assets/%2e%2e/index.html"] {
        let answer = visitor.get(path).await;
        assert!(!answer.text.contains("[package]"), "{path}: {}", answer.text);
        assert!(matches!(answer.status.as_u16(), 200 | 404), "{path}");
    }
    for path in ["/%2e%2e/%2e%2e/Cargo.toml", "/..%2f..%2fCargo.toml", "//etc/passwd"] {
        let answer = visitor.get(path).await;
        assert!(!answer.text.contains("[workspace]") && !answer.text.contains("root:"), "{path}");
    }
    visitor.post("/usage", serde_json::json!({})).await.expect_status(405);
}
