//! What is done in the database: one file for each port, with its statements and the port itself.
//!
//! Written over [`crate::tx::Tx`] alone, so that every engine runs the same. Where to read on:
//! [`commit`], one commit of a pool's lane.

mod audit;
mod background;
mod billing;
mod books;
mod chat;
mod closing;
mod commit;
mod erasure;
mod files;
mod hooks;
mod inputs;
mod invitations;
mod load;
mod logins;
mod mails;
mod notices;
mod pages;
mod payments;
mod people;
mod pools;
mod purchases;
mod queue;
mod recharge;
mod resets;
mod run_rows;
mod runs;
mod schedules;
mod settings;
mod shares;
mod stills;
mod takeout;
mod tasks;
mod team;
mod usage;
mod workflows;
mod writes;

use crate::tx::Statement;

/// Every statement there is.
pub(crate) fn statements() -> Vec<&'static Statement> {
    [
        audit::STATEMENTS,
        background::STATEMENTS,
        billing::STATEMENTS,
        books::STATEMENTS,
        chat::STATEMENTS,
        closing::STATEMENTS,
        commit::STATEMENTS,
        erasure::STATEMENTS,
        files::STATEMENTS,
        hooks::STATEMENTS,
        inputs::STATEMENTS,
        invitations::STATEMENTS,
        load::STATEMENTS,
        logins::STATEMENTS,
        mails::STATEMENTS,
        payments::STATEMENTS,
        notices::STATEMENTS,
        people::STATEMENTS,
        pools::STATEMENTS,
        purchases::STATEMENTS,
        queue::STATEMENTS,
        recharge::STATEMENTS,
        resets::STATEMENTS,
        runs::STATEMENTS,
        schedules::STATEMENTS,
        settings::STATEMENTS,
        shares::STATEMENTS,
        stills::STATEMENTS,
        takeout::STATEMENTS,
        tasks::STATEMENTS,
        team::STATEMENTS,
        usage::STATEMENTS,
        workflows::STATEMENTS,
        writes::STATEMENTS,
    ]
    .concat()
}
