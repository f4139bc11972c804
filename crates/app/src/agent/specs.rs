//! The hands as a model is told of them. What is not in this list does not exist.

use ampere_adapters::ai::ToolSpec;
use serde_json::{Value, json};

/// Tells of AI Tools and workflows.
pub(super) const LIST_TOOLS: &str = "list_tools";
/// Runs an AI Tool.
pub(super) const RUN_TOOL: &str = "run_tool";
/// Runs a workflow.
pub(super) const RUN_WORKFLOW: &str = "run_workflow";
/// Reads a file of the session.
pub(super) const READ_FILE: &str = "read_file";
/// Opens pages in a browser.
pub(super) const BROWSE: &str = "browse";

/// The hands that there are; to browse only where there is a browser.
pub(crate) fn specs(browser: bool) -> Vec<ToolSpec> {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut specs = vec![
        spec(
            LIST_TOOLS,
            "Lists the AI Tools and workflows of this organization with their ids. With `about`, \
             tells what one of them takes and what it usually costs: look before you run it.",
            json!({ "about": text("id of a tool or workflow") }),
            &[],
        ),
        spec(
            RUN_TOOL,
            "Runs an AI Tool and gives its result. It uses the person's credits.",
            json!({ "tool": text("its id"), "inputs": { "type": "object" } }),
            &["tool", "inputs"],
        ),
        spec(
            RUN_WORKFLOW,
            "Runs a workflow and gives its result. It uses the person's credits.",
            json!({ "workflow": text("its id"), "inputs": { "type": "object" } }),
            &["workflow", "inputs"],
        ),
        spec(
            READ_FILE,
            "Reads a file that was attached in this session, a part at a time.",
            json!({
                "file": text("its id or name"),
                "from": { "type": "integer", "minimum": 0, "description": "first character" },
            }),
            &["file"],
        ),
    ];
    if browser {
        specs.push(spec(
            BROWSE,
            "Opens a page in a browser and does a task there: reads, follows links, fills in \
             forms. It costs credits by the minute.",
            json!({ "task": text("what to do or find out"), "url": text("the page to begin at") }),
            &["task", "url"],
        ));
    }
    specs
}

fn spec(name: &str, description: &str, properties: Value, required: &[&str]) -> ToolSpec {
    let parameters = json!({
        "type": "object", "properties": properties, "required": required,
        "additionalProperties": false,
    });
    ToolSpec { name: name.to_owned(), description: description.to_owned(), parameters }
}
