//! Every statement of the product: well numbered, understood by the schema, by way of an index,
//! and reached by the contract.

use ampere_store::{Statement, statements};
use rusqlite::Connection;

use crate::contract::every_body;
use crate::world::{Engine, World};

/// What lists a whole installation reads it from end to end.
const WHOLE_TABLES: [&str; 16] = [
    "ANYBODY",
    "CLOSED",
    "ERASE_OPERATORS",
    "ERASE_OTHERS",
    "ERASE_WHERE",
    "FORGET_NOTICES",
    "JOBS",
    "ORGANIZATIONS",
    "ORPHANS",
    "PAYERS",
    "PLAN_VERSIONS",
    "RATE_CARDS",
    "RECHARGING",
    "SCHEDULES_SHORT",
    "SETTINGS",
    "WAITING_ORGS",
];

/// What lists all of one organization; `ALL_…` is for its audit.
const WHOLE_ORGANIZATION: [&str; 20] = [
    "ALL_CHARGED",
    "ALL_HOLDS",
    "ALL_KEYS",
    "ALL_RATED",
    "ATTEMPTS",
    "FIRST_WAITING",
    "GRANTS",
    "INVITATIONS",
    "JOBS_WAITING",
    "MARKS",
    "MEMBERS",
    "MONEY_ENTRIES",
    "NOTICE_WISHES",
    "PAYMENTS",
    "PAYMENT_GRANTS",
    "PLAN_PERIODS",
    "QUEUE",
    "SCHEDULES",
    "SUBSCRIPTIONS",
    "WORKFLOWS",
];

fn schema() -> (World, Connection) {
    let world = World::sqlite();
    let connection = Connection::open(world.folder.database()).unwrap();
    (world, connection)
}

/// The numbers of a statement's parameters, in the order of their text.
fn numbers(statement: &Statement) -> Vec<usize> {
    let parts = statement.sql().split('$').skip(1);
    let digits = parts.map(|part| part.chars().take_while(char::is_ascii_digit).collect());
    digits.map(|digits: String| digits.parse().unwrap()).collect()
}

#[test]
fn parameters_are_numbered_in_order_of_first_appearance() {
    let (_world, connection) = schema();
    for statement in statements() {
        let mut highest = 0;
        for number in numbers(statement) {
            assert!(number <= highest + 1, "{}: ${number}", statement.name());
            highest = highest.max(number);
        }
        let prepared = connection.prepare(statement.sql());
        let prepared = prepared.unwrap_or_else(|e| panic!("{}: {e}", statement.name()));
        assert_eq!(prepared.parameter_count(), highest, "{}", statement.name());
    }
}

/// What is asked before anybody's organization is known, or over all of them.
const OVER_ALL: [&str; 29] = [
    "ACCEPT",
    "BY_TOKEN",
    "CLOSED",
    "CUSTOMERS",
    "CUSTOMER_ORG",
    "END_LOGIN",
    "END_LOGINS",
    "ERASE_INVITED",
    "ERASE_LOGINS",
    "ERASE_OWNS",
    "EXPIRIES_DUE",
    "FORGET_NOTICES",
    "FORGET_STILLS",
    "HOLDS_DUE",
    "HOME",
    "JOBS",
    "LOGINS",
    "MEMBERSHIPS",
    "OPEN_BY_TOKEN",
    "ORPHANS",
    "OVERDUE_WAITING",
    "PAYERS",
    "RECHARGING",
    "SCHEDULES_DUE",
    "SCHEDULES_SHORT",
    "TOUCH",
    "TOUCH_MEMBER",
    "UNPAID_CHECKOUTS",
    "WAITING_ORGS",
];

/// Tables of the whole installation.
const OF_ALL: [&str; 9] = [
    "hooks",
    "mails",
    "organizations",
    "password_resets",
    "plan_versions",
    "rate_cards",
    "replies",
    "settings",
    "users",
];

#[test]
fn every_other_statement_is_of_one_organization() {
    for statement in statements().iter().filter(|each| !OVER_ALL.contains(&each.name())) {
        let sql = statement.sql();
        let words: Vec<_> = sql.split_whitespace().collect();
        let after = |word: &&[&str]| ["FROM", "INTO", "UPDATE"].contains(&word[0]);
        let table = words.windows(2).find(after).unwrap()[1];
        let one = sql.contains("org = $") || sql.contains("(org, ") || sql.contains("(id, org, ");
        assert!(one || OF_ALL.contains(&table), "{}: {sql}", statement.name());
    }
}

