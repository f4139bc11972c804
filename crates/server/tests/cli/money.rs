//! Who moves the money is settled before anything is served.

use std::sync::Arc;

use ampere_adapters::payments::sandbox::Sandbox;
use ampere_adapters::secrets::SecretText;
use ampere_server::data;
use ampere_server::system::System;

use crate::program::Folder;

/// What a server that does not start tells.
fn refused(folder: &Folder, settings: &[(&str, &str)]) -> String {
    let mut command = folder.command(&["serve"]);
    let output = command.envs(settings.iter().copied()).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A folder whose sandbox was moved on by ten days.
fn moved_on() -> Folder {
    let folder = Folder::new();
    data::prepare(&folder.0).unwrap();
    let secret = SecretText::new("0123456789abcdef0123456789abcdef");
    let books = data::sandbox_books(&folder.0);
    let sandbox = Sandbox::open(secret, Arc::new(System), Some(books)).unwrap();
    sandbox.move_clock(sandbox.clock().now().plus_days(10)).unwrap();
    folder
}

#[test]
fn a_clock_that_was_moved_on_is_never_set_back_by_a_switch() {
    let folder = moved_on();
    let off = ("AMPERE_SANDBOX_PAYMENTS", "no");
    assert!(refused(&folder, &[off]).contains("was moved on in the sandbox"));
    let keys = [("AMPERE_STRIPE_SECRET_KEY", "sk_test_1"), ("AMPERE_STRIPE_WEBHOOK_SECRET", "w")];
    assert!(refused(&folder, &keys).contains("was moved on in the sandbox"));
    folder.serve();
}

#[tokio::test]
async fn the_books_are_proved_on_the_clock_that_was_moved_on() {
    let folder = moved_on();
    let serving = folder.serve();
    let verified = folder.run(&["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{verified:?}");
    drop(serving);
}

#[test]
fn damaged_books_of_the_sandbox_and_a_bad_address_of_stripe_are_told() {
    let folder = Folder::new();
    data::prepare(&folder.0).unwrap();
    std::fs::write(data::sandbox_books(&folder.0), "{").unwrap();
    let told = refused(&folder, &[]);
    assert!(told.contains("sandbox.json are damaged") && told.contains("move it away"), "{told}");
    std::fs::remove_file(data::sandbox_books(&folder.0)).unwrap();
    let told = refused(
        &folder,
        &[
            ("AMPERE_STRIPE_SECRET_KEY", "sk_test_1"),
            ("AMPERE_STRIPE_WEBHOOK_SECRET", "w"),
            ("AMPERE_STRIPE_URL", "http://payments.example"),
        ],
    );
    assert!(told.contains("address"), "{told}");
}
