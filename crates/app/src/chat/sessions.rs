//! Conversations: make, list, read, rename, delete. Receipts outlive them.

use ampere_credits::{Credits, RunId, SessionId};
use ampere_store::rows::{
    Access, MessageRow, OpenSession, Page, RunFilter, RunKind, RunRow, SessionRow,
};

use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;
use crate::news::Item;

/// Title of a conversation before its first message gives it one.
pub const NEW_TITLE: &str = "New session";
/// Characters of a title that the first words of a message give.
const TITLE_FROM: usize = 60;
/// Characters of a title at most.
const TITLE_LENGTH: usize = 120;

impl App {
    /// A new conversation of the caller.
    ///
    /// # Errors
    /// A title that is too long.
    pub async fn create_session(
        &self,
        caller: &Caller,
        title: Option<String>,
    ) -> crate::Done<OpenSession> {
        caller.may(Act::StartWork)?;
        let title = match title {
            Some(title) => checked(&title)?,
            None => NEW_TITLE.to_owned(),
        };
        let now = self.now();
        let row = SessionRow {
            id: SessionId::mint(now, &*self.entropy),
            org: caller.org,
            owner: caller.user,
            owner_name: caller.name.clone(),
            titled_by_person: title != NEW_TITLE,
            title,
            summary: None,
            summarized: 0,
            allow_up_to: None,
            created_at: now,
            updated_at: now,
            credits: Credits::ZERO,
            message_count: 0,
            running: None,
            shared: false,
        };
        self.store.create_session(row.clone()).await?;
        self.news.tell(caller.org, Item::Session(row.id));
        Ok(OpenSession { row, access: Access::Owner })
    }

    /// The caller's conversations and those shared with them, latest activity first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_sessions(
        &self,
        caller: &Caller,
        page: Page,
    ) -> crate::Done<Vec<OpenSession>> {
        Ok(self.store.sessions(caller.org, caller.user, page).await?)
    }

    /// The cursor of the page after a conversation.
    pub fn session_cursor(&self, row: &SessionRow) -> String {
        self.store.session_cursor(row)
    }

    /// One conversation that the caller may open.
    ///
    /// # Errors
    /// [`AppError::NotFound`], for other people's too.
    pub async fn get_session(&self, caller: &Caller, id: SessionId) -> crate::Done<OpenSession> {
        self.session_for(caller, id, Access::View).await
    }

    /// Gives a conversation another title.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::ForbiddenRole`] for who may only read it, a title that
    /// is empty or too long.
    pub async fn rename_session(
        &self,
        caller: &Caller,
        id: SessionId,
        title: &str,
    ) -> crate::Done<OpenSession> {
        let title = checked(title)?;
        self.session_for(caller, id, Access::Edit).await?;
        self.store.rename_session(caller.org, id, &title, self.now()).await?;
        self.news.tell(caller.org, Item::Session(id));
        self.get_session(caller, id).await
    }

    /// Deletes a conversation and what was said in it, for everybody; its runs and receipts stay.
    ///
    /// # Errors
    /// [`AppError::NotFound`]; [`AppError::ForbiddenRole`] for who may not share it; a conflict
    /// while an answer is being written.
    pub async fn delete_session(&self, caller: &Caller, id: SessionId) -> crate::Done<()> {
        let row = self.session_for(caller, id, Access::Owner).await?.row;
        if row.running.is_some() {
            return Err(AppError::Conflict("stop the running answer first"));
        }
        let shares = self.store.shares(caller.org, id).await?;
        self.store.delete_session(caller.org, id, self.now()).await?;
        self.news.tell(caller.org, Item::Session(id));
        for share in shares {
            self.news.tell(caller.org, Item::Lost(share.user, Some(id)));
        }
        Ok(())
    }

    /// What was said, oldest first; of an answer that is being written, what there is now.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn list_messages(
        &self,
        caller: &Caller,
        id: SessionId,
    ) -> crate::Done<Vec<MessageRow>> {
        self.get_session(caller, id).await?;
        let mut messages = self.store.messages(caller.org, id).await?;
        for message in &mut messages {
            let feed = message.run.and_then(|run| self.feeds.of(run));
            if let Some(feed) = feed
                && message.author == ampere_store::rows::Author::Assistant
            {
                message.text = feed.text();
            }
        }
        Ok(messages)
    }

    /// The runs that answer in a conversation that the caller may open, newest first, at most 200.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn session_runs(&self, caller: &Caller, id: SessionId) -> crate::Done<Vec<RunRow>> {
        self.get_session(caller, id).await?;
        let kind = Some(RunKind::Message);
        let filter = RunFilter { session: Some(id), kind, ..RunFilter::default() };
        Ok(self.store.runs(caller.org, filter, Page { before: None, limit: 200 }).await?)
    }

    /// What a run that the caller may follow has written, as it is kept.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn answer_of(&self, caller: &Caller, run: RunId) -> crate::Done<Answered> {
        let run = self.own_run(caller, run).await?;
        let messages = match run.session {
            Some(session) => self.store.messages(caller.org, session).await?,
            None => Vec::new(),
        };
        let answer = messages.into_iter().find(|message| Some(message.id) == run.answer);
        Ok(Answered { text: answer.map(|message| message.text).unwrap_or_default(), run })
    }
}

/// A run and what it has written.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The run.
    pub run: RunRow,
    /// Its answer.
    pub text: String,
}

fn checked(title: &str) -> crate::Done<String> {
    let title = title.trim();
    if title.is_empty() {
        return Err(AppError::field("/title", "required", "give it a title"));
    }
    if title.chars().count() > TITLE_LENGTH {
        let detail = format!("at most {TITLE_LENGTH} characters");
        return Err(AppError::field("/title", "too_long", detail));
    }
    Ok(title.to_owned())
}

/// A title from the first words of a message.
pub(super) fn title_from(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(NEW_TITLE);
    let Some((end, next)) = line.char_indices().nth(TITLE_FROM) else { return line.to_owned() };
    // No word is cut that has not itself filled most of it.
    let begun = &line[..end + next.len_utf8()];
    let blank = begun.rfind(char::is_whitespace).filter(|at| *at > end / 2);
    format!("{}…", line[..blank.unwrap_or(end)].trim_end_matches([' ', ',', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_words_and_cuts_none_of_them() {
        let sixty = "a".repeat(60);
        for (text, title) in [
            ("\n  How deep?\nAnd why?", "How deep?".to_owned()),
            ("  ", NEW_TITLE.to_owned()),
            (sixty.as_str(), sixty.clone()),
            (
                "Write a long story about a lighthouse keeper and a storm, with many details.",
                "Write a long story about a lighthouse keeper and a storm…".to_owned(),
            ),
            (&format!("{} and", "a".repeat(60)), format!("{}…", "a".repeat(60))),
            (&"é".repeat(61), format!("{}…", "é".repeat(60))),
        ] {
            assert_eq!(title_from(text), title);
        }
    }
}
