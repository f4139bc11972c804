//! How an answer ends, and whose count stands.

use ampere_adapters::ai::scripted::{CallEnd, Gate, Script, Step};
use ampere_adapters::ai::{BreakCause, Finish, Limits, ModelEvent, input_at_most};
use futures_util::{StreamExt, future};

use crate::road::*;

contract!(an_answer_streams_and_ends_in_the_providers_count, |road| {
    Box::pin(async move {
        let pieces = ["Gut", ", ", "danke", " 🙂", "!"];
        let heard = answer(&road, Script::answer(&pieces, 21, 6), 100).await;
        assert_eq!(heard.text, "Gut, danke 🙂!");
        assert_eq!(heard.last, exact(21, 6, Finish::Stop));
        assert!(heard.queue.is_empty());
        let calls = road.provider.calls();
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].end, CallEnd::Played);
        assert_eq!(calls[0].call_id, "call_1");
        assert_eq!(calls[0].max_output_tokens, 100);
        assert_eq!(calls[0].messages, request("", 0).messages);
        assert!(road.model.count_tokens(&calls[0].messages) >= input_at_most(&calls[0].messages));
    })
});

contract!(each_delta_comes_as_soon_as_the_provider_sends_it, |road| {
    Box::pin(async move {
        let gate = Gate::new();
        road.provider.push(Script::steps(vec![
            text("first"),
            Step::Wait(gate.clone()),
            text("second"),
            Step::Done,
        ]));
        let mut stream = road.model.stream(request("call_1", 100)).await.unwrap();
        let first = stream.next().await.unwrap();
        assert_eq!(first, ModelEvent::Delta { text: "first".to_owned(), tokens: 2 });
        gate.open();
        assert_eq!(hear(stream).await.text, "second");
    })
});

// Incident: usage in a chunk with `choices: []` was dropped.
contract!(usage_in_a_chunk_with_empty_choices_is_honoured_wherever_it_stands, |road| {
    Box::pin(async move {
        let usage = |output| Step::Usage { input: 9, output };
        let early = vec![usage(1), text("a"), usage(7), text("b"), Step::Finish(Finish::Stop)];
        let heard = answer(&road, Script::steps(early), 100).await;
        assert_eq!((heard.text.as_str(), heard.last), ("ab", exact(9, 7, Finish::Stop)));
        let late = vec![text("a"), Step::Finish(Finish::Length), usage(3), Step::Done];
        let heard = answer(&road, Script::steps(late), 100).await;
        assert_eq!(heard.last, exact(9, 3, Finish::Length));
    })
});

// Incidents: tokens delivered and none billed; the usage chunk never came.
contract!(without_usage_our_own_count_stands_and_says_so, |road| {
    Box::pin(async move {
        for usage in [vec![], vec![Step::Usage { input: 0, output: 0 }]] {
            let mut steps = vec![text("The answer"), text(" is long enough."), text(" 日本")];
            steps.extend(usage);
            steps.extend([Step::Finish(Finish::Stop), Step::Done]);
            let heard = answer(&road, Script::steps(steps), 100).await;
            let (input, output, finish) = estimated(&heard);
            assert_eq!(finish, Finish::Stop);
            assert_eq!(output, heard.own_count);
            assert_eq!(output, 9, "27 ASCII characters at four a token, and two others");
            assert!(input > 0 && input <= road.model.count_tokens(&request("", 0).messages));
        }
    })
});

// Incident: the usage chunk never comes when a stream is aborted.
contract!(an_answer_cut_after_its_finish_is_whole_by_our_own_count, |road| {
    Box::pin(async move {
        let steps = vec![text("done"), Step::Finish(Finish::Stop), Step::Cut];
        let heard = answer(&road, Script::steps(steps), 100).await;
        assert_eq!(heard.text, "done");
        assert_eq!(estimated(&heard).1, heard.own_count);
    })
});

contract!(either_a_finish_reason_or_the_final_mark_makes_an_answer_whole, |road| {
    Box::pin(async move {
        let mark = vec![text("a"), Step::Usage { input: 5, output: 1 }, Step::Done];
        let heard = answer(&road, Script::steps(mark), 100).await;
        assert_eq!(heard.last, exact(5, 1, Finish::Stop));
        let reason =
            vec![text("a"), Step::Finish(Finish::Length), Step::Usage { input: 5, output: 1 }];
        let heard = answer(&road, Script::steps(reason), 100).await;
        assert_eq!(heard.last, exact(5, 1, Finish::Length));
    })
});

contract!(a_stream_cut_at_any_piece_is_broken_and_counts_what_was_delivered, |road| {
    Box::pin(async move {
        let pieces = ["one", " two", " three", " four", " five"];
        for delivered in 0..=pieces.len() {
            for violent in [true, false] {
                let mut steps: Vec<Step> = pieces[..delivered].iter().map(|p| text(p)).collect();
                // A count from the middle of an answer is not a count of the answer.
                steps.insert(0, Step::Usage { input: 999, output: 999 });
                steps.extend(violent.then_some(Step::Cut));
                let heard = answer(&road, Script::steps(steps), 100).await;
                let (cause, input, output) = broken(&heard);
                assert_eq!(cause, BreakCause::Cut);
                assert_eq!(heard.text, pieces[..delivered].concat());
                assert_eq!(output, heard.own_count);
                assert_eq!(input > 0, delivered > 0, "nothing delivered, nothing to charge");
                assert_eq!(output > 0, delivered > 0);
            }
        }
    })
});

contract!(an_error_in_mid_answer_is_broken_and_its_text_stays_with_us, |road| {
    Box::pin(async move {
        let heard = answer(&road, Script::steps(vec![text("half"), Step::Report]), 100).await;
        assert_eq!(broken(&heard).0, BreakCause::Reported);
        assert!(!format!("{:?}", heard.last).contains("SECRET"));
        let ModelEvent::Broken { error, .. } = heard.last else { unreachable!() };
        assert!(error.retryable());
    })
});

contract!(what_is_no_chat_stream_is_broken, |road| {
    Box::pin(async move {
        let steps = vec![text("a"), Step::Bytes(b"data: {oops\n\n".to_vec())];
        let heard = answer(&road, Script::steps(steps), 100).await;
        assert_eq!(broken(&heard).0, BreakCause::Garbled);
        assert_eq!(heard.text, "a");
    })
});

contract!(a_count_above_what_was_asked_is_told_as_it_is, |road| {
    Box::pin(async move {
        let heard = answer(&road, Script::answer(&["a"], 20, 5_000), 12).await;
        assert_eq!(heard.last, exact(20, 5_000, Finish::Stop));
    })
});

contract!(thoughts_are_counted_and_not_shown, |road| {
    Box::pin(async move {
        let thought = Step::Thought("Hm, let me think about it.".to_owned());
        let steps = vec![thought, text("Yes."), Step::Finish(Finish::Stop)];
        let heard = answer(&road, Script::steps(steps), 100).await;
        assert_eq!(heard.text, "Yes.");
        assert_eq!(estimated(&heard).1, 8, "30 characters at four a token");
        assert_eq!(heard.own_count, 8);
    })
});
