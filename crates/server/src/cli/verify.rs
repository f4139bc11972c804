//! `ampere verify`: the proof of the books, printed.

use std::fmt::Write as _;

use ampere_app::App;

use super::{Failure, failed, print};

pub(super) async fn verify(app: &App) -> Result<(), Failure> {
    let report = app.verify().await.map_err(failed)?;
    let mut text = format!(
        "{} organizations, {} entries, {} runs, {} audit entries were looked at.\n",
        report.organizations, report.entries, report.runs, report.audit_entries
    );
    // Writing to a string succeeds.
    for finding in report.audit.iter().flat_map(|audit| &audit.findings) {
        let _ = writeln!(text, "  {finding}");
    }
    for difference in &report.differences {
        let _ = writeln!(text, "  {difference}");
    }
    let clean = report.clean();
    text.push_str(if clean { "The books are right.\n" } else { "The books are NOT right.\n" });
    print(&text)?;
    if clean { Ok(()) } else { Err(Failure::Failed("See the findings above.".to_owned())) }
}
