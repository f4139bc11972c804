//! Sums of settled usage: by kind, model, person and local day, all of one committed state.

use ampere_credits::{Credits, OrgId, Timestamp};

use crate::ports::Kept;
use crate::rows::UsageSums;
use crate::tx::{Tx, statements};
use crate::values::{Row, values};

statements! {
    /// By kind of run.
    BY_KIND = "SELECT kind, CAST(sum(credits) AS BIGINT) AS total, count(DISTINCT run) \
               FROM usage_lines WHERE org = $1 AND settled_at >= $2 AND settled_at < $3 \
               GROUP BY kind ORDER BY total DESC, kind";
    /// By model.
    BY_MODEL = "SELECT model, CAST(sum(credits) AS BIGINT) AS total, count(DISTINCT run) \
                FROM usage_lines WHERE org = $1 AND settled_at >= $2 AND settled_at < $3 \
                GROUP BY model ORDER BY total DESC, model";
    /// By person.
    BY_PERSON = "SELECT l.user_id, coalesce(u.name, ''), CAST(sum(l.credits) AS BIGINT) \
                 AS total, count(DISTINCT l.run) FROM usage_lines l \
                 LEFT JOIN users u ON u.id = l.user_id \
                 WHERE l.org = $1 AND l.settled_at >= $2 AND l.settled_at < $3 \
                 GROUP BY l.user_id, u.name ORDER BY total DESC, l.user_id";
    /// By local day.
    BY_DAY = "SELECT day, CAST(sum(credits) AS BIGINT) FROM usage_lines \
              WHERE org = $1 AND settled_at >= $2 AND settled_at < $3 \
              GROUP BY day ORDER BY day";
}

fn named(mut row: Row) -> Kept<(String, Credits, u64)> {
    Ok((row.take()?, row.take()?, row.take()?))
}

/// Sums of usage settled in [from, to).
pub(super) async fn sums(
    tx: &mut dyn Tx,
    org: OrgId,
    from: Timestamp,
    to: Timestamp,
) -> Kept<UsageSums> {
    let span = || values![org, from, to];
    let kinds = tx.query(&BY_KIND, span()).await?;
    let models = tx.query(&BY_MODEL, span()).await?;
    let people = tx.query(&BY_PERSON, span()).await?;
    let days = tx.query(&BY_DAY, span()).await?;
    let person = |mut row: Row| Ok((row.take()?, row.take()?, row.take()?, row.take()?));
    Ok(UsageSums {
        kinds: kinds.into_iter().map(named).collect::<Kept<_>>()?,
        models: models.into_iter().map(named).collect::<Kept<_>>()?,
        people: people.into_iter().map(person).collect::<Kept<_>>()?,
        days: days
            .into_iter()
            .map(|mut row| Ok((row.take()?, row.take()?)))
            .collect::<Kept<_>>()?,
    })
}
