//! An answer that is to fit a schema.

use ampere_adapters::ai::scripted::Script;
use ampere_adapters::ai::{Finish, Limits, ModelRequest};
use futures_util::future;
use serde_json::{Value, json};

use crate::road::*;

fn wanted() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": { "type": "string" },
            "mood": { "enum": ["glad", "sad"] },
            "numbers": { "type": "array", "items": { "type": "integer" }, "minItems": 2 },
        },
        "required": ["name", "mood", "numbers"],
        "additionalProperties": false,
    })
}

fn constrained(call_id: &str) -> ModelRequest {
    ModelRequest { schema: Some(wanted()), steady: true, ..request(call_id, 100) }
}

contract!(a_provider_is_told_the_schema_and_can_answer_by_it, |road| {
    Box::pin(async move {
        road.provider.otherwise(|request| match &request.schema {
            Some(schema) => Script::fitting(schema, 30, 12),
            None => Script::answer(&["prose"], 10, 1),
        });
        assert!(road.model.card().schemas);
        let heard = hear(road.model.stream(constrained("call_1")).await.unwrap()).await;
        let answer: Value = serde_json::from_str(&heard.text).expect("JSON");
        assert_eq!(answer, json!({ "name": "text", "mood": "glad", "numbers": [1, 1] }));
        assert_eq!(heard.last, exact(30, 12, Finish::Stop));
        let heard = hear(road.model.stream(request("call_2", 100)).await.unwrap()).await;
        assert_eq!(heard.text, "prose");
        let calls = road.provider.calls();
        assert_eq!(calls[0].schema, Some(wanted()), "as it was, every keyword");
        assert_eq!(calls[1].schema, None);
        assert_eq!([calls[0].steady, calls[1].steady], [true, false]);
    })
});

contract!(a_schema_changes_nothing_about_limits, |road| {
    Box::pin(async move {
        road.provider.push(Script::answer(
            &["{\"name\":", "\"a very long name, ", "and so on"],
            9,
            9,
        ));
        let short = ModelRequest { max_output_tokens: 2, ..constrained("call_1") };
        let heard = hear(road.model.stream(short).await.unwrap()).await;
        let (_, output, finish) = estimated(&heard);
        assert_eq!((output, finish), (2, Finish::Length));
        assert!(serde_json::from_str::<Value>(&heard.text).is_err(), "{}", heard.text);
    })
});
