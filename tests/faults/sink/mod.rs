//! An OTLP receiver on a real socket: gRPC, HTTP and HTTP/JSON on one port, with or without TLS.
//!
//! For each request it takes the next answer of its script; when that is used up it accepts. It lives on a thread and a
//! runtime of its own, so it answers whatever the test's thread does.

mod answer;
mod decode;
mod serve;

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio_rustls::TlsAcceptor;

pub(crate) use answer::Answer;
pub(crate) use decode::Arrived;

pub(crate) struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) spans: usize,
    /// Bytes on the wire, before decompression.
    pub(crate) wire_bytes: usize,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct State {
    script: VecDeque<Answer>,
    seen: Vec<Seen>,
    arrived: Vec<Arrived>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// Closed gates hold [`Answer::Gate`] back.
    gate: watch::Sender<bool>,
}

impl Sink {
    /// One that accepts everything.
    pub(crate) fn start() -> Self {
        Self::scripted([])
    }

    /// One that begins with `script`.
    pub(crate) fn scripted(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), script, None)
    }

    /// One at an address where another was before.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self::listen(address, [], None)
    }

    pub(crate) fn with_tls(acceptor: TlsAcceptor) -> Self {
        Self::listen(
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            [],
            Some(acceptor),
        )
    }

    fn listen(
        address: SocketAddr,
        script: impl IntoIterator<Item = Answer>,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        let state = State {
            script: script.into_iter().collect(),
            ..State::default()
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            gate: watch::Sender::new(false),
        });
        // Bound in here, so that it takes connections as soon as this returns.
        let socket = std::net::TcpListener::bind(address).unwrap();
        socket.set_nonblocking(true).unwrap();
        let address = socket.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = runtime.enable_all().build().unwrap();
                runtime.block_on(async {
                    let listener = TcpListener::from_std(socket).unwrap();
                    tokio::select! {
                        () = serve::connections(listener, tls, shared) => {}
                        _ = stopped => {}
                    }
                });
                // Ends with all connections closed.
                runtime.shutdown_background();
            }
        });
        Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn endpoint(&self) -> String {
        self.address.to_string()
    }

    /// All spans that were accepted.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.shared.state.lock().unwrap().arrived.clone()
    }

    /// All requests, whatever the answer.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.state.lock().unwrap().seen.clone()
    }

    /// Waits until `n` requests have come.
    #[track_caller]
    pub(crate) fn wait_for_requests(&self, n: usize) {
        let state = self.shared.state.lock().unwrap();
        let (state, waited) = self
            .shared
            .changed
            .wait_timeout_while(state, Duration::from_secs(30), |s| s.seen.len() < n)
            .unwrap();
        assert!(!waited.timed_out(), "{} requests", state.seen.len());
    }

    /// Lets everything pass that an [`Answer::Gate`] holds back.
    pub(crate) fn open_gate(&self) {
        self.shared.gate.send_replace(true);
    }

    /// Goes away, with all connections.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.stop();
    }
}

/// An address where nobody listens.
pub(crate) fn nobody() -> SocketAddr {
    let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.local_addr().unwrap()
}
