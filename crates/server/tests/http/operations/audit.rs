//! The audit log, for the owner alone; and what people take with them.

use super::{Operation, all, owners, row};

pub(super) fn audit() -> Vec<Operation> {
    let (log, file) = ("/api/v1/audit-log", "/api/v1/audit-log.csv");
    vec![
        row("GET", log, None, owners(200)),
        row("GET", file, None, owners(200)),
        row("GET", "/api/v1/account/export", None, all(200)),
        row("GET", "/api/v1/organization/export", None, owners(200)),
    ]
}
