//! Responses that come in pieces.

use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use mooncake_trace_tower::{RequestTrace, TraceLayer};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::setup::{GENERATE, begin, record};

type Tokens = (Sender<Bytes, io::Error>, RequestTrace);

/// A server whose response is written by whoever holds the receiver, and the receiver.
fn app() -> (Router, mpsc::UnboundedReceiver<Tokens>) {
    let (opened, streams) = mpsc::unbounded_channel();
    let opened = Arc::new(Mutex::new(opened));
    let generate = move |Extension(trace): Extension<RequestTrace>| async move {
        let (sender, body) = Channel::<Bytes, io::Error>::new(1);
        let _ = opened.lock().unwrap().send((sender, trace));
        Body::new(body)
    };
    (Router::new().route("/", get(generate)), streams)
}

fn layer() -> TraceLayer {
    TraceLayer::new("").rid(|_| "1".to_owned())
}

#[test]
fn a_request_ends_with_its_body() {
    let (app, mut streams) = app();
    let tree = record(app, layer(), |address| {
        let mut stream = begin(address, "GET", "/", "");
        let (mut tokens, trace) = streams.blocking_recv().unwrap();
        // The head is out, the request goes on.
        stream.read_exact(&mut [0; 12]).unwrap();
        trace.slice(&GENERATE).end();
        tokens
            .try_send(http_body::Frame::data("token".into()))
            .unwrap();
        drop(tokens);
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("token"));
    });
    assert_eq!(
        tree,
        r#"request "Req 1" rid="1" module="sglang::" http.request.method="GET" url.path="/" http.response.status_code=200
  thread "unknown"
    slice "generate"
"#
    );
}

#[test]
fn a_request_fails_when_its_client_goes_away() {
    let (app, mut streams) = app();
    let tree = record(app, layer(), |address| {
        let stream = begin(address, "GET", "/", "");
        let (mut tokens, _trace) = streams.blocking_recv().unwrap();
        drop(stream);
        // Until the server has noticed.
        Handle::current()
            .block_on(async { while tokens.send_data("token".into()).await.is_ok() {} });
    });
    assert!(
        tree.contains(r#"reason="dropped before the response was complete" ERROR"#),
        "{tree}"
    );
}

#[test]
fn a_request_fails_when_its_body_does() {
    let (app, mut streams) = app();
    let tree = record(app, layer(), |address| {
        let mut stream = begin(address, "GET", "/", "");
        let (tokens, _trace) = streams.blocking_recv().unwrap();
        tokens.abort(io::Error::other("no page"));
        let _ = stream.read_to_end(&mut Vec::new());
    });
    assert!(
        tree.contains(r#"reason="the response's body failed" ERROR"#),
        "{tree}"
    );
}
