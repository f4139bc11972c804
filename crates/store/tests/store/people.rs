//! People, organizations, conversations and runs to test with.

use ampere_credits::rating::Measure;
use ampere_credits::{
    CheckoutId, Credits, Day, InvitationId, LoginId, MailId, MessageId, OrgId, RunId, SessionId,
    Timestamp, UserId,
};
use ampere_store::rows::*;

use crate::asks::{credits, org, run_id};
use crate::world::{START, World};

pub fn user_id(number: u128) -> UserId {
    UserId::from_bits(number)
}

pub fn session_id(number: u128) -> SessionId {
    SessionId::from_bits(number)
}

pub fn message_id(number: u128) -> MessageId {
    MessageId::from_bits(number)
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn user(number: u128) -> UserRow {
    UserRow {
        id: user_id(number),
        email: format!("person{number}@example.com"),
        name: format!("Person {number}"),
        password_hash: "$argon2id$".to_owned(),
        operator: number == 1,
        created_at: START,
        disabled_at: None,
    }
}

pub fn organization(number: u128) -> OrganizationRow {
    OrganizationRow {
        id: org(number),
        name: format!("Organization {number}"),
        zone: "Europe/Berlin".to_owned(),
        created_at: START,
        background: BackgroundSettings::default(),
    }
}

/// An organization whose owner is the person of the same number.
pub async fn found(world: &World, number: u128) -> OrgId {
    world.store.create_organization(organization(number), user(number), false).await.unwrap();
    org(number)
}

/// A person joins by an invitation.
pub async fn join(world: &World, number: u128, person: u128) {
    let invitation = invitation(number, person);
    world.store.create_invitation(invitation.clone(), None).await.unwrap();
    let joined = world.store.accept_invitation(invitation.token_hash, user(person), START).await;
    assert_eq!(joined, Ok(true));
}

pub fn invitation(number: u128, token: u128) -> InvitationRow {
    InvitationRow {
        id: InvitationId::from_bits(token),
        org: org(number),
        token_hash: token_hash(token),
        role: Role::Member,
        invited_by: user_id(number),
        invited_by_name: format!("Person {number}"),
        created_at: START,
        expires_at: START.plus_days(7),
        accepted_by: None,
        revoked_at: None,
        email: None,
        linked_at: START,
        mail: None,
    }
}

/// What becomes of the schedules of somebody who goes.
/// What the audit log says of a change in the first organization.
pub fn entry() -> Option<AuditWrite> {
    let (act, target, detail) = ("done".to_owned(), "team".to_owned(), "{}".to_owned());
    Some(AuditWrite { org: org(1), at: START, actor: user_id(1), act, target, detail })
}

pub fn left() -> LeftBehind {
    LeftBehind::Paused { note: "They left.".to_owned(), at: START }
}

/// A way to a new password for an hour.
pub fn reset(token: u128, person: u128) -> ResetRow {
    let expires_at = START.plus_seconds(3_600);
    ResetRow { token_hash: token_hash(token), user: user_id(person), expires_at }
}

/// A mail that is due at the start.
pub fn mail(number: u128) -> MailRow {
    MailRow {
        id: MailId::from_bits(number),
        to: format!("person{number}@example.com"),
        subject: format!("About {number}"),
        body: "sealed".to_owned(),
        state: MailState::Pending,
        tries: 0,
        created_at: START,
        due_at: Some(START),
        error: None,
    }
}

pub fn token_hash(token: u128) -> [u8; 32] {
    crate::asks::hash(&token.to_string()).0
}

pub fn login(number: u128, person: u128, token: u128) -> LoginRow {
    LoginRow {
        id: LoginId::from_bits(token),
        user: user_id(person),
        org: org(number),
        token_hash: token_hash(token),
        created_at: START,
        last_seen_at: START,
        expires_at: START.plus_days(30),
        user_agent: "a browser".to_owned(),
    }
}

pub fn session(number: u128, id: u128) -> SessionRow {
    SessionRow {
        id: session_id(id),
        org: org(number),
        owner: user_id(number),
        owner_name: format!("Person {number}"),
        title: format!("About {id}"),
        created_at: START,
        updated_at: START,
        credits: Credits::ZERO,
        message_count: 0,
        running: None,
        titled_by_person: false,
        summary: None,
        summarized: 0,
        allow_up_to: None,
        shared: false,
    }
}

pub fn message(number: u128, session: u128, id: u128, author: Author) -> MessageRow {
    MessageRow {
        id: message_id(id),
        org: org(number),
        session: session_id(session),
        author,
        text: format!("text of {id}"),
        run: None,
        created_at: START,
        follow_ups: None,
        attachments: Vec::new(),
    }
}

pub fn run(number: u128, id: u128) -> RunRow {
    let quote = QuoteRow {
        low: credits(1),
        typical: credits(2),
        high: credits(3),
        hold: credits(2),
        from_history: false,
        rate_card_version: 1,
    };
    RunRow {
        id: run_id(id),
        org: org(number),
        kind: RunKind::Message,
        subject: None,
        title: format!("Run {id}"),
        state: RunState::Queued,
        reason: None,
        session: None,
        answer: None,
        started_by: user_id(number),
        started_by_name: format!("Person {number}"),
        trigger: Trigger::Person,
        schedule: None,
        model: "local".to_owned(),
        quote,
        cap: None,
        charged: Credits::ZERO,
        held: Credits::ZERO,
        estimated: false,
        created_at: START,
        started_at: None,
        ended_at: None,
        day: None,
        position: 0,
        server: "server-1".to_owned(),
    }
}

/// The end of a run, on a day.
pub fn ended(id: u128, state: RunState, reason: Reason) -> RunChange {
    RunChange {
        run: run_id(id),
        state,
        reason: Some(reason),
        estimated: false,
        started_at: Some(START),
        ended_at: Some(START.plus_seconds(5)),
        day: Some(day("2026-11-22")),
    }
}

pub fn step(run: RunId, number: u32, state: RunState, output_tokens: u64) -> StepRow {
    StepRow {
        run,
        number,
        path: String::new(),
        part: 0,
        kind: StepKind::Answer,
        name: "Answer".to_owned(),
        model: "local".to_owned(),
        state,
        attempt: 1,
        started_at: START,
        ended_at: state.ended().then_some(START.plus_seconds(5)),
        input_tokens: 100,
        output_tokens,
        seconds: 0,
        estimated: false,
        note: None,
        result: None,
    }
}

pub fn usage_line(person: u128, run: u128, number: u32, whole: u32) -> UsageLineRow {
    UsageLineRow {
        run: run_id(run),
        number,
        step: 1,
        kind: RunKind::Message,
        user: user_id(person),
        model: "local".to_owned(),
        measure: Measure::OutputTokens,
        quantity: 1_000,
        micros_per_million: 2_000_000_000,
        credits: credits(whole),
        estimated: false,
        at: START,
        day: day("2026-11-22"),
    }
}

pub fn checkout(number: u128, id: u128) -> CheckoutRow {
    CheckoutRow {
        id: CheckoutId::from_bits(id),
        org: org(number),
        user: user_id(number),
        kind: CheckoutKind::Credits,
        pay_with: PayWith::Checkout,
        pack: "small".to_owned(),
        credits: credits(5_000),
        lifetime_months: 12,
        amount_cents: 1_500,
        currency: "usd".to_owned(),
        provider: "sandbox".to_owned(),
        provider_ref: format!("ref {id}"),
        url: format!("/sandbox/checkout/{id}"),
        state: CheckoutState::Open,
        reason: None,
        payment: None,
        grant: None,
        position: None,
        created_at: START,
        updated_at: START,
    }
}

/// An attempt at a purchase was declined.
pub fn declined(reason: &str, at: Timestamp) -> CheckoutChange {
    let (state, reason) = (CheckoutState::Declined, Some(reason.to_owned()));
    CheckoutChange { state, reason, url: None, payment: None, at }
}

/// The newest so many.
pub fn page(limit: u32) -> Page {
    Page { before: None, limit }
}

/// So many before something.
pub fn before(cursor: impl ToString, limit: u32) -> Page {
    Page { before: Some(cursor.to_string()), limit }
}
