//! What is done in the database: one file for each port, with its statements and the port itself.
//!
//! Written over [`crate::tx::Tx`] alone, so that every engine runs the same. Where to read on:
//! [`commit`], one commit of a pool's lane.

mod books;
mod chat;
mod commit;
mod invitations;
mod load;
mod logins;
mod pages;
mod people;
mod pools;
mod purchases;
mod run_rows;
mod runs;
mod settings;
mod usage;
mod writes;

use crate::tx::Statement;

/// Every statement there is.
pub(crate) fn statements() -> Vec<&'static Statement> {
    [
        books::STATEMENTS,
        chat::STATEMENTS,
        commit::STATEMENTS,
        invitations::STATEMENTS,
        load::STATEMENTS,
        logins::STATEMENTS,
        people::STATEMENTS,
        pools::STATEMENTS,
        purchases::STATEMENTS,
        runs::STATEMENTS,
        settings::STATEMENTS,
        usage::STATEMENTS,
        writes::STATEMENTS,
    ]
    .concat()
}
