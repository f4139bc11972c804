//! Has the release build look at the web app again when it was built anew: the binary holds it.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Everyday builds read the web app from its folder while they run.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../../web/dist");
    }
}
