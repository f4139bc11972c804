//! The tools as people choose among them: with what a run usually costs and when the last one was.
//!
//! Reading is free: there is no meter here.

use std::sync::Arc;

use ampere_credits::Timestamp;
use ampere_credits::rating::Quote;
use ampere_store::rows::{Page, RunFilter, RunKind, RunRow};
use serde_json::{Map, Value};

use super::schema::{filler, sample};
use super::{Refusal, Tool, inputs};
use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::tasks::What;

/// A tool as a person sees it.
#[derive(Debug, Clone)]
pub struct ToolView {
    /// As it is declared.
    pub tool: Arc<Tool>,
    /// What a run may cost with a form as people usually fill it in; none while no model can be
    /// asked.
    pub usual: Option<Quote>,
    /// When somebody of the organization last ran it.
    pub last_used: Option<Timestamp>,
}

impl App {
    /// All tools by their names, and for the operator the files that were refused.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_tools(&self, caller: &Caller) -> crate::Done<(Vec<ToolView>, &[Refusal])> {
        let mut views = Vec::new();
        for tool in self.tools.list() {
            views.push(self.tool_view(caller, tool).await?);
        }
        let refused = if caller.operator { self.tools.refused() } else { &[] };
        Ok((views, refused))
    }

    /// One tool.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn get_tool(&self, caller: &Caller, id: &str) -> crate::Done<ToolView> {
        let tool = self.tool(id)?;
        self.tool_view(caller, tool).await
    }

    /// A tool as it is declared.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub fn tool(&self, id: &str) -> crate::Done<Arc<Tool>> {
        self.tools.get(id).ok_or(AppError::NotFound)
    }

    async fn tool_view(&self, caller: &Caller, tool: Arc<Tool>) -> crate::Done<ToolView> {
        let what = What::Tool(tool.id.clone());
        let usual = self.usual_cost(caller, &what, &likely(&tool.inputs)).await?;
        let last = self.last_run_of(caller, RunKind::Tool, &tool.id).await?;
        Ok(ToolView { tool, usual, last_used: last.map(|run| run.created_at) })
    }

    /// The newest run of a tool or workflow.
    pub(crate) async fn last_run_of(
        &self,
        caller: &Caller,
        kind: RunKind,
        subject: &str,
    ) -> crate::Done<Option<RunRow>> {
        let (kind, subject) = (Some(kind), Some(subject.to_owned()));
        let filter = RunFilter { kind, subject, ..RunFilter::default() };
        let page = Page { before: None, limit: 1 };
        Ok(self.list_runs(caller, filter, page).await?.into_iter().next())
    }

    /// What a run may cost; none while that cannot be said (no model is ready, a tool is gone).
    pub(crate) async fn usual_cost(
        &self,
        caller: &Caller,
        what: &What,
        inputs: &Value,
    ) -> crate::Done<Option<Quote>> {
        match self.estimate_task(caller, what, inputs, None).await {
            Ok(estimated) => Ok(Some(estimated.quote)),
            Err(error @ (AppError::Unavailable | AppError::Internal)) => Err(error),
            Err(_) => Ok(None),
        }
    }
}

/// Characters of a long text that a person puts in.
const LIKELY_TEXT: usize = 3_000;
/// Pages and other entries of a list that a person names.
const LIKELY_ENTRIES: usize = 2;
/// Characters of a line that a person types.
const LIKELY_LINE: usize = 40;

/// A form as people usually fill it in: what it demands, and the first of those of which one is
/// enough. Without that a tool that works on a text would look free.
pub(crate) fn likely(form: &Value) -> Value {
    let names = |key: &str| form[key].as_array().into_iter().flatten().filter_map(Value::as_str);
    let wanted: Vec<&str> = names("required").chain(names("x-one-of").take(1)).collect();
    let filled: Map<String, Value> = form["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, property)| {
            wanted.contains(&name.as_str()) && property.get("default").is_none()
        })
        .map(|(name, property)| (name.clone(), likely_value(property)))
        .collect();
    let given = Value::Object(filled);
    inputs::check(form, given.clone()).unwrap_or(given)
}

fn likely_value(property: &Value) -> Value {
    let page = || Value::from("https://example.com/");
    let most = |wanted: usize| {
        let bound = |most| usize::try_from(most).unwrap_or(usize::MAX);
        wanted.min(property["maxLength"].as_u64().map_or(usize::MAX, bound))
    };
    match (property["format"].as_str(), property["type"].as_str()) {
        (Some("long-text"), _) => filler(most(LIKELY_TEXT)).into(),
        (Some("url"), _) => page(),
        (Some("file"), _) => "file_0".into(),
        (Some("pages"), _) => std::iter::repeat_with(page).take(LIKELY_ENTRIES).collect(),
        (_, Some("array")) => {
            let entry = || likely_value(&property["items"]);
            std::iter::repeat_with(entry).take(LIKELY_ENTRIES).collect()
        }
        _ => match sample(property, LIKELY_ENTRIES, LIKELY_LINE) {
            // Several lines are no line.
            Value::String(text) => text.replace('\n', " ").into(),
            other => other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::ToolBook;
    use crate::tools::plan::{self, calls};

    #[test]
    fn every_tool_has_a_likely_form_that_fits_and_asks_the_model_or_opens_a_page() {
        for tool in ToolBook::built_in().list() {
            let form = likely(&tool.inputs);
            let checked = inputs::check(&tool.inputs, form.clone());
            assert_eq!(checked.as_ref(), Ok(&form), "{}", tool.id);
            let surroundings = serde_json::json!({ "model": { "context_tokens": 8_192 } });
            let planned = format!("{:?}", calls(&tool, &form, &surroundings));
            let opens = plan::pages(&tool, &form, &surroundings) > (0, 0);
            assert!(opens || planned.contains("PlannedCall"), "{}: {planned}", tool.id);
        }
    }
}
