//! A prefill or decode worker over HTTP, as a gateway in prefill/decode mode wants it, traced.
//!
//! The gateway sends each request to a prefill and a decode worker at once, with one bootstrap room. The decode worker
//! connects to the prefill worker's bootstrap port and says its room; the prefill worker's transfer workers send the KV
//! cache over that connection, chunk by chunk; the decode worker verifies it and answers. Both are below the gateway's
//! span in one trace: `tests/interop/gateway.sh` runs all three.

mod answer;
mod bootstrap;
mod decode;
mod kv;
mod prefill;
mod receiver;
mod sender;
mod transfer;
mod wire;

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use clap::{Parser, ValueEnum};
use mooncake_trace::{ThreadInfo, set_thread_info};
use mooncake_trace_export::{TraceArgs, init};
use mooncake_trace_tower::TraceLayer;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

const SHUTDOWN: Duration = Duration::from_secs(5);

/// A traced prefill or decode worker
#[derive(Parser)]
struct Args {
    /// Which of the two
    role: Role,
    /// Where to serve HTTP; port 0 picks one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where a prefill worker waits for decode workers; port 0 picks one
    #[arg(long, default_value = "127.0.0.1:0")]
    bootstrap: SocketAddr,
    #[command(flatten)]
    trace: TraceArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Prefill,
    Decode,
}

impl Role {
    /// As the request's root span and the threads have it.
    const fn name(self) -> &'static str {
        match self {
            Self::Prefill => "Prefill",
            Self::Decode => "Decode",
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let role = args.role;
    // One service, as SGLang and its tools have it; the role is beside it.
    let tracing = init(args.trace.config().attribute("worker.role", role.name()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .on_thread_start(move || set_thread_info(ThreadInfo::new(format!("{} HTTP", role.name()))))
        .enable_all()
        .build()?;
    let served = runtime.block_on(serve(&args));
    drop(runtime);
    let report = tracing.shutdown(SHUTDOWN);
    let lost = report.stats.recorded - report.stats.exported;
    if lost > 0 {
        eprintln!("{lost} spans were lost: {:?}", report.stats.dropped);
    }
    served
}

async fn serve(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut stop = signal(SignalKind::terminate())?;
    let listener = TcpListener::bind(args.listen).await?;
    let (app, bootstrap): (Router, u16) = match args.role {
        Role::Prefill => prefill::app(args.bootstrap)?,
        Role::Decode => (decode::app(), 0),
    };
    let http = listener.local_addr()?.port();
    println!("{{\"http\": {http}, \"bootstrap\": {bootstrap}}}");
    let layer = TraceLayer::new("request")
        .role(args.role.name())
        .only(|request| request.uri.path() == "/generate");
    let app = app.merge(answer::about()).layer(layer);
    axum::serve(listener, app)
        .with_graceful_shutdown(async move {
            stop.recv().await;
        })
        .await?;
    Ok(())
}
