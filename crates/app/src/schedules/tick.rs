//! The scheduler: looks for schedules whose time has come, and for credits that others wait for.
//!
//! Owns: when it looks. Several servers may look at the same time. Never decides what becomes of a
//! schedule: [`super::starts`] does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ampere_credits::{OrgId, Timestamp};
use ampere_store::rows::ScheduleRow;
use futures_util::StreamExt;
use futures_util::stream;

use super::starts::Became;
use crate::app::App;

/// It looks at least this often.
const LOOK_SECONDS: i64 = 15;
/// Before a look for credits that were freed: a busy pool frees some with every run.
const REST: Duration = Duration::from_secs(1);
/// After a look that could not do everything.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// Schedules in one look; more are due still at the next, which follows at once.
const AT_ONCE: u32 = 1_000;
/// Organizations whose schedules start at the same time; within one they start in turn.
const SIDE_BY_SIDE: usize = 16;

/// What a look found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Runs started.
    pub started: u32,
    /// Schedules that stay due and are tried again.
    pub put_off: u32,
    /// Schedules that wait for credits.
    pub short: u32,
    /// Schedules that go on because credits are there again.
    pub resumed: u32,
    /// There may be more that are due.
    pub more: bool,
}

impl App {
    /// One look: starts what is due, and lets schedules go on whose credits have come.
    ///
    /// # Errors
    /// When the database cannot be read; what was not done stays due.
    pub async fn tick_schedules(self: &Arc<Self>) -> crate::Done<Ticked> {
        let mut ticked = Ticked::default();
        self.look_for_credits(&mut ticked).await?;
        let now = self.now();
        let due = self.store.due_schedules(now, AT_ONCE).await?;
        ticked.more = u32::try_from(due.len()).is_ok_and(|count| count >= AT_ONCE);
        let mut by_org: BTreeMap<OrgId, Vec<ScheduleRow>> = BTreeMap::new();
        for row in due {
            by_org.entry(row.org).or_default().push(row);
        }
        let all = by_org.into_values().map(|rows| self.attend_all(rows, now));
        let found: Vec<Ticked> = stream::iter(all).buffer_unordered(SIDE_BY_SIDE).collect().await;
        for each in found {
            ticked.started = ticked.started.saturating_add(each.started);
            ticked.put_off = ticked.put_off.saturating_add(each.put_off);
        }
        Ok(ticked)
    }

    async fn attend_all(self: &Arc<Self>, rows: Vec<ScheduleRow>, now: Timestamp) -> Ticked {
        let mut ticked = Ticked::default();
        for row in rows {
            if self.ending.load(Ordering::SeqCst) {
                break;
            }
            match self.attend(&row, now).await {
                Ok(Became::Started) => ticked.started = ticked.started.saturating_add(1),
                Ok(Became::Passed) => {}
                Ok(Became::PutOff) => ticked.put_off = ticked.put_off.saturating_add(1),
                Err(error) => {
                    tracing::warn!(schedule = %row.id, %error, "a schedule stays due");
                    ticked.put_off = ticked.put_off.saturating_add(1);
                }
            }
        }
        ticked
    }

    /// Schedules that paused for credits go on as soon as their next run could be held and nobody
    /// else waits.
    async fn look_for_credits(&self, ticked: &mut Ticked) -> crate::Done<()> {
        let mut free = BTreeMap::new();
        for row in self.store.schedules_short().await? {
            let (available, waiting) = match free.get(&row.org) {
                Some(known) => *known,
                None => {
                    let known = self.free_credits(row.org).await?;
                    free.insert(row.org, known);
                    known
                }
            };
            if waiting == 0 && available >= row.needed {
                self.resume_by_itself(&row).await?;
                ticked.resumed = ticked.resumed.saturating_add(1);
            } else {
                ticked.short = ticked.short.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Looks for as long as the server runs: when the next one is due, when schedules change,
    /// when credits are freed that one waits for, and every so often.
    pub async fn keep_scheduling(self: Arc<Self>) {
        let mut commits = self.freed.subscribe();
        loop {
            let (wait, short) = match self.tick_schedules().await {
                Ok(ticked) => (self.until_next(&ticked).await, ticked.short > 0),
                Err(error) => {
                    tracing::error!(%error, "schedules could not be looked at");
                    (TRY_AGAIN, false)
                }
            };
            let freed = async {
                // The sender lives in `self`: this is never its end.
                let _ = commits.changed().await;
                tokio::time::sleep(REST).await;
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.schedules_changed.notified() => {}
                () = freed, if short => {}
            }
        }
    }

    /// How long nothing is due.
    async fn until_next(&self, ticked: &Ticked) -> Duration {
        if ticked.more && ticked.put_off == 0 {
            return Duration::ZERO;
        }
        if ticked.more || ticked.put_off > 0 {
            return TRY_AGAIN;
        }
        let now = self.now();
        let longest = now.plus_seconds(LOOK_SECONDS);
        let next = match self.store.due_schedules(longest, 1).await {
            Ok(rows) => rows.first().and_then(|row| row.next_at).unwrap_or(longest),
            Err(_) => longest,
        };
        let micros = next.micros().saturating_sub(now.micros()).max(0);
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    }
}
