//! The server as a process: what it prints, keeps, logs, and how it ends.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::program::{Folder, Serving};

const PASSWORD: &str = "sieben gelbe Kühe";

pub fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn post(serving: &Serving, path: &str, body: Value) -> reqwest::Response {
    let url = format!("{}{path}", serving.line("Open").unwrap());
    http().post(url).json(&body).send().await.unwrap()
}

pub async fn set_up(serving: &Serving) -> reqwest::Response {
    let link = serving.line("First run").unwrap();
    let body = json!({
        "token": link.split("#token=").nth(1).unwrap(), "name": "Mia",
        "email": "mia@example.com", "password": PASSWORD, "organization_name": "Berg",
        "zone": "Europe/Berlin",
    });
    post(serving, "/api/v1/auth/setup", body).await
}

async fn log_in(serving: &Serving, password: &str) -> u16 {
    let body = json!({"email": "mia@example.com", "password": password});
    post(serving, "/api/v1/auth/login", body).await.status().as_u16()
}

fn mode(folder: &Folder, name: &str) -> u32 {
    std::fs::metadata(folder.0.join(name)).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn it_prints_where_it_is_and_ends_in_good_order_on_ctrl_c() {
    let folder = Folder::new();
    let serving = folder.serve();
    assert!(serving.line("Open").unwrap().starts_with("http://127.0.0.1:"), "{}", serving.said);
    assert!(serving.line("Data").is_some(), "{}", serving.said);
    assert!(serving.said.contains("switched off"), "{}", serving.said);
    assert_eq!(set_up(&serving).await.status().as_u16(), 201);
    assert_eq!(mode(&folder, ""), 0o700);
    assert_eq!(mode(&folder, "secret.key"), 0o600);
    assert_eq!(mode(&folder, "ampere.db"), 0o600);
    let (code, log) = serving.interrupt();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("ERROR") && !log.contains("still in use"), "{log}");
    let again = folder.serve();
    assert_eq!(again.line("First run"), None, "{}", again.said);
    assert_eq!(log_in(&again, PASSWORD).await, 200);
    again.signal("-TERM");
    assert_eq!(again.ended().0, Some(0));
}

#[tokio::test]
async fn the_log_tells_who_tried_without_secrets_and_addresses() {
    let folder = Folder::new();
    let serving = folder.serve();
    let token = serving.line("First run").unwrap().split('=').nth(1).unwrap().to_owned();
    let set = set_up(&serving).await;
    let cookie = set.headers()["set-cookie"].to_str().unwrap().to_owned();
    let login = cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    assert_eq!(log_in(&serving, "a wrong guess").await, 401);
    let url = format!("{}/api/v1/auth/logout", serving.line("Open").unwrap());
    let pair = cookie.split(';').next().unwrap();
    let evil = http().post(url).header("cookie", pair).header("origin", "https://evil.example");
    assert_eq!(evil.send().await.unwrap().status().as_u16(), 403);
    let (_, log) = serving.interrupt();
    assert!(log.contains("security: logged in user=usr_"), "{log}");
    assert!(log.contains("security: denied request=req_"), "{log}");
    assert!(log.contains("security: a log-in failed user=Some(usr_"), "{log}");
    for secret in [PASSWORD, "a wrong guess", "mia@example.com", &token, &login] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn a_password_is_reset_beside_the_running_server() {
    let folder = Folder::new();
    let serving = folder.serve();
    let set = set_up(&serving).await;
    let cookie = set.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let short = folder.run_with(&["reset-password", "mia@example.com"], "short\n");
    assert_eq!(short.status.code(), Some(1));
    let nobody = folder.run_with(&["reset-password", "ben@example.com"], "acht blaue Pferde\n");
    assert_eq!(nobody.status.code(), Some(1));
    let none = folder.run_with(&["reset-password", "mia@example.com"], "");
    assert_eq!(none.status.code(), Some(1));
    assert_eq!(log_in(&serving, PASSWORD).await, 200, "nothing was changed so far");
    let done = folder.run_with(&["reset-password", "Mia@Example.com"], "acht blaue Pferde\n");
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let url = format!("{}/api/v1/auth/me", serving.line("Open").unwrap());
    let me = http().get(url).header("cookie", cookie).send().await.unwrap();
    assert_eq!(me.status().as_u16(), 401, "the old login has ended");
    assert_eq!(log_in(&serving, PASSWORD).await, 401);
    assert_eq!(log_in(&serving, "acht blaue Pferde").await, 200);
}

#[tokio::test]
async fn the_books_are_proved_beside_the_running_server() {
    let folder = Folder::new();
    let serving = folder.serve();
    assert_eq!(set_up(&serving).await.status().as_u16(), 201);
    let proof = folder.run(&["verify"]);
    let said = String::from_utf8_lossy(&proof.stdout).into_owned();
    assert_eq!(proof.status.code(), Some(0), "{said}");
    // The trial and the allowance of background work.
    assert!(said.contains("1 organizations, 2 entries"), "{said}");
    assert!(said.contains("The books are right."), "{said}");
}

#[tokio::test]
async fn one_data_folder_has_one_server_and_one_port_has_one_program() {
    let folder = Folder::new();
    let serving = folder.serve();
    let second = folder.run(&["serve"]);
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("another server"), "{said}");
    let other = Folder::new();
    let address = serving.line("Open").unwrap().strip_prefix("http://").unwrap();
    let taken = other.command(&["serve"]).env("AMPERE_LISTEN", address).output().unwrap();
    assert_eq!(taken.status.code(), Some(1));
    let said = String::from_utf8_lossy(&taken.stderr).into_owned();
    assert!(said.contains("is taken") && said.contains("AMPERE_LISTEN="), "{said}");
}

#[tokio::test]
async fn a_secret_key_that_is_none_is_told_and_an_open_one_is_closed() {
    let folder = Folder::new();
    folder.serve().interrupt();
    std::fs::write(folder.0.join("secret.key"), "not a key").unwrap();
    let broken = folder.run(&["serve"]);
    assert_eq!(broken.status.code(), Some(1));
    let said = String::from_utf8_lossy(&broken.stderr).into_owned();
    assert!(said.contains("64 hexadecimal digits"), "{said}");
    std::fs::write(folder.0.join("secret.key"), "ab".repeat(32)).unwrap();
    std::fs::set_permissions(folder.0.join("secret.key"), PermissionsExt::from_mode(0o644))
        .unwrap();
    folder.serve().interrupt();
    assert_eq!(mode(&folder, "secret.key"), 0o600, "it was closed to others");
}
