//! A receiver of OTLP over HTTP in a process of its own, which counts spans, and the handle that takes it away.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use tiny_http::{Response, Server};

pub(crate) struct Receiver {
    port: u16,
    child: Option<Child>,
    received: u64,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let mut receiver = Self {
            port,
            child: None,
            received: 0,
        };
        receiver.set_away(false);
        receiver
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Ends the process, or begins a new one at the same port.
    pub(crate) fn set_away(&mut self, away: bool) {
        match &mut self.child {
            None if !away => {
                let program = std::env::current_exe().expect("a program");
                let mut child = Command::new(program)
                    .args(["receiver", &self.port.to_string()])
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .spawn()
                    .expect("a process");
                let mut line = String::new();
                let stdout = child.stdout.as_mut().expect("its output");
                BufReader::with_capacity(1, stdout)
                    .read_line(&mut line)
                    .expect("that it listens");
                self.child = Some(child);
            }
            Some(child) if away => {
                drop(child.stdin.take());
                let mut count = String::new();
                let stdout = child.stdout.as_mut().expect("its output");
                stdout.read_to_string(&mut count).expect("its count");
                self.received += count.trim().parse::<u64>().expect("a number");
                child.wait().expect("its end");
                self.child = None;
            }
            _ => {}
        }
    }

    /// Ends it and says how many spans it has received in all.
    pub(crate) fn stop(mut self) -> u64 {
        self.set_away(true);
        self.received
    }
}

/// Counts the spans of every request until the standard input ends; what has been begun is answered first.
pub(crate) fn serve(port: u16) {
    let server = Arc::new(Server::http(("127.0.0.1", port)).expect("the port"));
    println!("listening");
    let closing = Arc::clone(&server);
    std::thread::spawn(move || {
        let _end = std::io::stdin().read_to_end(&mut Vec::new());
        closing.unblock();
    });
    let mut spans = 0;
    let mut body = Vec::new();
    for mut request in server.incoming_requests() {
        body.clear();
        request.as_reader().read_to_end(&mut body).expect("a body");
        let export = ExportTraceServiceRequest::decode(body.as_slice()).expect("an export");
        let scopes = export
            .resource_spans
            .iter()
            .flat_map(|resource| &resource.scope_spans);
        spans += scopes.map(|scope| scope.spans.len()).sum::<usize>();
        request
            .respond(Response::empty(200))
            .expect("it waits for the answer");
    }
    println!("{spans}");
}
