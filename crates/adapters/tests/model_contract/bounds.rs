//! What bounds an answer in length and in time.

use ampere_adapters::ai::scripted::{Script, Step};
use ampere_adapters::ai::{BreakCause, Finish, Limits};
use futures_util::future;

use crate::road::*;

contract!(reading_stops_at_our_own_limit_whatever_the_provider_does, |road| {
    Box::pin(async move {
        let heard = answer(&road, Script::steps(vec![Step::Forever("word ".to_owned())]), 12).await;
        let (_, output, finish) = estimated(&heard);
        assert_eq!((output, finish), (12, Finish::Length));
        assert_eq!(heard.text, "word ".repeat(12));
        assert_eq!(heard.own_count, 12);
        road.provider.cancelled("call_1").await;
    })
});

contract!(an_honest_answer_of_exactly_the_limit_is_not_stopped, |road| {
    Box::pin(async move {
        let words = [" internationalization"; 12];
        let heard = answer(&road, Script::answer(&words, 20, 12), 12).await;
        assert_eq!(heard.text, words.concat());
        assert_eq!(heard.last, exact(20, 12, Finish::Stop));
    })
});

contract!(where there is a queue: the_queue_is_visible, Limits::default(), |road| {
    Box::pin(async move {
        let mut steps: Vec<Step> = [2, 1, 0].map(Step::Queued).into();
        steps.extend([text("a"), Step::Done]);
        let heard = answer(&road, Script::steps(steps), 100).await;
        assert_eq!(heard.queue, [2, 1, 0]);
        assert_eq!(heard.text, "a");
    })
});

contract!(a_silent_provider_is_left, quick(|limits| limits.idle = SOON), |road| {
    Box::pin(async move {
        let heard = answer(&road, Script::steps(vec![text("a"), Step::Hang]), 100).await;
        assert_eq!(broken(&heard).0, BreakCause::Idle);
        road.provider.cancelled("call_1").await;
    })
});

contract!(an_endless_answer_is_left, quick(|limits| limits.total = SOON), |road| {
    Box::pin(async move {
        let endless = Script::steps(vec![Step::Forever("word ".to_owned())]);
        let heard = answer(&road, endless, u32::MAX).await;
        assert_eq!(broken(&heard).0, BreakCause::TooLong);
        road.provider.cancelled("call_1").await;
    })
});

contract!(
    where there is a queue: waiting_in_the_queue_is_not_working,
    quick(|l| (l.total, l.idle) = (SOON, LATER)),
    |road| {
        Box::pin(async move {
            let heard = answer(&road, Script::steps(vec![Step::Queued(1), Step::Hang]), 100).await;
            assert_eq!(broken(&heard), (BreakCause::Idle, 0, 0), "not the limit on working");
        })
    }
);

contract!(
    where there is a queue: waiting_in_the_queue_has_its_own_limit,
    quick(|limits| limits.queued = SOON),
    |road| {
        Box::pin(async move {
            let heard = answer(&road, Script::steps(vec![Step::Queued(1), Step::Hang]), 100).await;
            assert_eq!(broken(&heard), (BreakCause::TooLong, 0, 0));
        })
    }
);

contract!(usage_is_not_waited_for_long, quick(|limits| limits.after_finish = SOON), |road| {
    Box::pin(async move {
        let steps = vec![text("a"), Step::Finish(Finish::Stop), Step::Hang];
        let heard = answer(&road, Script::steps(steps), 100).await;
        assert_eq!(estimated(&heard).2, Finish::Stop);
    })
});
