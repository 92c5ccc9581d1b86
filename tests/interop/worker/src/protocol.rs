//! What is asked of this process and what it answers, each a line of JSON.

use std::collections::HashMap;

use mooncake_trace::Carrier;
use serde::{Deserialize, Serialize};

/// Headers of an HTTP request, as a Python dict has them.
pub(crate) type Headers = HashMap<String, String>;

/// `{"continue": {"state": …}}`, and so on. The order's name is the key, not a field: a tag among the fields makes serde
/// buffer them, and its buffer has no room for a state's 128-bit numbers.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// Begins a request here; it stays open until `Finish`.
    Start(Start),
    /// Works on a request of another process, on a thread of its own.
    Continue { state: Carrier, chunk: Chunk },
    /// Takes the request that `Start` began back, and ends it.
    Finish { state: Carrier },
    /// Serves a request that came with W3C headers.
    Receive { headers: Headers },
    /// Ends tracing.
    Stop {},
}

#[derive(Deserialize)]
pub(crate) struct Start {
    pub(crate) rid: String,
    pub(crate) bootstrap_room: u64,
}

/// A part of a KV cache.
#[derive(Deserialize)]
pub(crate) struct Chunk {
    pub(crate) pages: u32,
    pub(crate) sessions: Vec<String>,
}

#[derive(Default, Serialize)]
pub(crate) struct Answer {
    /// The context, for the next process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<Carrier>,
    /// What goes along with outgoing requests.
    #[serde(skip_serializing_if = "Headers::is_empty")]
    pub(crate) headers: Headers,
    /// Whether this process records the request.
    pub(crate) enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recorded: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exported: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) misuse: Option<u64>,
}

impl Answer {
    /// The state of `ctx`, its headers, and whether it records.
    pub(crate) fn of(ctx: &mooncake_trace::TraceContext) -> Self {
        let mut headers = Headers::new();
        ctx.inject(&mut headers);
        Self {
            state: Some(ctx.to_carrier()),
            headers,
            enabled: ctx.is_enabled(),
            ..Self::default()
        }
    }
}
