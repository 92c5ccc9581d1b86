//! Requests that go wrong.

use std::convert::Infallible;
use std::io::Read;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use axum::routing::get;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full};
use mooncake_trace_tower::TraceLayer;
use tower::{Layer, ServiceExt, service_fn};

use crate::setup::{begin, record, recording};

fn layer() -> TraceLayer {
    TraceLayer::new("").rid(|_| "1".to_owned())
}

#[test]
fn a_server_error_is_a_failure_and_a_client_error_is_none() {
    let app = Router::new().route("/", get(|| async { StatusCode::SERVICE_UNAVAILABLE }));
    let tree = record(app, layer(), |address| {
        crate::setup::get(address, "/", "");
        crate::setup::get(address, "/nowhere", "");
    });
    assert_eq!(
        tree,
        r#"request "Req 1" rid="1" module="sglang::" http.request.method="GET" url.path="/" http.response.status_code=503 ERROR
  thread "unknown" reason="HTTP status 503 Service Unavailable" ERROR
request "Req 1" rid="1" module="sglang::" http.request.method="GET" url.path="/nowhere" http.response.status_code=404
  thread "unknown"
"#
    );
}

async fn broken() -> String {
    panic!("no page")
}

#[test]
fn a_panic_is_a_failure() {
    let app = Router::new().route("/", get(broken));
    let tree = record(app, layer(), |address| {
        let mut answer = String::new();
        // The connection is cut, with or without an error.
        let _ = begin(address, "GET", "/", "").read_to_string(&mut answer);
        assert_eq!(answer, "");
    });
    assert_eq!(
        tree,
        r#"request "Req 1" rid="1" module="sglang::" http.request.method="GET" url.path="/" ERROR
  thread "unknown" reason="the handler panicked" ERROR
"#
    );
}

#[test]
fn an_error_of_the_service_is_a_failure() {
    let service = layer().layer(service_fn(|_: Request<Body>| async {
        Err::<Response<Body>, _>("no peer")
    }));
    let tree = recording(async {
        let error = service
            .oneshot(Request::new(Body::empty()))
            .await
            .unwrap_err();
        assert_eq!(error, "no peer");
    });
    assert!(tree.contains(r#"reason="no peer" ERROR"#), "{tree}");
}

/// A gRPC response: status 200, the failure in the trailers or, without a message, in the headers.
async fn grpc(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let mut status = HeaderMap::new();
    let code = if request.uri().path() == "/ok" {
        "0"
    } else {
        "14"
    };
    status.insert("grpc-status", HeaderValue::from_static(code));
    if request.uri().path() == "/headers" {
        let mut response = Response::new(Body::new(Empty::new()));
        *response.headers_mut() = status;
        return Ok(response);
    }
    status.insert("grpc-message", HeaderValue::from_static("try again"));
    let body = Full::new(Bytes::from_static(b"message")).with_trailers(async { Some(Ok(status)) });
    Ok(Response::new(Body::new(body)))
}

#[test]
fn grpc_says_in_trailers_or_headers_what_failed() {
    let service = layer().layer(service_fn(grpc));
    let tree = recording(async {
        for path in ["/ok", "/trailers", "/headers"] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = service.clone().oneshot(request).await.unwrap();
            response.into_body().collect().await.unwrap();
        }
    });
    let reasons: Vec<&str> = tree
        .lines()
        .filter(|line| line.contains("thread"))
        .collect();
    assert_eq!(
        reasons,
        [
            r#"  thread "unknown""#,
            r#"  thread "unknown" reason="gRPC status 14: try again" ERROR"#,
            r#"  thread "unknown" reason="gRPC status 14" ERROR"#,
        ]
    );
}
