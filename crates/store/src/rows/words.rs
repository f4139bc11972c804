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
    /// What a member is; what each may do is a table of the app.
    Role {
        /// Everything, billing too.
        Owner = "owner",
        /// Manages people and the organization, sees and stops everybody's work.
        Admin = "admin",
        /// Starts AI work.
        Member = "member",
        /// Reads.
        Viewer = "viewer",
    }
}

words! {
    /// What somebody may do in a conversation; each may also do what those before it may.
    Access {
        /// Read it.
        View = "view",
        /// Write in it.
        Edit = "edit",
        /// Share and delete it.
        Owner = "owner",
    }
}

words! {
    /// What became of a mail.
    MailState {
        /// It is to be sent.
        Pending = "pending",
        /// The mail server took it.
        Sent = "sent",
        /// The mail server refuses it, or did not answer for too long.
        Failed = "failed",
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
        /// It waits for credits: before it starts, or paused between two steps.
        NoCredits = "no_credits",
        /// It reached the most that its run may cost.
        StoppedAtCap = "stopped_at_cap",
        /// Who started it may not any more.
        NotAllowed = "not_allowed",
        /// It waited for credits for as long as runs may wait.
        WaitedTooLong = "waited_too_long",
        /// Its inputs do not fit what it needs.
        BadInput = "bad_input",
        /// The model's output did not fit its form, after one repair too.
        BadOutput = "bad_output",
        /// A page could not be fetched or read.
        PageFailed = "page_failed",
        /// A file is not there or could not be read.
        FileFailed = "file_failed",
        /// A condition of the workflow was not met: it ended early, as wanted.
        ConditionNotMet = "condition_not_met",
        /// It worked for longer than its limit.
        TookTooLong = "took_too_long",
        /// The browser could not be started or broke; charged what was used until then.
        BrowserFailed = "browser_failed",
        /// All browsers were in use; nothing charged.
        BrowserBusy = "browser_busy",
        /// Nothing was done in the browser for so long that it ended.
        IdleTooLong = "idle_too_long",
        /// The browser was paused for so long that it ended.
        PausedTooLong = "paused_too_long",
        /// Joule reached the bounds of its turns, calls or repeats.
        StoppedAtBounds = "stopped_at_bounds",
    }
}

words! {
    /// What kind of AI work a run is.
    RunKind {
        /// A message to Joule.
        Message = "message",
        /// One AI Tool.
        Tool = "tool",
        /// A workflow; its tools are lines of it, not runs.
        Workflow = "workflow",
        /// A background job.
        Background = "background",
        /// A browser session.
        Browser = "browser",
    }
}

words! {
    /// What started a run.
    Trigger {
        /// Somebody, now.
        Person = "person",
        /// A schedule, in its time.
        Schedule = "schedule",
        /// The product by itself, after other work.
        Background = "background",
    }
}

words! {
    /// What a step does.
    StepKind {
        /// Joule answers in a conversation.
        Answer = "answer",
        /// A model is asked.
        Prompt = "prompt",
        /// A page is fetched.
        Fetch = "fetch",
        /// A file is read.
        Read = "read",
        /// Results are put into another form.
        Transform = "transform",
        /// A workflow goes on or ends.
        Condition = "condition",
        /// Joule uses one of its hands.
        Call = "call",
        /// Something is done on a page in a browser.
        Browse = "browse",
        /// A browser is open: its seconds are counted.
        Time = "time",
    }
}

words! {
    /// The states of a schedule.
    ScheduleState {
        /// It starts its runs in their time.
        Active = "active",
        /// A person paused it.
        Paused = "paused",
        /// Credits were short at its time; goes on by itself when they are there.
        PausedNoCredits = "paused_no_credits",
        /// It paused itself, after too many failures in a row.
        NeedsAttention = "needs_attention",
        /// It has had all of its runs.
        Completed = "completed",
    }
}

words! {
    /// What a background job makes.
    BackgroundKind {
        /// A conversation's title.
        Title = "title",
        /// A summary of a long conversation, used as context.
        Summary = "summary",
        /// Questions that might follow an answer.
        FollowUps = "follow_ups",
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
        /// The bank wants the person before it pays.
        ConfirmationNeeded = "confirmation_needed",
        /// Nobody paid it in time.
        Expired = "expired",
    }
}

words! {
    /// What a purchase is of.
    CheckoutKind {
        /// Credits, paid once.
        Credits = "credits",
        /// A plan's first period.
        Plan = "plan",
    }
}

words! {
    /// How a purchase is paid.
    PayWith {
        /// With the card that is saved; nobody is asked unless the bank wants it.
        SavedCard = "saved_card",
        /// On the provider's page.
        Checkout = "checkout",
    }
}

words! {
    /// What becomes of a webhook.
    HookState {
        /// It is to be followed.
        Waiting = "waiting",
        /// It was followed.
        Done = "done",
        /// It does not concern us.
        Ignored = "ignored",
        /// It could not be read, or followed in time.
        Failed = "failed",
    }
}

words! {
    /// What a payment came of.
    PaymentKind {
        /// A purchase of credits by a person.
        Credits = "credits",
        /// Auto-recharge.
        Recharge = "recharge",
        /// A subscription.
        Invoice = "invoice",
        /// Nothing of ours.
        Other = "other",
    }
}

words! {
    /// How a payment stands.
    PaymentState {
        /// Not paid yet.
        Open = "open",
        /// The bank wants the person.
        NeedsConfirmation = "needs_confirmation",
        /// The last attempt failed.
        Failed = "failed",
        /// The money is there.
        Paid = "paid",
        /// It will never be paid.
        Void = "void",
    }
}

words! {
    /// How the dispute of a payment stands.
    DisputeState {
        /// The bank only asks.
        Inquiry = "inquiry",
        /// Not decided.
        Open = "open",
        /// For us.
        Won = "won",
        /// Against us.
        Lost = "lost",
    }
}

words! {
    /// How an attempt of auto-recharge stands.
    AttemptState {
        /// Sent, or about to be; its outcome is not known.
        Sent = "sent",
        /// The bank wants the person.
        NeedsConfirmation = "needs_confirmation",
        /// Paid, its credits granted.
        Paid = "paid",
        /// Not paid, for good.
        Declined = "declined",
    }
}

words! {
    /// How a subscription stands at the payment provider.
    SubscriptionStatus {
        /// Its first payment has not come yet.
        Incomplete = "incomplete",
        /// Paid.
        Active = "active",
        /// A renewal was not paid; the provider tries again.
        PastDue = "past_due",
        /// The provider has stopped trying.
        Unpaid = "unpaid",
        /// Over, or never begun.
        Ended = "ended",
    }
}
