//! The throttle: how often something may be tried from one address and for one account.
//!
//! Counts attempts before they are judged, so that many at once do not get through together; a
//! success gives its attempt back. In memory: a restart forgets, and so does the end of a window.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use ampere_credits::{OrgId, Timestamp};

use crate::error::AppError;

/// An attempt is remembered this long.
const WINDOW_SECONDS: i64 = 15 * 60;
/// Attempts for one account in a window.
const PER_ACCOUNT: u32 = 10;
/// Attempts from one address in a window; people behind one router share it.
const PER_ADDRESS: u32 = 60;
/// Letters that a person asks for, to one address in a window.
const PER_LETTER: u32 = 3;
/// Invitations by mail of one organization in a window.
const PER_ORGANIZATION: u32 = 30;
/// More are not remembered: the oldest make room.
const MOST_REMEMBERED: usize = 50_000;

/// What attempts are counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    Account(String),
    Address(IpAddr),
    Letter(String),
    Organization(OrgId),
}

impl Counted {
    /// A mail address, known or not.
    pub(super) fn account(email: &str) -> Self {
        Counted::Account(email.to_owned())
    }

    /// IPv6 networks give a whole /64 to one subscriber.
    pub(super) fn address(address: IpAddr) -> Self {
        Counted::Address(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & (u128::MAX << 64)).into()),
            v4 => v4,
        })
    }

    /// A letter to a mail address, known or not.
    pub(super) fn letter(email: &str) -> Self {
        Counted::Letter(email.to_owned())
    }

    fn most(&self) -> u32 {
        match self {
            Counted::Account(_) => PER_ACCOUNT,
            Counted::Address(_) => PER_ADDRESS,
            Counted::Letter(_) => PER_LETTER,
            Counted::Organization(_) => PER_ORGANIZATION,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Window {
    since: Timestamp,
    attempts: u32,
}

/// All that is remembered of attempts.
#[derive(Debug, Default)]
pub struct Throttle {
    windows: Mutex<HashMap<Counted, Window>>,
}

impl Throttle {
    fn windows(&self) -> std::sync::MutexGuard<'_, HashMap<Counted, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one attempt by all of these, or none if one of them had too many.
    pub(super) fn attempt(&self, by: &[Counted], now: Timestamp) -> crate::Done<()> {
        let mut windows = self.windows();
        windows.retain(|_, window| now < window.since.plus_seconds(WINDOW_SECONDS));
        let waits = by.iter().filter_map(|counted| {
            let window = windows.get(counted)?;
            let full = window.attempts >= counted.most();
            full.then(|| window.since.plus_seconds(WINDOW_SECONDS + 1).seconds_since(now))
        });
        if let Some(wait) = waits.max() {
            tracing::warn!(target: "security", "too many attempts");
            return Err(AppError::RateLimited { retry_after_seconds: wait.unsigned_abs().max(1) });
        }
        for counted in by {
            let fresh = Window { since: now, attempts: 0 };
            windows.entry(counted.clone()).or_insert(fresh).attempts += 1;
        }
        while windows.len() > MOST_REMEMBERED {
            let oldest = windows.iter().min_by_key(|(_, w)| w.since).map(|(c, _)| c.clone());
            if let Some(oldest) = oldest {
                windows.remove(&oldest);
            }
        }
        Ok(())
    }

    /// The attempt was right: the account starts anew, the address gets its attempt back.
    pub(super) fn succeeded(&self, by: &[Counted]) {
        let mut windows = self.windows();
        for counted in by {
            match counted {
                Counted::Account(_) | Counted::Letter(_) | Counted::Organization(_) => {
                    windows.remove(counted);
                }
                Counted::Address(_) => {
                    if let Some(window) = windows.get_mut(counted) {
                        window.attempts = window.attempts.saturating_sub(1);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn an_account_is_closed_after_ten_attempts_until_its_window_ends() {
        let throttle = Throttle::default();
        let mia = [Counted::account("mia@example.com")];
        for _ in 0..PER_ACCOUNT {
            assert_eq!(throttle.attempt(&mia, at(0)), Ok(()));
        }
        let closed = Err(AppError::RateLimited { retry_after_seconds: 601 });
        assert_eq!(throttle.attempt(&mia, at(300)), closed);
        assert_eq!(throttle.attempt(&[Counted::account("ben@example.com")], at(300)), Ok(()));
        assert_eq!(throttle.attempt(&mia, at(WINDOW_SECONDS + 1)), Ok(()));
    }

    #[test]
    fn what_one_count_refuses_is_not_counted_by_the_other() {
        let throttle = Throttle::default();
        let address = Counted::address(IpAddr::from([10, 0, 0, 1]));
        let both = [Counted::account("mia@example.com"), address.clone()];
        for _ in 0..PER_ACCOUNT + 100 {
            let _ = throttle.attempt(&both, at(0));
        }
        for _ in PER_ACCOUNT..PER_ADDRESS {
            assert_eq!(throttle.attempt(std::slice::from_ref(&address), at(0)), Ok(()));
        }
        assert!(throttle.attempt(&[address], at(0)).is_err());
    }

    #[test]
    fn a_success_gives_back() {
        let throttle = Throttle::default();
        let both =
            [Counted::account("mia@example.com"), Counted::address(IpAddr::from([10, 0, 0, 1]))];
        for _ in 0..10 * PER_ADDRESS {
            assert_eq!(throttle.attempt(&both, at(0)), Ok(()));
            throttle.succeeded(&both);
        }
    }

    #[test]
    fn one_subscribers_ipv6_addresses_count_together() {
        let of = |text: &str| match text.parse::<IpAddr>() {
            Ok(address) => Counted::address(address),
            Err(error) => unreachable!("{error}"),
        };
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
    }
}
