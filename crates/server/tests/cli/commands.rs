//! Commands that do one thing and end.

use crate::program::Folder;

fn out(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn it_says_its_version_and_what_there_is() {
    let folder = Folder::new();
    let version = folder.run(&["version"]);
    assert_eq!(out(&version), format!("ampere {}\n", env!("CARGO_PKG_VERSION")));
    let help = folder.run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for word in ["reset-password EMAIL", "verify", "AMPERE_LISTEN", "AMPERE_DATA"] {
        assert!(out(&help).contains(word), "{word}");
    }
    assert!(!folder.0.exists(), "asking makes nothing");
}

#[test]
fn the_api_document_is_printed_and_nothing_else() {
    let printed = Folder::new().run(&["openapi"]);
    assert_eq!(out(&printed), ampere_server::http::document());
    assert_eq!(err(&printed), "");
}

#[test]
fn used_wrongly_it_ends_with_two() {
    let folder = Folder::new();
    for arguments in [["fly"].as_slice(), &["reset-password"], &["serve", "--port", "1"]] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains("ampere --help"), "{}", err(&output));
    }
}

#[test]
fn a_wrong_configuration_is_told_before_anything_starts() {
    let folder = Folder::new();
    let mut command = folder.command(&["serve"]);
    let output = command.env("AMPERE_LISTEN", "everywhere").env("AMPERE_PORT", "1").output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("AMPERE_LISTEN must be"), "{}", err(&output));
    assert!(err(&output).contains("AMPERE_PORT: there is no such setting"), "{}", err(&output));
    assert!(!folder.0.exists(), "nothing was made");
}

#[test]
fn the_configuration_is_shown_without_its_secrets() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("ampere.toml"), "max_streams = 7\n").unwrap();
    let mut command = folder.command(&["config"]);
    let key = "5e".repeat(32);
    let output = command.env("AMPERE_SECRET_KEY", &key).output().unwrap();
    let shown = out(&output);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(!shown.contains(&key), "{shown}");
    let line = |word: &str| shown.lines().find(|line| line.starts_with(word)).unwrap().to_owned();
    assert!(line("secret_key").contains("set") && line("secret_key").ends_with("# environment"));
    assert!(line("max_streams").contains('7') && line("max_streams").ends_with("# file"));
    assert!(line("max_requests").ends_with("# default"));
}

#[test]
fn without_a_database_there_is_nothing_to_reset_or_verify() {
    let folder = Folder::new();
    for arguments in [["verify"].as_slice(), &["reset-password", "mia@example.com"]] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(err(&output).contains("There is no database"), "{}", err(&output));
    }
    assert!(!folder.0.exists());
}
