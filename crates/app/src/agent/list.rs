//! What `list_tools` tells: names and ids, or what one tool or workflow takes and costs.

use ampere_credits::WorkflowId;

use crate::app::App;
use crate::caller::Caller;
use crate::error::AppError;
use crate::tasks::What;
use crate::tools::likely;

/// All tools and workflows, or one of them; none: there is no such one.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn list(
    app: &App,
    caller: &Caller,
    about: Option<&str>,
) -> crate::Done<Option<String>> {
    match about {
        Some(about) => one(app, caller, about).await,
        None => all(app, caller).await.map(Some),
    }
}

async fn all(app: &App, caller: &Caller) -> crate::Done<String> {
    let mut text = "AI Tools (run_tool):".to_owned();
    for tool in app.tools.list() {
        text.push_str(&format!("\n- {}: {} — {}", tool.id, tool.name, tool.purpose));
    }
    let workflows = app.store.workflows(caller.org).await?;
    if workflows.is_empty() {
        text.push_str("\nThere are no workflows.");
    } else {
        text.push_str("\nWorkflows (run_workflow):");
        for row in workflows {
            text.push_str(&format!("\n- {}: {}", row.id, row.name));
        }
    }
    Ok(text)
}

async fn one(app: &App, caller: &Caller, about: &str) -> crate::Done<Option<String>> {
    let what = match about.parse::<WorkflowId>() {
        Ok(id) => What::Workflow(id),
        Err(_) => What::Tool(about.to_owned()),
    };
    let definition = match app.pinned(caller, &what).await {
        Ok((definition, _, _)) => definition,
        Err(error @ (AppError::Unavailable | AppError::Internal)) => return Err(error),
        Err(_) => return Ok(None),
    };
    let form = definition.form();
    let usual = app.usual_cost(caller, &what, &likely(&form)).await?;
    let cost = usual.map_or_else(
        || "What it costs is not known.".to_owned(),
        |quote| format!("It usually costs {} to {} credits.", quote.low, quote.high),
    );
    Ok(Some(format!("{}. {cost} It takes: {form}", definition.name())))
}
