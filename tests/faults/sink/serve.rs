//! Connections and requests.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use super::answer::{self, Answer, Body, Form};
use super::{Seen, Shared, decode};

pub(super) async fn connections(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    shared: Arc<Shared>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let (shared, tls) = (Arc::clone(&shared), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, shared).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        connection(stream, shared).await;
                    }
                }
            }
        });
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    shared: Arc<Shared>,
) {
    let hang_up = Arc::new(Notify::new());
    let service = service_fn(|request| respond(request, Arc::clone(&shared), Arc::clone(&hang_up)));
    let server = auto::Builder::new(TokioExecutor::new());
    let serving = server.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ = serving => {}
        () = hang_up.notified() => {}
    }
}

async fn respond(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    hang_up: Arc<Notify>,
) -> Result<Response<Body>, io::Error> {
    let answer = shared.state.lock().unwrap().script.pop_front();
    let answer = answer.unwrap_or(Answer::Accept);
    let (head, mut body) = request.into_parts();
    let headers = head.headers.iter();
    let headers = headers.map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned()));
    let mut seen = Seen {
        at: Instant::now(),
        path: head.uri.path().to_owned(),
        headers: headers.collect(),
        spans: 0,
        wire_bytes: 0,
    };
    if matches!(answer, Answer::Reset) {
        body.frame().await;
        note(&shared, seen, Vec::new());
        return end(&hang_up).await;
    }
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let form = match seen.header("content-type").unwrap() {
        "application/grpc" => Form::Grpc,
        "application/json" => Form::Json,
        _ => Form::Protobuf,
    };
    let encoding = seen.header(if form == Form::Grpc {
        "grpc-encoding"
    } else {
        "content-encoding"
    });
    let spans = decode::spans(form, encoding, &body);
    (seen.spans, seen.wire_bytes) = (spans.len(), body.len());
    match answer {
        Answer::Accept => {
            note(&shared, seen, spans);
            Ok(answer::success(form, 0, ""))
        }
        Answer::AcceptAfter(delay) => {
            note(&shared, seen, spans);
            tokio::time::sleep(delay).await;
            Ok(answer::success(form, 0, ""))
        }
        Answer::Partial(rejected, message) => {
            let accepted = spans.into_iter().skip(rejected as usize).collect();
            note(&shared, seen, accepted);
            Ok(answer::success(form, rejected, message))
        }
        Answer::Http(status, retry_after) => {
            note(&shared, seen, Vec::new());
            Ok(answer::http(form, status, retry_after))
        }
        Answer::Grpc(status, delay) => {
            note(&shared, seen, Vec::new());
            Ok(answer::grpc(&[], status, delay))
        }
        Answer::Gate => {
            note(&shared, seen, Vec::new());
            let _ = shared.gate.subscribe().wait_for(|open| *open).await;
            end(&hang_up).await
        }
        Answer::Reset => unreachable!(),
    }
}

/// Ends the connection without another word.
async fn end(hang_up: &Notify) -> Result<Response<Body>, io::Error> {
    hang_up.notify_one();
    std::future::pending::<Result<Infallible, io::Error>>().await?;
    Err(io::ErrorKind::ConnectionReset.into())
}

fn note(shared: &Shared, seen: Seen, arrived: Vec<super::Arrived>) {
    let mut state = shared.state.lock().unwrap();
    state.seen.push(seen);
    state.arrived.extend(arrived);
    shared.changed.notify_all();
}
