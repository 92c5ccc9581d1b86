//! The decode process: says where pages go, continues the traces that wrote them, and verifies every page.

use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::thread;

use mooncake_trace::{
    MooncakeRequestStage, RequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info,
};
use nixl_sys::NixlError;

use crate::PATIENCE;
use crate::control::{Hello, Notice, Receive, say};
use crate::engine::Engine;
use crate::pages::Pages;

/// Requests `requests` KV caches of `page_count` pages, one after the other, from the prefill process.
pub(crate) fn run(
    listener: &TcpListener,
    requests: u64,
    page_count: usize,
) -> Result<(), Box<dyn Error>> {
    set_thread_info(ThreadInfo::new("Decode Scheduler").tp_rank(0));
    let (mut link, _) = listener.accept()?;
    let pages = Arc::new(Pages::new(page_count));
    let engine = Engine::new("decode", pages.clone())?;
    say(
        &mut link,
        &Hello {
            metadata: engine.metadata()?,
        },
    )?;
    let (placed, chunks) = mpsc::channel();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let receiver = scope.spawn(|| receive(&engine, &pages, &placed, &stop));
        let done = (1..=requests)
            .try_for_each(|room| request(room, &mut link, &pages, page_count, &chunks));
        stop.store(true, Relaxed);
        receiver
            .join()
            .map_err(|_| "the receiving thread panicked")??;
        done
    })
}

/// How many pages of a chunk were as they should be; nothing if one was not.
type Placed = Option<usize>;

fn request(
    room: u64,
    link: &mut TcpStream,
    pages: &Pages,
    page_count: usize,
    chunks: &mpsc::Receiver<Placed>,
) -> Result<(), Box<dyn Error>> {
    let trace_ctx = TraceContext::builder(&format!("req-{room}"))
        .module("mooncake")
        .role("Receiver")
        .bootstrap_room(room)
        .build();
    trace_ctx.req_start();
    let announcement = Receive {
        room,
        targets: (0..page_count).map(|page| pages.address(page)).collect(),
        traceparent: trace_ctx.traceparent(),
    };
    let result = announce(&trace_ctx, link, &announcement)
        .map_err(Into::into)
        .and_then(|()| wait(&trace_ctx, page_count, chunks));
    match &result {
        Ok(()) => trace_ctx.req_finish(),
        Err(error) => trace_ctx.req_fail(&error.to_string()),
    }
    result
}

#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_RECV, err)]
fn announce(
    trace_ctx: &TraceContext,
    link: &mut TcpStream,
    request: &Receive,
) -> std::io::Result<()> {
    say(link, request)
}

#[mooncake_trace(stage = RequestStage::DECODE_WAITING, err)]
fn wait(
    trace_ctx: &TraceContext,
    page_count: usize,
    chunks: &mpsc::Receiver<Placed>,
) -> Result<(), Box<dyn Error>> {
    let mut missing = page_count;
    while missing > 0 {
        let placed = chunks.recv_timeout(PATIENCE)?;
        missing -= placed.ok_or("a page is not what was computed")?;
    }
    Ok(())
}

/// Takes notices until it is stopped: each continues the trace of the chunk that it is about.
fn receive(
    engine: &Engine,
    pages: &Pages,
    placed: &mpsc::Sender<Placed>,
    stop: &AtomicBool,
) -> Result<(), NixlError> {
    set_thread_info(ThreadInfo::new("mooncake receiver").tp_rank(0));
    while !stop.load(Relaxed) {
        for notice in engine.notices()? {
            let verified = serde_json::from_str(&notice)
                .ok()
                .and_then(|notice| place(&notice, pages));
            // The scheduler may have given up.
            let _ = placed.send(verified);
        }
        thread::yield_now();
    }
    Ok(())
}

fn place(notice: &Notice, pages: &Pages) -> Placed {
    let trace_ctx = TraceContext::from_carrier(&notice.trace);
    trace_ctx.rebuild_thread_context();
    verify(&trace_ctx, notice, pages)
}

#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_WORKER_RECV, attrs(pages = notice.pages.len()), thread_finish)]
fn verify(trace_ctx: &TraceContext, notice: &Notice, pages: &Pages) -> Placed {
    let right = notice
        .pages
        .iter()
        .all(|page| pages.verify(*page, notice.room));
    right.then_some(notice.pages.len())
}
