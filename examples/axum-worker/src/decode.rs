//! The decode worker: gets the KV cache from the prefill worker in the same room, verifies it, and answers.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};

use axum::routing::post;
use axum::{Extension, Json, Router};
use mooncake_trace::{RequestStage, mooncake_trace};
use mooncake_trace_tower::RequestTrace;
use serde_json::Value;

use crate::answer::{Failure, Generate, generated};
use crate::bootstrap::PATIENCE;
use crate::prefill::below;
use crate::receiver::KvReceiver;
use crate::{kv, wire};

/// The worker's routes.
pub(crate) fn app() -> Router {
    Router::new().route("/generate", post(generate))
}

async fn generate(
    Extension(trace): Extension<RequestTrace>,
    Json(request): Json<Generate>,
) -> Result<Json<Value>, Failure> {
    let link = find_prefill(&trace, &request).await?;
    let receiver = KvReceiver::new(link, below(&trace, "Receiver", request.bootstrap_room));
    let kv = wait_for_kv(&trace, receiver).await?;
    if kv != kv::compute(&request.text) {
        return Err(Failure("the KV cache is not that of the prompt".to_owned()));
    }
    let steps = request.sampling_params.max_new_tokens;
    let text = forward(&trace, steps);
    Ok(generated(&text, kv::tokens(&request.text), steps))
}

#[mooncake_trace(stage = RequestStage::DECODE_BOOTSTRAP, ctx = trace, err)]
async fn find_prefill(trace: &RequestTrace, request: &Generate) -> io::Result<TcpStream> {
    let address = (request.bootstrap_host.clone(), request.bootstrap_port);
    let room = request.bootstrap_room;
    let connect = move || {
        let address = address.to_socket_addrs()?.next();
        let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let mut link = TcpStream::connect_timeout(&address, PATIENCE)?;
        link.set_read_timeout(Some(PATIENCE))?;
        wire::write_room(&mut link, room)?;
        Ok(link)
    };
    tokio::task::spawn_blocking(connect)
        .await
        .map_err(io::Error::other)?
}

#[mooncake_trace(stage = RequestStage::DECODE_WAITING, ctx = trace, err)]
async fn wait_for_kv(trace: &RequestTrace, receiver: KvReceiver) -> io::Result<Vec<u8>> {
    receiver.run().await
}

/// Says one word a step.
#[mooncake_trace(stage = RequestStage::DECODE_FORWARD, ctx = trace, attrs(tokens = steps))]
fn forward(trace: &RequestTrace, steps: u32) -> String {
    let words = (0..steps).map(|step| {
        let _step = trace.slice(&RequestStage::DECODE_LOOP);
        step.to_string()
    });
    words.collect::<Vec<_>>().join(" ")
}
