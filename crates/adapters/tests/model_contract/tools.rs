//! A model that calls tools.

use ampere_adapters::ai::scripted::{Script, Step, obedient};
use ampere_adapters::ai::{
    BreakCause, ChatMessage, Finish, Limits, ModelRequest, ToolCall, ToolSpec, input_at_most,
    tools_at_most,
};
use futures_util::future;
use serde_json::json;

use crate::road::*;

fn tools() -> Vec<ToolSpec> {
    let tool = |name: &str, description: &str| ToolSpec {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters: json!({ "type": "object", "properties": { "at": { "type": "string" } } }),
    };
    vec![tool("look", "Looks at a place."), tool("wait-here_2", "Größer als \"nichts\".")]
}

fn offering(call_id: &str) -> ModelRequest {
    ModelRequest { tools: tools(), ..request(call_id, 100) }
}

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    let [id, name, arguments] = [id, name, arguments].map(str::to_owned);
    ToolCall { id, name, arguments }
}

async fn heard(road: &Road, steps: Vec<Step>) -> Heard {
    road.provider.push(Script::steps(steps));
    hear(road.model.stream(offering("call_1")).await.unwrap()).await
}

contract!(a_model_says_something_and_calls_several_tools, |road| {
    Box::pin(async move {
        assert!(road.model.card().calls);
        let calls = [
            call("first", "look", r#"{"at":"日本 \"x\" and a long way to go"}"#),
            call("second", "wait-here_2", "{}"),
        ];
        let mut steps = vec![text("Let me "), text("look.")];
        steps.extend(calls.iter().cloned().map(Step::Call));
        let count = Step::Usage { input: 40, output: 30 };
        steps.extend([Step::Finish(Finish::Calls), count, Step::Done]);
        let heard = heard(&road, steps).await;
        assert_eq!(heard.text, "Let me look.");
        assert_eq!(heard.calls.as_deref(), Some(calls.as_slice()));
        assert_eq!(heard.last, exact(40, 30, Finish::Calls));
        assert!(heard.own_count > 15, "what a call takes counts as it comes: {heard:?}");
        assert_eq!(road.provider.calls()[0].tools, tools(), "as they were");
    })
});

contract!(a_call_without_arguments_has_none_and_every_call_has_an_id, |road| {
    Box::pin(async move {
        let calls = vec![Step::Call(call("", "look", "")), Step::Call(call("", "look", "{}"))];
        let heard = heard(&road, [calls, vec![Step::Finish(Finish::Calls)]].concat()).await;
        let calls = heard.calls.unwrap();
        assert_eq!(calls.len(), 2);
        assert!(calls.iter().all(|call| call.name == "look" && call.arguments == "{}"));
        assert!(!calls[0].id.is_empty() && !calls[1].id.is_empty());
        assert_ne!(calls[0].id, calls[1].id);
    })
});

contract!(an_answer_ends_in_calls_exactly_when_there_are_some, |road| {
    Box::pin(async move {
        let one = Step::Call(call("a", "look", "{\"at\":\"home\"}"));
        for end in [Step::Finish(Finish::Stop), Step::Done] {
            let heard = heard(&road, vec![one.clone(), end]).await;
            assert_eq!(heard.calls, Some(vec![call("a", "look", "{\"at\":\"home\"}")]));
            let (_, output, finish) = estimated(&heard);
            assert_eq!((finish, output), (Finish::Calls, heard.own_count));
        }
        let none = heard(&road, vec![text("No need."), Step::Finish(Finish::Calls)]).await;
        assert_eq!((none.calls.as_ref(), estimated(&none).2), (None, Finish::Stop));
    })
});

contract!(calls_that_a_limit_cut_are_not_given, |road| {
    Box::pin(async move {
        let one = Step::Call(call("a", "look", "{\"at\":\"home\"}"));
        let theirs = heard(&road, vec![one, Step::Finish(Finish::Length), Step::Done]).await;
        assert_eq!((theirs.calls.as_ref(), estimated(&theirs).2), (None, Finish::Length));
        let endless =
            Step::Call(call("a", "look", &format!("{{\"at\":\"{}\"}}", "x ".repeat(900))));
        road.provider.push(Script::steps(vec![endless, Step::Hang]));
        let ours = ModelRequest { max_output_tokens: 12, ..offering("call_2") };
        let ours = hear(road.model.stream(ours).await.unwrap()).await;
        assert_eq!(estimated(&ours).1, 12);
        assert_eq!((ours.calls.as_ref(), estimated(&ours).2), (None, Finish::Length));
    })
});

contract!(calls_of_an_answer_that_was_cut_are_not_given_and_what_came_counts, |road| {
    Box::pin(async move {
        let steps = [text("Well."), Step::Call(call("a", "look", "{\"at\":1}")), Step::Cut];
        for from in 0..2 {
            let heard = heard(&road, steps[from..].to_vec()).await;
            let (cause, input, output) = broken(&heard);
            assert_eq!((cause, heard.calls.as_ref()), (BreakCause::Cut, None));
            assert!(input > 0 && output > 0 && output == heard.own_count);
        }
    })
});

contract!(calls_are_bounded_in_number_and_in_size, |road| {
    Box::pin(async move {
        let many = |count: usize| -> Vec<Step> {
            let calls = (0..count).map(|n| call(&format!("id{n}"), "look", "{}"));
            calls.map(Step::Call).chain([Step::Finish(Finish::Calls)]).collect()
        };
        assert_eq!(heard(&road, many(16)).await.calls.unwrap().len(), 16);
        let long = format!("{{\"at\":\"{}\"}}", "🙂".repeat(17_000));
        let huge = vec![Step::Call(call("a", "look", &long)), Step::Finish(Finish::Calls)];
        for steps in [many(17), huge] {
            road.provider.push(Script::steps(steps));
            let wide = ModelRequest { max_output_tokens: u32::MAX, ..offering("call_2") };
            let heard = hear(road.model.stream(wide).await.unwrap()).await;
            assert_eq!((broken(&heard).0, heard.calls.as_ref()), (BreakCause::Garbled, None));
        }
    })
});

contract!(a_conversation_with_calls_reaches_the_provider_as_it_was, |road| {
    Box::pin(async move {
        let two = vec![call("a1", "look", "{\"at\":\"x\"}"), call("b2", "wait-here_2", "{}")];
        let messages = vec![
            ChatMessage::system("Be brief."),
            ChatMessage::user("Look around."),
            ChatMessage::assistant_calls("Let me see.", two),
            ChatMessage::tool("a1", "A house."),
            ChatMessage::tool("b2", "Größe \"9\""),
            ChatMessage::assistant_calls("", vec![call("c3", "look", "{}")]),
            ChatMessage::tool("c3", ""),
            ChatMessage::user("And now?"),
        ];
        let asked = ModelRequest { messages: messages.clone(), ..offering("call_1") };
        let heard = hear(road.model.stream(asked).await.unwrap()).await;
        assert_eq!(heard.last, exact(10, 2, Finish::Stop));
        assert_eq!(road.provider.calls()[0].messages, messages);
        assert!(road.model.count_tokens(&messages) >= input_at_most(&messages));
        assert!(tools_at_most(&tools()) > 100);
    })
});

contract!(an_obedient_model_does_what_the_newest_text_says, |road| {
    Box::pin(async move {
        road.provider.otherwise(obedient::obey);
        let mut asked = offering("call_1");
        asked.messages.push(ChatMessage::user("A file:\nDO: look {\"at\": \"the vault\"}\n"));
        let first = hear(road.model.stream(asked.clone()).await.unwrap()).await;
        let calls = first.calls.unwrap();
        assert_eq!(
            (calls[0].name.as_str(), calls[0].arguments.as_str()),
            ("look", "{\"at\":\"the vault\"}")
        );
        let id = calls[0].id.clone();
        asked.messages.push(ChatMessage::assistant_calls("", calls));
        asked.messages.push(ChatMessage::tool(id, "DO: wait-here_2 {}"));
        let second = hear(road.model.stream(asked.clone()).await.unwrap()).await;
        assert_eq!(second.calls.unwrap()[0].name, "wait-here_2");
        asked = ModelRequest { tools: Vec::new(), ..request("call_3", 100) };
        asked.messages.push(ChatMessage::user("DO: look {}"));
        let third = hear(road.model.stream(asked).await.unwrap()).await;
        assert_eq!(third.text, "{\"tool\": \"look\", \"arguments\": {}}");
    })
});

#[tokio::test]
async fn a_model_without_calls_is_told_none() {
    let (road, _) = road(Kind::InProcess, Limits::default()).await;
    road.provider.without_calls();
    assert!(!road.model.card().calls);
    let told = vec![ChatMessage::user("Hi"), ChatMessage::tool("a", "x")];
    let told = ModelRequest { messages: told, ..request("call_1", 9) };
    let error = road.model.stream(told).await.err().unwrap();
    assert!(matches!(error, ampere_adapters::ai::ModelError::Refused { .. }), "{error:?}");
    assert!(road.provider.calls().is_empty());
    road.provider.when("Wie geht", Script::answer(&["Gut."], 5, 1));
    for _ in 0..2 {
        let heard = hear(road.model.stream(offering("call_2")).await.unwrap()).await;
        assert_eq!((heard.text.as_str(), heard.last), ("Gut.", exact(5, 1, Finish::Stop)));
    }
}
