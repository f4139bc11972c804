//! What is done in the database: one file for each port, with its statements and the port itself.
//!
//! Written over [`crate::tx::Tx`] alone, so that every engine runs the same. Where to read on:
//! [`commit`], one commit of a pool's lane.

mod background;
mod books;
mod chat;
mod commit;
mod files;
mod inputs;
mod invitations;
mod load;
mod logins;
mod pages;
mod people;
mod pools;
mod purchases;
mod queue;
mod run_rows;
mod runs;
mod schedules;
mod settings;
mod stills;
mod tasks;
mod usage;
mod workflows;
mod writes;

use crate::tx::Statement;

/// Every statement there is.
pub(crate) fn statements() -> Vec<&'static Statement> {
    [
        background::STATEMENTS,
        books::STATEMENTS,
        chat::STATEMENTS,
        commit::STATEMENTS,
        files::STATEMENTS,
        inputs::STATEMENTS,
        invitations::STATEMENTS,
        load::STATEMENTS,
        logins::STATEMENTS,
        people::STATEMENTS,
        pools::STATEMENTS,
        purchases::STATEMENTS,
        queue::STATEMENTS,
        runs::STATEMENTS,
        schedules::STATEMENTS,
        settings::STATEMENTS,
        stills::STATEMENTS,
        tasks::STATEMENTS,
        usage::STATEMENTS,
        workflows::STATEMENTS,
        writes::STATEMENTS,
    ]
    .concat()
}
