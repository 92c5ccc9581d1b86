//! The prefill worker: computes the KV cache of a prompt and sends it to the decode worker in the same room.

use std::io;
use std::net::{SocketAddr, TcpStream};

use axum::extract::State;
use axum::routing::post;
use axum::{Extension, Json, Router};
use mooncake_trace::{RequestStage, TraceContext, mooncake_trace};
use mooncake_trace_tower::RequestTrace;
use serde_json::Value;

use crate::answer::{Failure, Generate, generated};
use crate::bootstrap::Rooms;
use crate::kv;
use crate::sender::KvSender;
use crate::transfer::Workers;

#[derive(Clone)]
struct Prefill {
    rooms: Rooms,
    workers: Workers,
}

/// The worker's routes, and the port at which it waits for decode workers.
pub(crate) fn app(bootstrap: SocketAddr) -> io::Result<(Router, u16)> {
    let prefill = Prefill {
        rooms: Rooms::default(),
        workers: Workers::start(2),
    };
    let port = prefill.rooms.listen(bootstrap)?;
    let routes = Router::new().route("/generate", post(generate));
    Ok((routes.with_state(prefill), port))
}

async fn generate(
    State(prefill): State<Prefill>,
    Extension(trace): Extension<RequestTrace>,
    Json(request): Json<Generate>,
) -> Result<Json<Value>, Failure> {
    let kv = forward(&trace, &request.text);
    let link = find_decode(&trace, &prefill.rooms, request.bootstrap_room).await?;
    transfer(&trace, &request, kv, link, prefill.workers).await?;
    Ok(generated("", kv::tokens(&request.text), 1))
}

#[mooncake_trace(stage = RequestStage::PREFILL_FORWARD, ctx = trace, ret(|kv| bytes = kv.len()))]
fn forward(trace: &RequestTrace, prompt: &str) -> Vec<u8> {
    kv::compute(prompt)
}

#[mooncake_trace(stage = RequestStage::PREFILL_BOOTSTRAP, ctx = trace, err)]
async fn find_decode(trace: &RequestTrace, rooms: &Rooms, room: u64) -> io::Result<TcpStream> {
    rooms.connection(room).await
}

#[mooncake_trace(stage = RequestStage::PREFILL_TRANSFER_KV_CACHE, ctx = trace, err)]
async fn transfer(
    trace: &RequestTrace,
    request: &Generate,
    kv: Vec<u8>,
    link: TcpStream,
    workers: Workers,
) -> io::Result<()> {
    let room = request.bootstrap_room;
    let trace_ctx = below(trace, "Sender", room);
    KvSender::new(room, kv, link, workers, trace_ctx)
        .run()
        .await
}

/// A KV transfer's own request, below the HTTP request's root.
pub(crate) fn below(trace: &TraceContext, role: &str, room: u64) -> TraceContext {
    TraceContext::builder(&format!("{room:#x}"))
        .module("mooncake")
        .role(role)
        .bootstrap_room(room)
        .traceparent(trace.traceparent().as_deref().unwrap_or_default())
        .build()
}
