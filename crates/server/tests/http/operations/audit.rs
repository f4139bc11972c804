//! The audit log: for the owner alone.

use super::{Operation, owners, row};

pub(super) fn audit() -> Vec<Operation> {
    let (log, file) = ("/api/v1/audit-log", "/api/v1/audit-log.csv");
    vec![row("GET", log, None, owners(200)), row("GET", file, None, owners(200))]
}
