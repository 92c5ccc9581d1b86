//! The admin endpoint, asked over real sockets.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use mooncake_trace::{TraceContext, sampling_ratio, trace_level};
use mooncake_trace_export::admin::{Admin, AdminError};

/// The status and body of a request with these header lines.
fn ask(address: SocketAddr, target: &str, headers: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(
        stream,
        "GET {target} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|s| s.parse().ok())
        .expect("a status");
    let body = answer.split_once("\r\n\r\n").expect("a body").1.to_owned();
    (status, body)
}

fn any_port(ip: &str) -> SocketAddr {
    format!("{ip}:0").parse().expect("an address")
}

const LOCAL: &str = "Host: localhost\r\n";

#[test]
fn control_takes_effect_at_once_and_refuses_nonsense() {
    let admin = Admin::start(any_port("127.0.0.1"), None).expect("it starts");
    let ask = |target: &str| ask(admin.address(), target, LOCAL);

    assert_eq!(
        ask("/set_trace_level?level=2"),
        (200, "trace level 2\n".into())
    );
    assert_eq!(trace_level(), 2);
    assert_eq!(ask("/set_trace_level?level=300").0, 400);
    assert_eq!(ask("/set_trace_level").0, 400);
    assert_eq!(trace_level(), 2);

    assert_eq!(ask("/set_sampling_ratio?ratio=0.25").0, 200);
    assert_eq!(sampling_ratio(), 0.25);
    assert_eq!(ask("/set_sampling_ratio?ratio=2").0, 400);
    assert_eq!(ask("/set_sampling_ratio?ratio=1").0, 200);

    assert_eq!(ask("/set_trace_modules?modules=request%2Cmooncake").0, 200);
    let (status, body) = ask("/set_trace_modules?modules=moncake");
    assert_eq!(status, 400);
    assert!(body.contains("mooncake"), "{body}");
    assert_eq!(ask("/set_trace_modules").0, 200);

    assert_eq!(ask("/trace/flush").0, 200);
    assert_eq!(ask("/nothing").0, 404);
}

#[test]
fn the_books_are_json() {
    let admin = Admin::start(any_port("127.0.0.1"), None).expect("it starts");
    let ctx = TraceContext::builder("r").build();
    ctx.req_finish();
    let (status, body) = ask(admin.address(), "/trace/stats", LOCAL);
    assert_eq!(status, 200);
    let books: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let number = |key: &str| books[key].as_u64().expect(key);
    let dropped: u64 = books["dropped"]
        .as_object()
        .expect("an object")
        .values()
        .filter_map(|v| v.as_u64())
        .sum();
    assert_eq!(
        number("recorded"),
        number("exported") + dropped + number("in_flight")
    );
}

#[test]
fn strangers_are_refused() {
    let open = Admin::start(any_port("127.0.0.1"), None).expect("it starts");
    assert_eq!(
        ask(open.address(), "/trace/stats", "Host: evil.example\r\n").0,
        403
    );
    assert_eq!(
        ask(open.address(), "/trace/stats", "Host: 127.0.0.1:80\r\n").0,
        200
    );
    assert_eq!(
        ask(open.address(), "/trace/stats", "Host: [::1]:80\r\n").0,
        200
    );

    let guarded = Admin::start(any_port("127.0.0.1"), Some("secret".into())).expect("it starts");
    assert_eq!(ask(guarded.address(), "/trace/stats", LOCAL).0, 403);
    let wrong = "Host: x\r\nAuthorization: Bearer secre\r\n";
    assert_eq!(ask(guarded.address(), "/trace/stats", wrong).0, 403);
    let right = "Host: x\r\nAuthorization: Bearer secret\r\n";
    assert_eq!(ask(guarded.address(), "/trace/stats", right).0, 200);
}

#[test]
fn an_address_open_to_others_needs_a_token() {
    let error = Admin::start(any_port("0.0.0.0"), None).expect_err("it is refused");
    assert!(matches!(error, AdminError::TokenNeeded(_)));
    assert!(error.to_string().contains("token"), "{error}");
}
