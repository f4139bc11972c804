//! The server that is measured: one handler that does nothing and one that holds or settles,
//! with the same body, the same answer, the same connections.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::ledger::Ledger;

/// What is asked: settle this hold, or take a new one.
#[derive(Debug, Deserialize)]
struct Asked {
    settle: Option<u64>,
}

/// The hold that was taken or settled.
#[derive(Debug, Serialize)]
struct Told {
    hold: u64,
}

/// Serves on a free port of this computer until the process ends.
pub async fn start(ledger: Arc<Ledger>) -> Outcome<SocketAddr> {
    let router =
        Router::new().route("/noop", post(noop)).route("/op", post(operate)).with_state(ledger);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("the server ended: {error}");
        }
    });
    Ok(address)
}

async fn noop(State(ledger): State<Arc<Ledger>>, Json(asked): Json<Asked>) -> Json<Told> {
    Json(Told { hold: asked.settle.unwrap_or_else(|| ledger.next()) })
}

async fn operate(
    State(ledger): State<Arc<Ledger>>,
    Json(asked): Json<Asked>,
) -> Result<Json<Told>, (StatusCode, String)> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    };
    let hold = match asked.settle {
        Some(hold) => {
            ledger.settle(hold).await.map_err(failed)?;
            hold
        }
        None => {
            let hold = ledger.next();
            ledger.hold(hold).await.map_err(failed)?;
            hold
        }
    };
    Ok(Json(Told { hold }))
}
