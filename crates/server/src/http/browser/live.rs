//! The live view: the browser's picture as it moves, for an image element.
//!
//! Owns: how fast frames go out, and that a slow reader gets fewer of them: the next one is taken,
//! the newest, when the one before has left. Looking never spends. Read next: `viewers`.

use std::sync::Arc;
use std::time::Duration;

use ampere_app::browser::Frame;
use ampere_credits::{RunId, Timestamp};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};
use utoipa::{IntoParams, ToSchema};

use crate::http::Shared;
use crate::http::extract::{ApiPath, ApiQuery, Who};
use crate::http::files::FileBytes;
use crate::http::problem::Problem;
use crate::http::streams::Reader;

/// No two frames are nearer to each other: at most 8 a second.
const FRAME_EVERY: Duration = Duration::from_millis(125);
/// What the answer is, with the mark between its parts.
const MIXED: &str = "multipart/x-mixed-replace; boundary=frame";
/// What stands before each part.
const HEAD: &str = "--frame\r\nContent-Type: image/jpeg\r\n\r\n";

/// Opens the live view once.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewerToken {
    /// For the query of the live view.
    pub token: String,
    /// It opens nothing from then on.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// With what a live view is opened.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LiveQuery {
    /// A viewer token.
    token: String,
}

/// Gives a token that opens the live view once, within a minute
#[utoipa::path(post, path = "/api/v1/runs/{id}/browser/viewer-token", tag = "browser",
    operation_id = "createViewerToken", params(("id" = String, Path)),
    responses(
        (status = 200, body = ViewerToken, description = "For the caller and this run"),
        (status = 409, description = "The session is over"),
    ))]
pub async fn create_viewer_token(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
) -> Result<Json<ViewerToken>, Problem> {
    shared.app.browser_frames(&caller, id).await?;
    let given = shared.viewers.give(caller.user, id, shared.app.now(), &*shared.entropy);
    Ok(Json(ViewerToken { token: given.token, expires_at: given.until }))
}

/// The browser as it is now, frame after frame, until the session ends
#[utoipa::path(get, path = "/api/v1/runs/{id}/browser/live", operation_id = "browserLive",
    tag = "browser", params(("id" = String, Path), LiveQuery),
    responses(
        (status = 200, body = inline(FileBytes), content_type = "multipart/x-mixed-replace",
            description = "JPEG after JPEG, at most 8 a second"),
        (status = 409, description = "The session is over"),
    ))]
pub async fn browser_live(
    State(shared): State<Arc<Shared>>,
    Who(caller): Who,
    ApiPath(id): ApiPath<RunId>,
    ApiQuery(query): ApiQuery<LiveQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let frames = shared.app.browser_frames(&caller, id).await?;
    let reader = Reader::of_run(&shared, &caller, &headers, id)?;
    if !shared.viewers.open(&query.token, caller.user, id, shared.app.now()) {
        let detail = "This token opens nothing any more. Ask for a new one.";
        return Err(Problem::field("?token", "unknown", detail));
    }
    let parts = parts(frames).take_until(async move { reader.lost().await });
    let body = Body::from_stream(parts.map(Ok::<_, std::convert::Infallible>));
    Ok(([(CONTENT_TYPE, MIXED)], body).into_response())
}

/// Frames on their way to one reader.
struct Going {
    frames: watch::Receiver<Frame>,
    pace: Interval,
    begun: bool,
}

/// The newest frame whenever somebody is ready to read one, no faster than the pace.
fn parts(mut frames: watch::Receiver<Frame>) -> impl Stream<Item = Bytes> + Send {
    let mut pace = interval(FRAME_EVERY);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // What is shown already is news to this reader.
    frames.mark_changed();
    stream::unfold(Going { frames, pace, begun: false }, |mut going| async move {
        loop {
            going.pace.tick().await;
            // An error is the session's end.
            going.frames.changed().await.ok()?;
            let frame = going.frames.borrow_and_update().clone();
            if frame.number > 0 {
                let part = part(&frame.jpeg, going.begun);
                going.begun = true;
                return Some((part, going));
            }
        }
    })
}

/// One picture. The head of the next one follows at once: browsers show a picture only when they
/// have read that. So no head can tell its picture's length.
fn part(jpeg: &[u8], begun: bool) -> Bytes {
    let first = if begun { "" } else { HEAD };
    [first.as_bytes(), jpeg, b"\r\n", HEAD.as_bytes()].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: u64) -> Frame {
        let jpeg = Bytes::from(format!("picture {number}"));
        Frame { number, jpeg, url: String::new(), title: String::new() }
    }

    fn said(part: Option<Bytes>) -> String {
        part.map(|part| String::from_utf8_lossy(&part).into_owned()).unwrap_or_default()
    }

    #[tokio::test]
    async fn a_slow_reader_gets_the_newest_frame_and_the_end() {
        let (sender, frames) = watch::channel(frame(0));
        let mut parts = Box::pin(parts(frames));
        for number in 1..=3 {
            sender.send_replace(frame(number));
        }
        let first = said(parts.next().await);
        assert_eq!(first, format!("{HEAD}picture 3\r\n{HEAD}"), "with the next one's head");
        for number in 4..=500 {
            sender.send_replace(frame(number));
        }
        let second = said(parts.next().await);
        assert_eq!(second, format!("picture 500\r\n{HEAD}"));
        sender.send_replace(frame(501));
        drop(sender);
        assert!(said(parts.next().await).contains("picture 501"), "the last one is shown");
        assert!(parts.next().await.is_none());
    }

    #[tokio::test]
    async fn nobody_gets_more_than_eight_a_second() {
        let (sender, frames) = watch::channel(frame(1));
        let mut parts = Box::pin(parts(frames));
        let mut count = 0;
        let all = async {
            while parts.next().await.is_some() {
                count += 1;
                sender.send_replace(frame(count));
            }
        };
        let half_a_second = tokio::time::timeout(FRAME_EVERY * 4, all).await;
        assert!(half_a_second.is_err() && (1..=5).contains(&count), "{count}");
    }
}
