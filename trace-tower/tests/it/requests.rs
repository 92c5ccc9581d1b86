//! What a request's spans look like, and what a handler has of them.

use axum::routing::get;
use axum::{Extension, Router};
use mooncake_trace::mooncake_trace;
use mooncake_trace_tower::{RequestTrace, TraceLayer};

use crate::setup::{self, GENERATE, begin, record};

const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

#[mooncake_trace(stage = GENERATE, ctx = trace)]
async fn generate(Extension(trace): Extension<RequestTrace>) -> String {
    tokio::task::yield_now().await;
    let mut headers = axum::http::HeaderMap::new();
    mooncake_trace_tower::inject(&trace, &mut headers);
    format!("{headers:?}")
}

fn app() -> Router {
    Router::new().route("/generate", get(generate))
}

#[test]
fn a_request_joins_the_trace_of_its_caller() {
    let headers =
        format!("traceparent: {SAMPLED}\r\ntracestate: a=1\r\nx-request-id: 0x1f4a2b\r\n");
    let layer = TraceLayer::new("request")
        .role("Prefill")
        .bootstrap_room(|_| Some(7));
    let mut answer = String::new();
    let tree = record(app(), layer, |address| {
        answer = setup::get(address, "/generate?x=1", &headers);
    });
    assert!(
        answer.contains("00-0af7651916cd43dd8448eb211c80319c-"),
        "{answer}"
    );
    assert!(
        !answer.contains("b7ad6b7169203331"),
        "the parent of what follows is our root: {answer}"
    );
    assert!(answer.contains("a=1"), "{answer}");
    assert_eq!(
        tree,
        r#"request "Prefill Req 0x1f4a2b" rid="0x1f4a2b" module="sglang::request" bootstrap_room="0x7" http.request.method="GET" url.path="/generate" http.response.status_code=200 remote parent
  thread "unknown"
    slice "generate"
"#
    );
}

#[test]
fn a_request_without_headers_begins_a_trace() {
    let layer = TraceLayer::new("").rid(|request| request.uri.path()[1..].to_owned());
    let tree = record(app(), layer, |address| {
        setup::get(address, "/generate", "");
        let mut head = String::new();
        std::io::Read::read_to_string(&mut begin(address, "HEAD", "/generate", ""), &mut head)
            .unwrap();
    });
    for method in ["GET", "HEAD"] {
        let root = format!(
            r#"request "Req generate" rid="generate" module="sglang::" http.request.method="{method}" url.path="/generate" http.response.status_code=200
  thread "unknown"
    slice "generate"
"#
        );
        assert!(tree.contains(&root), "{tree}");
    }
    assert_eq!(tree.lines().count(), 6, "{tree}");
}

#[test]
fn ids_are_made_for_requests_without_one() {
    let tree = record(app(), TraceLayer::new(""), |address| {
        setup::get(address, "/generate", "");
        setup::get(address, "/generate", "");
    });
    let rids = tree.lines().filter_map(|line| line.split_once("rid=\""));
    let mut rids: Vec<&str> = rids.map(|(_, rest)| &rest[..16]).collect();
    rids.dedup_by_key(|rid| &rid[..8]);
    assert_eq!(rids.len(), 2, "{tree}");
    assert!(
        rids.iter()
            .all(|rid| rid.bytes().all(|b| b.is_ascii_hexdigit())),
        "{tree}"
    );
}

#[test]
fn what_is_not_wanted_is_not_traced() {
    let layer = TraceLayer::new("").only(|request| request.uri.path() != "/generate");
    let tree = record(app(), layer, |address| {
        let answer = setup::get(address, "/generate", &format!("traceparent: {SAMPLED}\r\n"));
        assert!(answer.ends_with("{}"), "{answer}");
    });
    assert_eq!(tree, "");
}

#[test]
fn an_unsampled_trace_goes_on_unrecorded() {
    let tree = record(app(), TraceLayer::new(""), |address| {
        let answer = setup::get(
            address,
            "/generate",
            &format!("traceparent: {UNSAMPLED}\r\n"),
        );
        assert!(answer.contains(UNSAMPLED), "{answer}");
    });
    assert_eq!(tree, "");
}

#[test]
fn a_process_with_tracing_off_hands_the_trace_on() {
    let tree = record(app(), TraceLayer::new(""), |address| {
        mooncake_trace::set_tracing_enabled(false);
        let answer = setup::get(address, "/generate", &format!("traceparent: {SAMPLED}\r\n"));
        assert!(answer.contains(SAMPLED), "{answer}");
        let answer = setup::get(address, "/generate", "");
        assert!(answer.ends_with("{}"), "{answer}");
    });
    assert_eq!(tree, "");
}
