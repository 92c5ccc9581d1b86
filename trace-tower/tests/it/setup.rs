//! A server behind the layer, a client, and what was recorded.

use std::future::Future;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use mooncake_trace::{Options, Stage, install};
use mooncake_trace_export::exporter::MemoryExporter;
use mooncake_trace_tower::TraceLayer;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) static GENERATE: Stage = Stage::new("request", "generate", 1);

/// Serves `app` on loopback while `ask` talks to it, and gives the tree of all that was recorded.
pub(crate) fn record(app: Router, layer: TraceLayer, ask: impl FnOnce(SocketAddr)) -> String {
    recording(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = axum::serve(listener, app.layer(layer)).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let server = tokio::spawn(server.into_future());
        tokio::task::block_in_place(|| ask(address));
        drop(stop);
        server.await.unwrap().unwrap();
    })
}

/// The tree of what is recorded while `work` runs.
pub(crate) fn recording(work: impl Future<Output = ()>) -> String {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let exporter = MemoryExporter::default();
    let guard = install(exporter.clone(), Options::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_io()
        .build()
        .unwrap();
    runtime.block_on(work);
    drop(runtime);
    let report = guard.shutdown(PATIENCE);
    assert!(report.complete);
    assert_eq!(report.stats.open_contexts, 0, "a request was not ended");
    exporter.tree()
}

/// Sends a request and gives the whole answer.
pub(crate) fn get(address: SocketAddr, path: &str, headers: &str) -> String {
    let mut answer = String::new();
    begin(address, "GET", path, headers)
        .read_to_string(&mut answer)
        .unwrap();
    answer
}

/// Sends a request and gives the connection.
pub(crate) fn begin(address: SocketAddr, method: &str, path: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request =
        format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream
}
