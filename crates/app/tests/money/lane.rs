//! Several requests of one cause in a lane: one commit, an answer for each in its order, and one
//! that is refused does no harm to the others.

use std::sync::Arc;

use ampere_app::lane::Lanes;
use ampere_app::news::News;
use ampere_credits::ledger::{
    Answer, Cause, Class, Command, Draw, GrantTerms, Hash, Queueing, Request,
};
use ampere_credits::{Credits, GrantId, HoldId, RunId};
use ampere_store::faults::Lost;
use ampere_store::ports::StoreError;
use ampere_store::rows::LaneRequest;

use crate::stage::Stage;

fn asked(key: String, command: Command) -> LaneRequest {
    let (hash, queueing) = (Hash::default(), Queueing::Overtakes);
    let request = Request { key, hash, command, queueing };
    LaneRequest { request, writes: Vec::new(), waiting: Vec::new() }
}

fn grant(stage: &Stage, number: u128, whole: u32) -> LaneRequest {
    let terms = GrantTerms {
        id: GrantId::from_bits(number),
        class: Class::Included,
        cause: Cause::Adjustment,
        amount: Credits::whole(whole),
        effective: stage.app.now(),
        expires: None,
    };
    asked(format!("grant:{number}"), Command::Grant(terms))
}

fn hold(stage: &Stage, number: u128, whole: u32) -> LaneRequest {
    let command = Command::Hold {
        hold: HoldId::from_bits(number),
        run: RunId::from_bits(number),
        amount: Credits::whole(whole),
        deadline: stage.app.now().plus_seconds(60),
        cap: None,
        draw: Draw::Pool,
    };
    asked(format!("hold:{number}"), command)
}

async fn opened() -> (Stage, Arc<Lanes>) {
    let (stage, _) = Stage::on_a_line().await;
    let lanes = Lanes::new(Arc::clone(&stage.store), Arc::new(News::default()));
    (stage, Arc::new(lanes))
}

/// `done 3`, `again 3` or `refused`, with the position in the journal.
fn told(answer: &Answer) -> String {
    match answer {
        Answer::Done(outcome) => format!("done {}", outcome.position),
        Answer::Replayed(outcome) => format!("again {}", outcome.position),
        Answer::Refused(_) => "refused".to_owned(),
        Answer::Waits => "waits".to_owned(),
    }
}

#[tokio::test]
async fn one_refusal_among_many_does_not_hurt_the_others() {
    let (stage, lanes) = opened().await;
    let org = stage.owner.org;
    let five = || {
        let hold_too_much = hold(&stage, 2, 1_000);
        let unknown = Command::Release { hold: HoldId::from_bits(99) };
        vec![
            grant(&stage, 1, 100),
            hold_too_much,
            hold(&stage, 3, 60),
            asked("release:99".to_owned(), unknown),
            grant(&stage, 5, 50),
        ]
    };
    let answered = lanes.submit_all(org, five()).await.unwrap();
    let words: Vec<_> = answered.iter().map(|each| told(&each.answer)).collect();
    assert_eq!(words, ["done 1", "refused", "done 2", "refused", "done 3"]);
    let balance = stage.balance().await;
    assert_eq!((balance.available, balance.held), (Credits::whole(90), Credits::whole(60)));
    assert!(answered.iter().all(|each| each.balance.position == 3), "of the one commit");
    assert_eq!(stage.journal().await.len(), 3);

    // Who asks again hears of each what became of it; the refused one may succeed by now.
    let answered = lanes.submit_all(org, vec![grant(&stage, 6, 2_000)]).await.unwrap();
    assert_eq!(told(&answered[0].answer), "done 4");
    let answered = lanes.submit_all(org, five()).await.unwrap();
    let words: Vec<_> = answered.iter().map(|each| told(&each.answer)).collect();
    assert_eq!(words, ["again 1", "done 5", "again 2", "refused", "again 3"]);
}

#[tokio::test]
async fn f4_without_an_answer_all_of_them_are_booked_or_none() {
    for lost in [Lost::Before, Lost::After] {
        let (stage, lanes) = opened().await;
        let org = stage.owner.org;
        let three = || (1..=3).map(|number| grant(&stage, number, 10)).collect::<Vec<_>>();
        stage.faults.arm(1, lost);
        let unknown = lanes.submit_all(org, three()).await;
        assert!(matches!(unknown, Err(StoreError::Unknown(_))), "{lost:?}");
        let there = stage.journal().await.len();
        assert_eq!(there, if lost == Lost::After { 3 } else { 0 });
        let answered = lanes.submit_all(org, three()).await.unwrap();
        let words: Vec<_> = answered.iter().map(|each| told(&each.answer)).collect();
        let word = if lost == Lost::After { "again" } else { "done" };
        assert_eq!(words, [1, 2, 3].map(|position| format!("{word} {position}")));
        assert_eq!(stage.journal().await.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_gets_the_answers_to_their_own_requests_in_order() {
    let (stage, lanes) = opened().await;
    let org = stage.owner.org;
    let asking = (0..40u128).map(|who| {
        let lanes = Arc::clone(&lanes);
        let three: Vec<_> = (1..=3).map(|each| grant(&stage, who * 10 + each, 1)).collect();
        tokio::spawn(async move { (who, lanes.submit_all(org, three).await.unwrap()) })
    });
    for task in asking.collect::<Vec<_>>() {
        let (who, answered) = task.await.unwrap();
        let entries = stage.journal().await;
        let granted = answered.iter().map(|each| {
            let Answer::Done(outcome) = each.answer else { panic!("{:?}", each.answer) };
            assert!(outcome.position <= each.balance.position, "answered before its commit");
            let entry = entries.iter().find(|entry| entry.position == outcome.position).unwrap();
            entry.fact.grant()
        });
        let own = (1..=3).map(|each| Some(GrantId::from_bits(who * 10 + each)));
        assert!(granted.eq(own), "{who} got the answers of others");
    }
    assert_eq!(stage.journal().await.len(), 120);
}
