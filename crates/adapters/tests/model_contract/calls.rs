//! A call as a whole: refused, cancelled, made once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ampere_adapters::ai::scripted::{CallEnd, Gate, Script, Step};
use ampere_adapters::ai::{Finish, Limits, ModelError};
use futures_util::{StreamExt, future};

use crate::road::*;

// Incident: a provider error at connect fired neither finish nor abort.
contract!(a_refusal_before_the_first_byte_says_what_to_do, |road| {
    Box::pin(async move {
        let refuse = async |error| {
            road.provider.push(Script::refuse(error));
            let Err(error) = road.model.stream(request("call_1", 10)).await else {
                panic!("refused calls give no stream");
            };
            assert!(!format!("{error} {error:?}").contains("SECRET"), "{error:?}");
            error
        };
        let wait = Some(Duration::from_secs(7));
        let busy = ModelError::NotReached { detail: String::new(), retry_after: wait };
        let error = refuse(busy).await;
        assert!(matches!(error, ModelError::NotReached { .. }) && error.retryable());
        assert_eq!(error.retry_after(), wait);
        let error = refuse(ModelError::Refused { detail: String::new() }).await;
        assert!(matches!(error, ModelError::Refused { .. }) && !error.retryable());
        let error = refuse(ModelError::InputTooLong).await;
        assert!(error == ModelError::InputTooLong && !error.retryable());
        let ends: Vec<CallEnd> = road.provider.calls().iter().map(|c| c.end).collect();
        assert_eq!(ends, [CallEnd::Refused; 3]);
    })
});

contract!(dropping_the_stream_cancels_the_call_at_every_point, |road| {
    Box::pin(async move {
        for read in 0..4 {
            let call_id = format!("call_{read}");
            let mut steps: Vec<Step> = ["a", "b", "c"][..read].iter().map(|t| text(t)).collect();
            steps.push(Step::Hang);
            road.provider.push(Script::steps(steps));
            let mut stream = road.model.stream(request(&call_id, 100)).await.unwrap();
            for _ in 0..read {
                stream.next().await.unwrap();
            }
            drop(stream);
            let gone = road.provider.cancelled(&call_id);
            tokio::time::timeout(Duration::from_secs(1), gone).await.expect("within a second");
        }
    })
});

contract!(dropping_a_call_that_is_not_accepted_yet_cancels_it, |road| {
    Box::pin(async move {
        let gate = Gate::new();
        road.provider.push(Script::answer(&["late"], 1, 1).held(&gate));
        let call = road.model.stream(request("call_1", 100));
        let reached = gate.reached();
        futures_util::pin_mut!(reached);
        assert!(matches!(future::select(call, reached).await, future::Either::Right(_)));
        road.provider.cancelled("call_1").await;
    })
});

contract!(every_call_reaches_the_provider_once, |road| {
    Box::pin(async move {
        let calls = (0..32).map(|n| {
            let model = Arc::clone(&road.model);
            async move { hear(model.stream(request(&format!("c{n}"), 10)).await.unwrap()).await }
        });
        for heard in future::join_all(calls).await {
            assert_eq!((heard.text.as_str(), heard.last), ("Hello.", exact(10, 2, Finish::Stop)));
        }
        let calls = road.provider.calls();
        let ids: BTreeSet<&str> = calls.iter().map(|c| c.call_id.as_str()).collect();
        assert_eq!((calls.len(), ids.len()), (32, 32));
    })
});

#[tokio::test]
async fn a_reader_that_stops_reading_stops_the_provider() {
    let (road, _) = road(Kind::InProcess, Limits::default()).await;
    road.provider.push(Script::steps(vec![Step::Forever("word ".to_owned())]));
    let mut stream = road.model.stream(request("call_1", u32::MAX)).await.unwrap();
    stream.next().await.unwrap();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(road.provider.calls()[0].steps, 1);
}
