//! The worker that carries letters to the mail server: again and again, ever more rarely.

use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::mail::{Letter, Mailer, Undelivered};
use ampere_store::rows::{MailRow, MailState};

use crate::app::App;

/// Seconds from a try to the next; after the last of them a letter is given up.
const PAUSES: [i64; 7] = [60, 300, 1_800, 7_200, 21_600, 43_200, 86_400];
/// Seconds for which a letter that is being tried is left alone by others.
const IN_WORK: i64 = 300;
/// Letters in one look; more are due still at the next, which follows at once.
const AT_ONCE: u32 = 50;
/// It looks at least this often, for what other servers wrote.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// After a look that could not be had.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// What a look did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Taken by the mail server.
    pub sent: u32,
    /// To be tried again.
    pub put_off: u32,
    /// Given up.
    pub failed: u32,
}

impl App {
    /// One look: tries every letter whose time has come.
    ///
    /// # Errors
    /// When the database does not answer; what was not tried stays due.
    pub async fn deliver_mails(&self) -> crate::Done<Delivered> {
        let mut delivered = Delivered::default();
        let Some(mailer) = self.mailer.clone() else { return Ok(delivered) };
        for row in self.store.due_mails(self.now(), AT_ONCE).await? {
            let again = self.now().plus_seconds(IN_WORK);
            if !self.store.take_mail(&row, again).await? {
                continue;
            }
            let count = match self.deliver(&*mailer, &row).await? {
                MailState::Sent => &mut delivered.sent,
                MailState::Pending => &mut delivered.put_off,
                MailState::Failed => &mut delivered.failed,
            };
            *count = count.saturating_add(1);
        }
        Ok(delivered)
    }

    async fn deliver(&self, mailer: &dyn Mailer, row: &MailRow) -> crate::Done<MailState> {
        let outcome = match self.text_of(row) {
            Some(text) => {
                let (id, at) = (row.id.to_string(), row.created_at.micros());
                let (to, subject) = (row.to.as_str(), row.subject.as_str());
                mailer.send(&Letter { id: &id, to, subject, text: text.expose(), at }).await
            }
            None => Err(Undelivered::Refused("its text was sealed with another key".to_owned())),
        };
        let pause = usize::try_from(row.tries).ok().and_then(|tries| PAUSES.get(tries));
        let (state, due_at, error) = match (outcome, pause) {
            (Ok(()), _) => (MailState::Sent, None, None),
            (Err(Undelivered::NotNow(said)), Some(pause)) => {
                (MailState::Pending, Some(self.now().plus_seconds(*pause)), Some(said))
            }
            (Err(said), _) => (MailState::Failed, None, Some(said.to_string())),
        };
        if let Some(said) = &error {
            tracing::warn!(mail = %row.id, tries = row.tries, state = state.word(), said, "mail");
        }
        self.store.mail_tried(row.id, state, due_at, error).await?;
        Ok(state)
    }

    /// Carries letters for as long as the server runs; nothing to do without a mail server.
    pub async fn keep_mailing(self: Arc<Self>) {
        if !self.sends_mail() {
            return;
        }
        loop {
            let wait = match self.deliver_mails().await {
                Ok(_) => self.until_next_mail().await,
                Err(error) => {
                    tracing::error!(%error, "letters could not be looked at");
                    TRY_AGAIN
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.mail_queued.notified() => {}
            }
        }
    }

    async fn until_next_mail(&self) -> Duration {
        let Ok(Some(next)) = self.store.next_mail().await else { return LONGEST_WAIT };
        let micros = next.micros().saturating_sub(self.now().micros()).max(0);
        Duration::from_micros(micros.unsigned_abs()).min(LONGEST_WAIT)
    }
}
