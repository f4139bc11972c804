//! How worker processes are started, watched and ended. Here the program is a small shell script
//! that keeps or breaks the worker's side of the bargain; the real worker has `local_model.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use ampere_adapters::ai::local::{
    self, LocalModel, LocalModelConfig, LocalState, LocalStatus, Patience,
};
use ampere_adapters::ai::{ChatMessage, Limits, ModelError, ModelRequest};
use ampere_adapters::secrets::SecretText;

/// A folder of its own for each test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ampere-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }

    /// Written by another process, and moved into place: a file that we hold open for writing
    /// while some other test starts a process could not be run.
    fn write(&self, name: &str, text: &str) {
        use std::io::Write;
        let path = self.file(name);
        let mut shell = std::process::Command::new("sh")
            .args(["-c", "cat > \"$0.draft\" && chmod 755 \"$0.draft\" && mv \"$0.draft\" \"$0\""])
            .arg(path)
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(shell.wait().unwrap().success());
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Says that it is ready and stays until its input ends; nothing listens on the port.
const GOOD: &str = r#"echo '{"ready":true,"port":9,"context":4096}'; read line; exit 0"#;

/// Ready too, but it ends for nothing but a kill.
const STUBBORN: &str = r#"trap '' TERM INT HUP
    echo '{"ready":true,"port":9,"context":1}'; while :; do read line; sleep 0.1; done"#;

fn start(folder: &Folder, script: &str, change: fn(&mut Patience)) -> LocalModel {
    let text = script.replace("$DIR", folder.0.to_str().unwrap());
    folder.write("worker", &format!("#!/bin/sh\n{text}\n"));
    folder.write("model", "weights");
    begin(&folder.0, change)
}

fn begin(folder: &Path, change: fn(&mut Patience)) -> LocalModel {
    let mut patience = Patience {
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(4),
        look_again: Duration::from_millis(5),
        quick_failures: 3,
        ..Patience::default()
    };
    change(&mut patience);
    local::start(LocalModelConfig {
        binary: folder.join("worker"),
        model: folder.join("model"),
        sha256: "ab".repeat(32),
        name: "small".to_owned(),
        id: "local".to_owned(),
        log: folder.join("log"),
        token: SecretText::new("the-token"),
        context_tokens: 8_192,
        max_output_tokens: 1_024,
        limits: Limits::default(),
        patience,
    })
}

fn as_it_is(_: &mut Patience) {}

async fn comes_to(local: &LocalModel, state: LocalState) -> LocalStatus {
    let status = local.until(|status| status.state == state);
    tokio::time::timeout(Duration::from_secs(20), status).await.unwrap_or_else(|_| {
        panic!("waited for {state:?}, it stands at {:?}", local.status());
    })
}

async fn call(local: &LocalModel) -> ModelError {
    let request = ModelRequest {
        call_id: "call_1".to_owned(),
        model: "local".to_owned(),
        messages: vec![ChatMessage::user("Hi")],
        max_output_tokens: 5,
        schema: None,
        steady: false,
        tools: Vec::new(),
    };
    local.model().stream(request).await.err().expect("nothing can answer here")
}

fn kill(pid: u32) {
    let killed = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(killed.unwrap().success());
}

fn alive(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[tokio::test]
async fn a_missing_file_says_what_to_do_and_is_found_once_it_is_there() {
    let folder = Folder::new("missing");
    let local = begin(&folder.0, as_it_is);
    let status = comes_to(&local, LocalState::Missing).await;
    assert!(status.detail.contains("make model"), "{}", status.detail);
    let card = local.model().card();
    assert!(!card.ready && card.state == "missing" && card.context_tokens == 8_192);
    let error = call(&local).await;
    assert_eq!(error, ModelError::NotReady { state: "missing".to_owned() });
    folder.write("worker", &format!("#!/bin/sh\n{GOOD}\n"));
    folder.write("model", "weights");
    let status = comes_to(&local, LocalState::Ready).await;
    assert!(alive(status.pid.unwrap()));
    let card = local.model().card();
    assert!(card.ready && card.state == "ready" && card.context_tokens == 4_096);
}

#[tokio::test]
async fn the_worker_gets_its_arguments_its_token_and_nothing_else() {
    let folder = Folder::new("arguments");
    let script = format!("echo \"$@\" > $DIR/args; env > $DIR/env\n{GOOD}");
    let local = start(&folder, &script, as_it_is);
    let pid = comes_to(&local, LocalState::Ready).await.pid.unwrap();
    let dir = folder.0.display();
    let expected =
        format!("--model {dir}/model --sha256 {} --name small --log {dir}/log\n", "ab".repeat(32));
    assert_eq!(folder.read("args"), expected);
    let env = folder.read("env");
    assert!(env.contains("AMPERE_WORKER_TOKEN=the-token"));
    // What a shell sets by itself is not the server's environment.
    let own = ["AMPERE_WORKER_TOKEN=", "PWD=", "SHLVL=", "_=", "OLDPWD="];
    assert!(env.lines().all(|line| own.iter().any(|name| line.starts_with(name))), "{env}");
    // The fifth field of stat is the process group: Ctrl-C on our terminal does not reach it.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let group = stat.rsplit(") ").next().unwrap().split(' ').nth(2).unwrap();
    assert_eq!(group, pid.to_string());
}

#[tokio::test]
async fn shutting_down_ends_the_worker_and_says_off() {
    let folder = Folder::new("off");
    let script = GOOD.replace("exit 0", "echo bye > $DIR/end");
    let local = start(&folder, &script, as_it_is);
    let pid = comes_to(&local, LocalState::Ready).await.pid.unwrap();
    let model = local.model();
    local.shut_down().await;
    assert!(!alive(pid));
    assert_eq!(folder.read("end"), "bye\n", "it could end in good order");
    assert_eq!(model.card().state, "off");
}

#[tokio::test]
async fn a_worker_that_does_not_end_is_killed() {
    let folder = Folder::new("stubborn");
    let local = start(&folder, STUBBORN, |p| p.farewell = Duration::from_millis(50));
    let pid = comes_to(&local, LocalState::Ready).await.pid.unwrap();
    local.shut_down().await;
    assert!(!alive(pid));
}

#[tokio::test]
async fn dropping_the_handle_ends_the_worker() {
    let folder = Folder::new("drop");
    let local = start(&folder, STUBBORN, as_it_is);
    let pid = comes_to(&local, LocalState::Ready).await.pid.unwrap();
    let model = local.model();
    drop(local);
    assert_eq!(model.card().state, "off");
    let gone = async {
        while alive(pid) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("it ends");
}

#[tokio::test]
async fn a_worker_that_keeps_failing_is_given_up_and_tried_again_on_demand() {
    let folder = Folder::new("failing");
    let script = "echo x >> $DIR/starts; echo '{\"ready\":false,\"error\":\"no memory\"}'; exit 6";
    let local = start(&folder, script, as_it_is);
    let status = comes_to(&local, LocalState::Failed).await;
    assert!(status.detail.contains("no memory"), "{}", status.detail);
    assert!(status.detail.contains("3 times"), "{}", status.detail);
    assert_eq!(folder.read("starts").lines().count(), 3);
    assert_eq!(call(&local).await, ModelError::NotReady { state: "failed".to_owned() });
    assert_eq!(folder.read("starts").lines().count(), 4, "the call was worth one more try");
    folder.write("worker", &format!("#!/bin/sh\n{GOOD}\n"));
    // Nothing listens there: but the worker runs, and the call went its way.
    assert!(matches!(call(&local).await, ModelError::NotReached { .. }));
    comes_to(&local, LocalState::Ready).await;
}

#[tokio::test]
async fn a_worker_that_dies_is_replaced_and_long_lives_are_not_held_against_it() {
    let folder = Folder::new("dying");
    let local = start(&folder, GOOD, |p| p.quick = Duration::from_millis(1));
    for _ in 0..5 {
        let pid = comes_to(&local, LocalState::Ready).await.pid.unwrap();
        let ends = local.until(|status| status.pid != Some(pid));
        tokio::pin!(ends);
        let early = tokio::time::timeout(Duration::from_millis(20), &mut ends).await;
        assert!(early.is_err(), "it lives, and for longer than a quick failure");
        kill(pid);
        let status = ends.await;
        assert_ne!(status.state, LocalState::Failed, "{}", status.detail);
    }
}

#[tokio::test]
async fn a_worker_that_dies_quickly_each_time_is_given_up() {
    let folder = Folder::new("dying-quickly");
    let script = format!("echo x >> $DIR/starts; {}", GOOD.replace("read line", ":"));
    let local = start(&folder, &script, as_it_is);
    let status = comes_to(&local, LocalState::Failed).await;
    assert!(status.detail.contains("code 0"), "{}", status.detail);
    assert_eq!(folder.read("starts").lines().count(), 3);
}

#[tokio::test]
async fn wrong_files_are_named_and_looked_at_again_only_when_they_change() {
    for (code, word) in [(4, "SHA-256"), (5, "AVX2")] {
        let folder = Folder::new(&format!("wrong-{code}"));
        let script = format!(
            "echo x >> $DIR/starts\n\
             echo '{{\"ready\":false,\"error\":\"lacks AVX2\"}}'; exit {code}"
        );
        let local = start(&folder, &script, as_it_is);
        let status = comes_to(&local, LocalState::Failed).await;
        assert!(status.detail.contains(word), "{}", status.detail);
        assert_eq!(folder.read("starts"), "x\n");
        folder.write("worker", &format!("#!/bin/sh\n{GOOD}\n"));
        comes_to(&local, LocalState::Ready).await;
        assert_eq!(folder.read("starts"), "x\n");
    }
}

#[tokio::test]
async fn whatever_a_program_says_the_server_goes_on() {
    let cases = [
        ("silent", "exit 0"),
        ("chatty", "echo hello; exit 0"),
        ("huge", "yes | tr -d '\\n' | head -c 200000; exit 1"),
        ("killed", "kill -9 $$"),
        ("hanging", "exec sleep 1000"),
    ];
    for (name, script) in cases {
        let folder = Folder::new(name);
        let local = start(&folder, script, |patience| patience.start = Duration::from_millis(300));
        let status = comes_to(&local, LocalState::Failed).await;
        assert!(!status.detail.is_empty() && status.pid.is_none(), "{name}");
        assert!(local.load().await.is_none());
    }
}

#[tokio::test]
async fn a_program_that_cannot_run_is_failed() {
    let folder = Folder::new("no-program");
    let local = start(&folder, "", as_it_is);
    folder.write("worker", "\u{7f}not a program");
    let status = comes_to(&local, LocalState::Failed).await;
    assert!(status.detail.contains("cannot run"), "{}", status.detail);
}
