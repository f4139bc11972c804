//! Every statement of the product: well numbered, understood by the schema, by way of an index,
//! and reached by the contract.

use ampere_store::{Statement, statements};
use rusqlite::Connection;

use crate::contract::every_body;
use crate::world::{Engine, World};

/// Lists of the whole installation, and the sweep's few open rows: read from end to end.
const WHOLE_TABLES: [&str; 5] = ["ANYBODY", "ORGANIZATIONS", "RATE_CARDS", "SETTINGS", "ORPHANS"];

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
    for statement in statements() {
        let mut highest = 0;
        for number in numbers(statement) {
            assert!(number <= highest + 1, "{}: ${number}", statement.name());
            highest = highest.max(number);
        }
        let (world, connection) = schema();
        let prepared = connection.prepare(statement.sql());
        let prepared = prepared.unwrap_or_else(|e| panic!("{}: {e}", statement.name()));
        assert_eq!(prepared.parameter_count(), highest, "{}", statement.name());
        drop(world);
    }
}

#[test]
fn no_statement_reads_a_table_from_end_to_end() {
    let (_world, connection) = schema();
    for statement in statements().iter().filter(|each| !WHOLE_TABLES.contains(&each.name())) {
        let mut plan =
            connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql())).unwrap();
        let nulls = vec![rusqlite::types::Null; plan.parameter_count()];
        let steps =
            plan.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3));
        for step in steps.unwrap().map(Result::unwrap) {
            let whole = step.starts_with("SCAN") && !step.contains("CONSTANT ROW");
            assert!(!whole, "{}: {step}\n{}", statement.name(), statement.sql());
        }
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
