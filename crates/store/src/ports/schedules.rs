//! The port of schedules.

use ampere_credits::{OrgId, ScheduleId, Timestamp, UserId};
use async_trait::async_trait;

use crate::ports::Kept;
use crate::rows::ScheduleRow;

/// Schedules. Their runs' beginnings and ends are counted by commits of the pool.
#[async_trait]
pub trait ScheduleStore: Send + Sync {
    /// A new schedule.
    async fn create_schedule(&self, row: ScheduleRow) -> Kept<()>;
    /// Writes a schedule that was read when its `updated_at` was `was`; false if it has changed
    /// since (a run of it began or ended, somebody edited it) or is not there. Organization,
    /// owner and beginning stay as they are.
    async fn update_schedule(&self, row: ScheduleRow, was: Timestamp) -> Kept<bool>;
    /// All of an organization, oldest first.
    async fn schedules(&self, org: OrgId) -> Kept<Vec<ScheduleRow>>;
    /// One.
    async fn schedule(&self, org: OrgId, id: ScheduleId) -> Kept<Option<ScheduleRow>>;
    /// Active schedules of all organizations whose time has come, longest due first.
    async fn due_schedules(&self, now: Timestamp, limit: u32) -> Kept<Vec<ScheduleRow>>;
    /// Schedules of all organizations that wait for credits.
    async fn schedules_short(&self) -> Kept<Vec<ScheduleRow>>;
    /// Deletes it; its runs stay. False if it is not there.
    async fn delete_schedule(&self, org: OrgId, id: ScheduleId) -> Kept<bool>;
    /// Those of one person, oldest first.
    async fn schedules_of(&self, org: OrgId, user: UserId) -> Kept<Vec<ScheduleRow>>;
}
