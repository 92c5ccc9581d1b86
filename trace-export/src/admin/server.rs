//! Listening, and who may ask.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tiny_http::{Header, Request, Response, Server};

use super::answer::{Answer, answer};

/// A running endpoint; it ends when this is dropped.
///
/// ```no_run
/// let admin = mooncake_trace_export::admin::Admin::start("127.0.0.1:9464".parse()?, None)?;
/// println!("http://{}/trace/stats", admin.address());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Admin {
    server: Arc<Server>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

/// Why the endpoint could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum AdminError {
    /// The address is not a loopback one and there is no token.
    TokenNeeded(SocketAddr),
    /// The address cannot be listened on.
    Listen(SocketAddr, io::Error),
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TokenNeeded(address) => write!(
                f,
                "the trace admin endpoint would be open to others on {address}; give it a token, or listen on 127.0.0.1"
            ),
            Self::Listen(address, error) => {
                write!(
                    f,
                    "the trace admin endpoint cannot listen on {address}: {error}"
                )
            }
        }
    }
}

impl std::error::Error for AdminError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::TokenNeeded(_) => None,
            Self::Listen(_, error) => Some(error),
        }
    }
}

impl Admin {
    /// Listens on `address` (port 0 picks one) and answers on a thread of its own.
    ///
    /// # Errors
    /// If the address is not a loopback one and there is no `token`, or cannot be listened on.
    pub fn start(address: SocketAddr, token: Option<String>) -> Result<Self, AdminError> {
        if !address.ip().is_loopback() && token.is_none() {
            return Err(AdminError::TokenNeeded(address));
        }
        let listen = |error| AdminError::Listen(address, error);
        let server = Server::http(address).map_err(|error| listen(io::Error::other(error)))?;
        let address = server.server_addr().to_ip().unwrap_or(address);
        let server = Arc::new(server);
        let answering = Arc::clone(&server);
        let thread = thread::Builder::new()
            .name("mooncake-trace-admin".to_owned())
            .spawn(move || {
                for request in answering.incoming_requests() {
                    respond(request, token.as_deref());
                }
            })
            .map_err(listen)?;
        Ok(Self {
            server,
            address,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Admin {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

fn respond(request: Request, token: Option<&str>) {
    let Answer { status, body, json } = if is_allowed(&request, token) {
        answer(request.method().as_str(), request.url())
    } else {
        Answer::text(
            403,
            "not allowed: ask from this host, or with `Authorization: Bearer TOKEN`",
        )
    };
    let kind = if json {
        "application/json"
    } else {
        "text/plain; charset=utf-8"
    };
    let mut response = Response::from_string(body).with_status_code(status);
    if let Ok(header) = Header::from_bytes("Content-Type", kind) {
        response.add_header(header);
    }
    // The asker may be gone; that is its business.
    let _sent = request.respond(response);
}

fn is_allowed(request: &Request, token: Option<&str>) -> bool {
    let header = |name: &'static str| {
        let mut headers = request.headers().iter();
        let found = headers.find(|header| header.field.equiv(name));
        found.map(|header| header.value.as_str())
    };
    match token {
        Some(token) => {
            let given = header("Authorization").and_then(|value| value.strip_prefix("Bearer "));
            given.is_some_and(|given| same(given.trim(), token))
        }
        None => header("Host").is_none_or(is_loopback_name),
    }
}

/// Compares in a time that says nothing about where they differ.
fn same(given: &str, token: &str) -> bool {
    let differences = given
        .bytes()
        .zip(token.bytes())
        .fold(0, |all, (a, b)| all | (a ^ b));
    given.len() == token.len() && differences == 0
}

fn is_loopback_name(host: &str) -> bool {
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}
