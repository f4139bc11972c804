//! Who may do what in a conversation: the one place that decides, for messages, runs, files,
//! pictures and news alike.
//!
//! A conversation is its author's. Others may do in it what it is shared with them for, and
//! nothing else: no role opens it, and who started a run in it follows that run only as long as
//! the conversation is open to them. What opens a run that is in no conversation is
//! [`crate::runs::opens`]. Nothing here is remembered: a share that is taken away is gone at the
//! next look. Read next: `sharing`.

use ampere_credits::{OrgId, RunId, SessionId, UserId};
pub use ampere_store::rows::Access;
use ampere_store::rows::{OpenSession, RunRow, SessionRow, StepKind, StepRow};

use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::runs::{PRIVATE_TITLE, opens};

/// Whether an access is enough for what wants another.
pub(crate) fn allows(has: Access, wanted: Access) -> bool {
    let rank = |access| Access::ALL.iter().position(|each| *each == access);
    rank(has) >= rank(wanted)
}

/// What a caller may do with a run, by the conversation that it is in if it is in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunAccess {
    /// Follow it and read what it made.
    pub(crate) reads: bool,
    /// Answer what it asks, and put their hands on its browser.
    pub(crate) acts: bool,
    /// Stop it: also who sees only what it costs may do that, if they see all.
    pub(crate) stops: bool,
}

impl RunAccess {
    fn of(caller: &Caller, run: &RunRow, access: Option<Access>) -> Self {
        let starter = run.started_by == caller.user;
        let directs = caller.directs(run.started_by);
        if run.session.is_none() {
            let reads = starter || opens(caller, run);
            return RunAccess { reads, acts: reads && directs, stops: directs };
        }
        let works = caller.may(Act::StartWork).is_ok();
        let may = |wanted| access.is_some_and(|has| allows(has, wanted));
        RunAccess {
            reads: may(Access::View),
            acts: works && (may(Access::Owner) || (starter && may(Access::Edit))),
            stops: directs || (works && may(Access::Owner)),
        }
    }
}

impl App {
    /// What a caller may do in a conversation; none: it is not there for them.
    pub(crate) async fn access_to(
        &self,
        caller: &Caller,
        session: SessionId,
    ) -> crate::Done<Option<Access>> {
        Ok(self.store.access(caller.org, session, caller.user).await?)
    }

    /// Whether a caller may open a conversation, or what stays of one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn opens_session(&self, caller: &Caller, session: SessionId) -> crate::Done<bool> {
        Ok(self.access_to(caller, session).await?.is_some())
    }

    /// A conversation in which the caller may do so much.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for who may not open it, as if it were not there;
    /// [`AppError::ForbiddenRole`] for who may open it and not do that.
    pub(crate) async fn session_for(
        &self,
        caller: &Caller,
        id: SessionId,
        wanted: Access,
    ) -> crate::Done<OpenSession> {
        let access = self.access_to(caller, id).await?.ok_or(AppError::NotFound)?;
        let row = self.store.session(caller.org, id).await?.ok_or(AppError::NotFound)?;
        if !allows(access, wanted) {
            return Err(AppError::ForbiddenRole);
        }
        Ok(OpenSession { row, access })
    }

    /// What a caller may do with a run.
    pub(crate) async fn run_access(&self, caller: &Caller, run: &RunRow) -> crate::Done<RunAccess> {
        let access = match run.session {
            Some(session) => self.access_to(caller, session).await?,
            None => None,
        };
        Ok(RunAccess::of(caller, run, access))
    }

    /// Whether a person may still follow a run, with the rights that they have now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn follows(&self, org: OrgId, user: UserId, run: RunId) -> crate::Done<bool> {
        let Some(caller) = self.acting(org, user).await? else { return Ok(false) };
        match self.own_run(&caller, run).await {
            Ok(_) => Ok(true),
            Err(AppError::NotFound) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Takes out of runs what only those may see who may open their conversations.
    pub(crate) async fn hide(&self, caller: &Caller, runs: &mut [RunRow]) -> crate::Done<()> {
        let mut sessions: Vec<_> = runs.iter().filter_map(|run| run.session).collect();
        sessions.sort_unstable();
        sessions.dedup();
        if sessions.is_empty() {
            return Ok(());
        }
        let accesses = self.store.accesses(caller.org, sessions.clone(), caller.user).await?;
        for run in runs {
            let at = run.session.and_then(|session| sessions.binary_search(&session).ok());
            if at.is_some_and(|at| accesses.get(at).is_none_or(Option::is_none)) {
                make_private(run);
            }
        }
        Ok(())
    }
}

/// Leaves of a run in a conversation what everybody of the organization may know: its cost.
pub(crate) fn make_private(run: &mut RunRow) {
    if run.session.is_some() {
        run.title = PRIVATE_TITLE.to_owned();
        run.session = None;
        run.answer = None;
    }
}

/// The same of its steps: their names tell of files, pages and tools.
pub(crate) fn make_steps_private(steps: &mut [StepRow]) {
    for step in steps {
        (step.note, step.result) = (None, None);
        if step.kind != StepKind::Answer {
            step.name = step.kind.word().to_owned();
        }
    }
}

/// Whether a conversation is the caller's own. What its author allowed it to do unasked is said
/// for themselves, and nobody else says it.
pub(crate) fn is_author(caller: &Caller, session: &SessionRow) -> bool {
    session.owner == caller.user
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_access_allows_what_those_before_it_do() {
        let table = Access::ALL.iter().map(|has| {
            let allowed = Access::ALL.iter().filter(|wanted| allows(*has, **wanted));
            allowed.map(|wanted| wanted.word()).collect::<Vec<_>>()
        });
        let table: Vec<_> = table.collect();
        assert_eq!(table, [vec!["view"], vec!["view", "edit"], vec!["view", "edit", "owner"]]);
    }
}
