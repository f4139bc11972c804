//! The stable words of states, roles and reasons: stored and shown as they are.

use crate::values::stored_words;

/// Declares an enum of states with their stable words (stored and shown as they are).
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// Its stable word.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// From its stable word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.word() == word)
            }
        }

        stored_words!($name);
    };
}

words! {
    /// What a member may do (Owner and Member for now).
    Role {
        /// Everything, billing too.
        Owner = "owner",
        /// Starts AI work.
        Member = "member",
    }
}

words! {
    /// The states of a run, everywhere the same.
    RunState {
        /// Waits for its turn at the model.
        Queued = "queued",
        /// Waits for credits before it starts.
        WaitingForCredits = "waiting_for_credits",
        /// Works.
        Running = "running",
        /// Waits for a person.
        WaitingForInput = "waiting_for_input",
        /// Stopped between steps for lack of credits; holds nothing.
        PausedNoCredits = "paused_no_credits",
        /// Ended as wanted.
        Succeeded = "succeeded",
        /// Ended by a fault; the reason says whose.
        Failed = "failed",
        /// Ended by a person.
        Cancelled = "cancelled",
    }
}

impl RunState {
    /// Whether it can still change.
    pub fn ended(self) -> bool {
        matches!(self, RunState::Succeeded | RunState::Failed | RunState::Cancelled)
    }
}

words! {
    /// Why a run ended or paused.
    Reason {
        /// It did what was asked.
        Completed = "completed",
        /// A person stopped it.
        Stopped = "stopped",
        /// It reached what the pool and its overdraft could give.
        StoppedAtCredits = "stopped_at_credits",
        /// The provider failed before the first output; nothing charged.
        ProviderError = "provider_error",
        /// The provider was too busy; nothing charged.
        ProviderBusy = "provider_busy",
        /// The stream broke after output; charged what was delivered.
        CutStream = "cut_stream",
        /// The server ended in the middle; charged what was recorded.
        ServerRestarted = "server_restarted",
        /// The prompt does not fit the model.
        InputTooLong = "input_too_long",
        /// Our fault; nothing charged.
        InternalError = "internal_error",
    }
}

words! {
    /// What kind of AI work a run is.
    RunKind {
        /// A message to Joule.
        Message = "message",
    }
}

words! {
    /// Who wrote a message.
    Author {
        /// A person.
        User = "user",
        /// Joule.
        Assistant = "assistant",
    }
}

words! {
    /// The states of a purchase.
    CheckoutState {
        /// Waiting for the person to pay.
        Open = "open",
        /// Paid, and the credits are in the pool.
        Granted = "granted",
        /// The last attempt was declined; may be paid again.
        Declined = "declined",
    }
}
