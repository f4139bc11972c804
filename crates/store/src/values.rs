//! Values between Rust and a database, the same for every engine: whole numbers, text, bytes.
//!
//! Owns how ids, instants, amounts and words are stored. Never guesses: what is not as it was
//! stored is [`StoreError::Damaged`].

use ampere_credits::ledger::{Cause, Class, EndKind, Hash, Turn};
use ampere_credits::rating::Measure;
use ampere_credits::{
    Cadence, CheckoutId, Credits, Day, FileId, GrantId, HoldId, InvitationId, JobId, LoginId,
    MailId, MessageId, NoticeId, OrgId, PreviewId, RechargeId, RunId, SavedInputsId, ScheduleId,
    SessionId, Timestamp, UserId, WorkflowId,
};

use crate::ports::{Kept, StoreError};

/// What can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A type that is stored in one column.
pub(crate) trait Stored: Sized {
    /// As it is stored.
    fn value(&self) -> Value;
    /// As it was stored; none if that makes no sense.
    fn from_value(value: Value) -> Option<Self>;
}

/// A list of values for a statement.
macro_rules! values {
    ($($each:expr),* $(,)?) => { vec![$($crate::values::Stored::value(&$each)),*] };
}
pub(crate) use values;

/// One row of an answer, read column by column.
#[derive(Debug)]
pub(crate) struct Row {
    statement: &'static str,
    column: usize,
    rest: std::vec::IntoIter<Value>,
}

impl Row {
    /// A row that a statement answered.
    pub fn new(statement: &'static str, values: Vec<Value>) -> Self {
        Row { statement, column: 0, rest: values.into_iter() }
    }

    /// The next column.
    pub fn take<T: Stored>(&mut self) -> Kept<T> {
        self.column += 1;
        self.rest.next().and_then(T::from_value).ok_or_else(|| {
            StoreError::Damaged(format!("column {} of {}", self.column, self.statement))
        })
    }
}

impl Stored for i64 {
    fn value(&self) -> Value {
        Value::Int(*self)
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }
}

/// Counts are stored as signed numbers; what is beyond them stays at their end.
macro_rules! stored_counts {
    ($($count:ty),*) => {$(
        impl Stored for $count {
            fn value(&self) -> Value {
                Value::Int(i64::try_from(*self).unwrap_or(i64::MAX))
            }
            fn from_value(value: Value) -> Option<Self> {
                i64::from_value(value).and_then(|number| <$count>::try_from(number).ok())
            }
        }
    )*};
}
stored_counts!(u64, u32, u16);

impl Stored for bool {
    fn value(&self) -> Value {
        Value::Int(i64::from(*self))
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl Stored for String {
    fn value(&self) -> Value {
        Value::Text(self.clone())
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Stored for Vec<u8> {
    fn value(&self) -> Value {
        Value::Bytes(self.clone())
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl Stored for [u8; 32] {
    fn value(&self) -> Value {
        Value::Bytes(self.to_vec())
    }
    fn from_value(value: Value) -> Option<Self> {
        Vec::from_value(value).and_then(|bytes| bytes.try_into().ok())
    }
}

impl Stored for Hash {
    fn value(&self) -> Value {
        self.0.value()
    }
    fn from_value(value: Value) -> Option<Self> {
        <[u8; 32]>::from_value(value).map(Hash)
    }
}

impl Stored for Timestamp {
    fn value(&self) -> Value {
        Value::Int(self.micros())
    }
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(Timestamp::from_micros)
    }
}

impl Stored for Credits {
    fn value(&self) -> Value {
        Value::Int(self.micros())
    }
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(Credits::from_micros)
    }
}

impl<T: Stored> Stored for Option<T> {
    fn value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Stored::value)
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// Lists of ids are stored as one text, parted by spaces.
impl Stored for Vec<FileId> {
    fn value(&self) -> Value {
        let ids: Vec<String> = self.iter().map(ToString::to_string).collect();
        Value::Text(ids.join(" "))
    }
    fn from_value(value: Value) -> Option<Self> {
        let text = String::from_value(value)?;
        text.split_whitespace().map(|id| id.parse().ok()).collect()
    }
}

/// Types that are stored as the text they print.
macro_rules! stored_text {
    ($($kind:ty),*) => {$(
        impl Stored for $kind {
            fn value(&self) -> Value {
                Value::Text(self.to_string())
            }
            fn from_value(value: Value) -> Option<Self> {
                String::from_value(value).and_then(|text| text.parse().ok())
            }
        }
    )*};
}
stored_text!(
    CheckoutId,
    Day,
    FileId,
    GrantId,
    HoldId,
    InvitationId,
    JobId,
    LoginId,
    MailId,
    MessageId,
    NoticeId,
    OrgId,
    PreviewId,
    RechargeId,
    RunId,
    SavedInputsId,
    ScheduleId,
    SessionId,
    UserId,
    WorkflowId
);

/// Types with stable words (`word` and `from_word`).
macro_rules! stored_words {
    ($kind:ty) => {
        impl $crate::values::Stored for $kind {
            fn value(&self) -> $crate::values::Value {
                $crate::values::Value::Text(self.word().to_owned())
            }
            fn from_value(value: $crate::values::Value) -> Option<Self> {
                <String as $crate::values::Stored>::from_value(value)
                    .and_then(|word| <$kind>::from_word(&word))
            }
        }
    };
}
pub(crate) use stored_words;
stored_words!(Measure);

/// Types of the core that have no words of their own.
macro_rules! stored_as {
    ($kind:ident { $($variant:ident = $word:literal),* }) => {
        impl Stored for $kind {
            fn value(&self) -> Value {
                Value::Text(match self { $($kind::$variant => $word,)* }.to_owned())
            }
            fn from_value(value: Value) -> Option<Self> {
                match String::from_value(value)?.as_str() {
                    $($word => Some($kind::$variant),)*
                    _ => None,
                }
            }
        }
    };
}
stored_as!(Class {
    Included = "included",
    Purchased = "purchased",
    Background = "background"
});
stored_as!(Cause {
    Plan = "plan",
    Trial = "trial",
    TopUp = "top_up",
    AutoRecharge = "auto_recharge",
    Adjustment = "adjustment",
    Background = "background"
});
stored_as!(Cadence { Monthly = "monthly", Annual = "annual" });
stored_as!(Turn { Paused = "paused", Waiting = "waiting" });
stored_as!(EndKind { Settled = "settled", Released = "released", Lapsed = "lapsed" });
