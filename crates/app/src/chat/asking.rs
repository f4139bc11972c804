//! What a person sends: a question or an answer to try again, its effort, its files. Checked here.

use ampere_credits::{Credits, FileId, MessageId, SessionId};
use ampere_store::rows::{Author, FileRow, MessageRow};

use crate::agent::Effort;
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;

/// Bytes of a question at most.
const LONGEST_QUESTION: usize = 200_000;
/// Files of one message.
const MOST_ATTACHMENTS: usize = 5;

/// What a person sends.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// A new question, or
    pub text: Option<String>,
    /// an answer that is to be tried again, with the files of its question.
    pub retry_of: Option<MessageId>,
    /// The model; the default one without.
    pub model: Option<String>,
    /// How much Joule may do for it.
    pub effort: Effort,
    /// The caller's own files; none where an answer is tried again.
    pub attachments: Vec<FileId>,
    /// It may hold and be charged at most this, and no more than its effort allows.
    pub max_credits: Option<Credits>,
}

/// A message that is not sent yet: for estimates.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Where it would be sent.
    pub session: Option<SessionId>,
    /// As far as it is written.
    pub text: String,
    /// As in [`Ask`].
    pub model: Option<String>,
    /// As in [`Ask`].
    pub effort: Effort,
    /// As in [`Ask`].
    pub attachments: Vec<FileId>,
    /// As in [`Ask`].
    pub max_credits: Option<Credits>,
}

/// What is to be said, checked.
pub(super) struct Said {
    pub(super) text: String,
    /// The question's own message, when an answer is tried again.
    pub(super) again: Option<MessageRow>,
    /// Its files, those that are still there.
    pub(super) files: Vec<FileRow>,
}

/// What the ask says, checked against the conversation; its files are not looked up yet.
pub(super) fn what(ask: &Ask, earlier: &[MessageRow]) -> crate::Done<Said> {
    let files = Vec::new();
    match (&ask.text, ask.retry_of) {
        (Some(text), None) => {
            if text.trim().is_empty() {
                return Err(AppError::field("/text", "required", "write something first"));
            }
            if text.len() > LONGEST_QUESTION {
                return Err(AppError::field("/text", "too_long", "at most 200,000 bytes"));
            }
            Ok(Said { text: text.clone(), again: None, files })
        }
        (None, Some(_)) if !ask.attachments.is_empty() => {
            let detail = "the files of the question are used again";
            Err(AppError::field("/attachments", "unknown", detail))
        }
        (None, Some(id)) => {
            let at = earlier.iter().position(|m| m.id == id && m.author == Author::Assistant);
            let question =
                at.and_then(|at| earlier[..at].iter().rfind(|m| m.author == Author::User).cloned());
            let question = question.ok_or_else(|| {
                AppError::field("/retry_of", "unknown", "there is no such answer to try again")
            })?;
            Ok(Said { text: question.text.clone(), again: Some(question), files })
        }
        _ => Err(AppError::field("/text", "required", "send either text or retry_of")),
    }
}

impl App {
    /// The caller's own files by their ids.
    ///
    /// # Errors
    /// Too many, one twice, one that is not the caller's (any more).
    pub(super) async fn attachable(
        &self,
        caller: &Caller,
        ids: &[FileId],
    ) -> crate::Done<Vec<FileRow>> {
        if ids.len() > MOST_ATTACHMENTS {
            let detail = format!("at most {MOST_ATTACHMENTS} files");
            return Err(AppError::field("/attachments", "too_long", detail));
        }
        let mut files = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            let pointer = format!("/attachments/{index}");
            if ids[..index].contains(id) {
                return Err(AppError::field(&pointer, "invalid_value", "it is there already"));
            }
            let row = self.store.file(caller.org, *id).await?;
            let own = row.filter(|row| row.owner == caller.user);
            let detail = "There is no such file.";
            files.push(own.ok_or_else(|| AppError::field(&pointer, "unknown", detail))?);
        }
        Ok(files)
    }

    /// The files that these messages name and that are still there, each once; whoever sent them.
    pub(super) async fn attached(
        &self,
        caller: &Caller,
        messages: &[MessageRow],
    ) -> crate::Done<Vec<FileRow>> {
        let mut files: Vec<FileRow> = Vec::new();
        for id in messages.iter().flat_map(|message| &message.attachments) {
            if files.iter().any(|row| row.id == *id) {
                continue;
            }
            let row = self.store.file(caller.org, *id).await?;
            files.extend(row);
        }
        Ok(files)
    }

    /// The files of a conversation that the caller may open, oldest message first; deleted ones are
    /// left out.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn session_files(&self, caller: &Caller, id: SessionId) -> crate::Done<Vec<FileRow>> {
        self.get_session(caller, id).await?;
        let messages = self.store.messages(caller.org, id).await?;
        self.attached(caller, &messages).await
    }
}
