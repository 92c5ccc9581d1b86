//! A prefill and a decode worker without a gateway: the test sends both halves of a request itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";
const PATIENCE: Duration = Duration::from_secs(30);

/// A worker process; its spans are in `file` when it has ended.
struct Worker {
    process: Child,
    http: u16,
    bootstrap: u16,
    file: PathBuf,
}

impl Worker {
    fn start(role: &str, dir: &Path) -> Self {
        let file = dir.join(format!("{role}.jsonl"));
        let mut process = Command::new(env!("CARGO_BIN_EXE_axum-worker"))
            .args([
                role,
                "--enable-trace",
                "--trace-modules",
                "request,mooncake",
            ])
            .arg(format!("--otlp-traces-endpoint=file:{}", file.display()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let port = |key: &str| u16::try_from(ready[key].as_u64().unwrap()).unwrap();
        Self {
            http: port("http"),
            bootstrap: port("bootstrap"),
            process,
            file,
        }
    }

    /// Sends one half of a request and gives the status line and the body of the answer.
    fn generate(&self, prompt: &str, bootstrap: u16) -> (String, Value) {
        let body = json!({
            "text": prompt,
            "sampling_params": {"max_new_tokens": 2},
            "bootstrap_host": "127.0.0.1",
            "bootstrap_port": bootstrap,
            "bootstrap_room": 7,
        })
        .to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.http)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "POST /generate HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\n\
             traceparent: 00-{TRACE}-{CALLER}-01\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.lines().next().unwrap().to_owned();
        (status, serde_json::from_str(body).unwrap())
    }

    /// Ends the worker and gives its spans.
    fn end(mut self) -> Vec<Value> {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(self.process.wait().unwrap().success());
        let text = std::fs::read_to_string(&self.file).unwrap();
        let batches = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let spans =
            batches.map(|batch| batch["resourceSpans"][0]["scopeSpans"][0]["spans"].clone());
        spans
            .flat_map(|spans| spans.as_array().unwrap().clone())
            .collect()
    }
}

/// The span whose name begins so.
fn find<'a>(spans: &'a [Value], name: &str) -> &'a Value {
    let mut found = spans
        .iter()
        .filter(|span| span["name"].as_str().unwrap().starts_with(name));
    let span = found.next().unwrap_or_else(|| panic!("no span {name}"));
    assert!(found.next().is_none(), "several spans {name}");
    span
}

fn failed(span: &Value) -> bool {
    span["status"]["code"] == 2
}

#[test]
fn a_request_is_one_trace_over_both_workers() {
    let dir = tempfile::tempdir().unwrap();
    let prefill = Worker::start("prefill", dir.path());
    let decode = Worker::start("decode", dir.path());
    let prompt = "a prompt of a few words";
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| prefill.generate(prompt, prefill.bootstrap));
        (
            decode.generate(prompt, prefill.bootstrap),
            first.join().unwrap(),
        )
    });
    assert_eq!(
        (first.0.as_str(), &first.1["text"]),
        ("HTTP/1.1 200 OK", &json!("0 1"))
    );
    assert_eq!(second.0, "HTTP/1.1 200 OK");

    let (sender, receiver) = (prefill.end(), decode.end());
    for (spans, http, kv, last) in [
        (
            &sender,
            "Prefill Req",
            "Sender Req",
            "mooncake_worker_send_session",
        ),
        (
            &receiver,
            "Decode Req",
            "Receiver Req",
            "mooncake_worker_recv",
        ),
    ] {
        assert!(
            spans
                .iter()
                .all(|span| span["traceId"] == TRACE && !failed(span))
        );
        assert_eq!(find(spans, http)["parentSpanId"], CALLER);
        assert_eq!(find(spans, kv)["parentSpanId"], find(spans, http)["spanId"]);
        assert!(spans.iter().any(|span| span["name"] == last));
    }
}

#[test]
fn a_decode_worker_without_its_peer_fails_the_request() {
    let dir = tempfile::tempdir().unwrap();
    let decode = Worker::start("decode", dir.path());
    // Nobody listens at a port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (status, answer) = decode.generate("prompt", free);
    assert_eq!(status, "HTTP/1.1 500 Internal Server Error");
    assert!(
        answer["error"].as_str().unwrap().contains("refused"),
        "{answer}"
    );
    let spans = decode.end();
    assert!(failed(find(&spans, "decode_bootstrap")));
    assert!(failed(find(&spans, "Decode Req")));
}