#[test]
fn no_statement_changes_the_audit_log_or_takes_from_it() {
    for statement in statements().iter().filter(|each| each.sql().contains("audit_log")) {
        let first = statement.sql().split_whitespace().next().unwrap();
        let adds = first == "INSERT" && !statement.sql().contains("ON CONFLICT");
        assert!(first == "SELECT" || adds, "{}: {}", statement.name(), statement.sql());
    }
}

/// The steps of SQLite's plan for a statement.
fn plan(connection: &Connection, statement: &Statement) -> Vec<String> {
    let asked = format!("EXPLAIN QUERY PLAN {}", statement.sql());
    let mut plan = connection.prepare(&asked).unwrap();
    let nulls = vec![rusqlite::types::Null; plan.parameter_count()];
    let steps = plan.query_map(rusqlite::params_from_iter(nulls), |row| row.get(3));
    steps.unwrap().map(Result::unwrap).collect()
}

#[test]
fn no_statement_reads_more_than_it_gives() {
    let (_world, connection) = schema();
    for statement in statements() {
        let name = statement.name();
        for step in plan(&connection, statement) {
            let table = step.starts_with("SCAN") && !step.contains("CONSTANT ROW");
            // One row, or the few that are open.
            let small = ["SEARCH pools", "SEARCH audit_heads", "SEARCH recharges", "_open (org=?)"];
            let small = small.iter().any(|words| step.contains(words));
            let organization = step.contains(" (org=?)") && !small;
            let may = [&WHOLE_ORGANIZATION[..], &WHOLE_TABLES[..]].concat();
            // Who deletes an organization, or a person in it, goes through all of it.
            let goes = name.starts_with("CLOSE_") || name.starts_with("ERASE_");
            let fine = !(table || (organization && !goes)) || may.contains(&name);
            assert!(fine, "{name}: {step}\n{}", statement.sql());
        }
    }
}

/// Which index finds what: a way that works too, by a longer list, would be slow one day.
const FOUND_BY: [(&str, &str); 17] = [
    ("RUNS", "PRIMARY KEY (org=? AND id<?)"),
    ("RUNS_OF_KIND", "runs_of_kind (org=? AND kind=? AND id<?)"),
    ("RUNS_OF_SUBJECT", "runs_of_subject (org=? AND subject=? AND id<?)"),
    ("RUNS_OF_SCHEDULE", "runs_of_schedule (org=? AND schedule=? AND id<?)"),
    ("RUNS_OF_SESSION", "runs_of_session (org=? AND session=? AND id<?)"),
    ("RUNS_OF_MEMBER", "runs_of_member (org=? AND started_by=? AND id<?)"),
    ("RUNS_BY_CREDITS", "runs_by_credits (org=? AND charged>? AND (charged,id)<(?,?))"),
    ("RUNS_UNENDED", "runs_unended (org=? AND id<?)"),
    ("CHARGES", "runs_alike (org=? AND kind=? AND subject=? AND model=?)"),
    ("LAST_RESULT", "tasks_by_inputs (org=? AND inputs_hash=? AND run<?)"),
    ("FIRST_WAITING", "queue_in_order (org=?)"),
    ("OVERDUE_WAITING", "queue_by_age (since<?)"),
    ("SCHEDULES_DUE", "schedules_due (next_at<?)"),
    ("SCHEDULES_SHORT", "INDEX schedules_short"),
    ("JOBS", "INDEX jobs_by_age"),
    ("SESSIONS", "sessions_by_activity (org=? AND owner=? AND (updated_at,id)<(?,?))"),
    ("SESSIONS_SHARED", "shares_by_activity (org=? AND user_id=? AND (active_at,session)<(?,?))"),
];

#[test]
fn lists_are_found_by_their_own_index_and_come_sorted() {
    let (_world, connection) = schema();
    for (name, index) in FOUND_BY {
        let all = statements();
        let statement = all.iter().find(|each| each.name() == name).unwrap();
        let plan = plan(&connection, statement);
        assert!(plan.iter().any(|step| step.contains(index)), "{name}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{name}: {plan:#?}");
    }
}

#[tokio::test]
async fn every_statement_is_reached_by_the_contract() {
    for engine in Engine::ALL {
        every_body(*engine).await;
    }
    let all = statements();
    let missed: Vec<_> = all.iter().filter(|each| !each.reached()).map(|each| each.sql()).collect();
    assert!(missed.is_empty(), "never run: {missed:#?}");
    println!("{} statements, all reached", all.len());
}
