//! What a test holds in its hand.
//!
//! Owns: starting and stopping the server, and the controls. Nothing here waits for anything: a
//! control is done when it answers. Read next: `options`, `control`.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::fault::Fault;
use crate::hooks::{Scramble, Webhook};
use crate::json::{Reading, shown};
use crate::options::Options;
use crate::refusal::Refusal;
use crate::server::{self, Shared};
use crate::state::State;
use crate::world::World;
use crate::{charges, checkout, clock, control, disputes, invoicing};

/// What a control answers: the object, or Stripe's error (`type`, `code`, `decline_code`, …).
pub type Played = Result<Value, Value>;

/// The fake; see [`FakeStripe::start`].
#[derive(Debug)]
pub struct FakeStripe;

impl FakeStripe {
    /// Starts a server on the loopback, inside the runtime that this is called in.
    ///
    /// # Errors
    /// The port cannot be had.
    pub async fn start(options: Options) -> io::Result<Handle> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::new(World::new(options, base_url.clone())));
        let serving = tokio::spawn(server::serve(listener, shared.clone()));
        let delivering = tokio::spawn(server::deliver(shared.clone()));
        Ok(Handle { shared, base_url, tasks: [serving, delivering] })
    }
}

/// A running fake. It stops when this is dropped.
pub struct Handle {
    shared: Arc<Shared>,
    base_url: String,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Handle {
    /// `http://127.0.0.1:port`, without `/v1`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where the fake's clock stands, in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.shared.world().state.now
    }

    /// Moves the clock; everything due on the way happens at its own instant.
    pub fn advance_to(&self, to: i64) -> Played {
        self.play(|state| clock::advance(state, to).map(|()| json!({"now": to})))
    }

    /// The person on the hosted checkout: pays with a test card, and confirms to their bank, or
    /// not, if it asks. A decline leaves the page open.
    pub fn pay_page(&self, session: &str, card: &str, confirms: bool) -> Played {
        self.play(|state| checkout::pay(state, session, card, confirms))
    }

    /// The person on `hosted_invoice_url`: with the card that is saved (None), or another.
    pub fn pay_invoice(&self, invoice: &str, card: Option<&str>, confirms: bool) -> Played {
        self.play(|state| invoicing::pay_page(state, invoice, card, confirms))
    }

    /// The person at the bank's page of a payment (`pi_…` or `in_…`).
    pub fn confirm_bank(&self, payment: &str, confirms: bool) -> Played {
        self.play(|state| control::bank(state, payment, confirms))
    }

    /// The person on the portal's card page: the card is saved and is the customer's default.
    pub fn use_card(&self, customer: &str, card: &str) -> Played {
        self.play(|state| checkout::use_card(state, customer, card))
    }

    /// A saved card does from now on what a test card does.
    pub fn card_becomes(&self, payment_method: &str, card: &str) -> Played {
        self.play(|state| control::card_becomes(state, payment_method, card))
    }

    /// The card's owner disputes a payment (`ch_…`, `pi_…` or `in_…`), or their bank inquires.
    pub fn dispute(&self, payment: &str, inquiry: bool) -> Played {
        self.play(|state| disputes::open(state, payment, inquiry, None))
    }

    /// The bank decides. An inquiry that is not won becomes a dispute.
    pub fn close_dispute(&self, dispute: &str, won: bool) -> Played {
        self.play(|state| disputes::decide(state, dispute, won))
    }

    /// A refund from the merchant's dashboard.
    pub fn refund(&self, payment: &str, amount: i64) -> Played {
        self.play(|state| charges::give_back(state, payment, Some(amount), json!({})))
    }

    /// Every webhook that is due and goes to no address, signed now.
    pub fn take_events(&self) -> Vec<Webhook> {
        let mut world = self.shared.world();
        let now = world.state.now;
        world.outbox.take(now)
    }

    /// From now on webhooks are as unreliable as this.
    pub fn scramble(&self, scramble: Scramble) {
        self.shared.world().outbox.set(scramble);
    }

    /// The next request that fits goes wrong; several wait in a row.
    pub fn fail_next(&self, fault: Fault) {
        self.shared.world().faults.push(fault);
    }

    /// Lets every held answer go.
    pub fn release(&self) {
        self.shared.released.send_modify(|times| *times += 1);
    }

    /// An object as it is.
    pub fn object(&self, id: &str) -> Option<Value> {
        self.shared.world().state.find(id).map(shown)
    }

    /// All objects of a kind (their member `object`), oldest first.
    pub fn objects(&self, kind: &str) -> Vec<Value> {
        self.shared.world().state.all(kind).into_iter().map(shown).collect()
    }

    /// The types of all events so far, oldest first, delivered or not.
    pub fn events(&self) -> Vec<String> {
        let world = self.shared.world();
        world.state.events.iter().map(|event| event.text("type").to_owned()).collect()
    }

    /// Every request so far, oldest first: `POST /v1/customers [its key]`.
    pub fn requests(&self) -> Vec<String> {
        self.shared.world().log.clone()
    }

    /// Everything as one line of canonical JSON.
    pub fn dump(&self) -> String {
        self.shared.world().state.dump()
    }

    fn play(&self, act: impl FnOnce(&mut State) -> Result<Value, Refusal>) -> Played {
        let answer = self.shared.world().whole(act);
        self.shared.wake.notify_one();
        answer.map(|value| shown(&value)).map_err(|refusal| refusal.error)
    }
}
