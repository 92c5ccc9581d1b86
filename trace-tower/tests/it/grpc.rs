//! A gRPC server behind the layer, asked by a gRPC client that puts its context into the metadata.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use bytes::{Buf, BufMut, Bytes};
use http::uri::PathAndQuery;
use mooncake_trace::TraceContext;
use mooncake_trace_tower::{MetadataInjector, RequestTrace, TraceLayer};
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{NamedService, UnaryService};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Endpoint, Server};
use tonic::{Code, Request, Response, Status};
use tower::Service;

use crate::setup::{GENERATE, recording};

/// Messages are bytes.
#[derive(Clone, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

/// Answers with what it got; refuses empty messages.
#[derive(Clone)]
struct Echo;

impl UnaryService<Bytes> for Echo {
    type Response = Bytes;
    type Future = Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let trace = request.extensions().get::<RequestTrace>().unwrap();
        trace.slice(&GENERATE).end();
        ready(match request.into_inner() {
            message if message.is_empty() => Err(Status::unavailable("try again")),
            message => Ok(Response::new(message)),
        })
    }
}

impl NamedService for Echo {
    const NAME: &'static str = "test.Echo";
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async { Ok(tonic::server::Grpc::new(Raw).unary(Echo, request).await) })
    }
}

#[test]
fn a_grpc_request_joins_the_trace_of_its_caller() {
    let tree = recording(async {
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = incoming.local_addr().unwrap();
        let layer = TraceLayer::new("request")
            .role("Decode")
            .rid(|_| "1".to_owned());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = Server::builder().layer(layer).add_service(Echo);
        let server = tokio::spawn(server.serve_with_incoming_shutdown(incoming, async {
            let _ = stopped.await;
        }));

        let channel = Endpoint::new(format!("http://{address}"))
            .unwrap()
            .connect()
            .await
            .unwrap();
        let mut client = tonic::client::Grpc::new(channel);
        let ctx = TraceContext::builder("caller").build();
        ctx.req_start();
        for message in ["hello", ""] {
            client.ready().await.unwrap();
            let mut request = Request::new(Bytes::from(message));
            ctx.inject(&mut MetadataInjector(request.metadata_mut()));
            let path = PathAndQuery::from_static("/test.Echo/Echo");
            match client.unary(request, path, Raw).await {
                Ok(response) => assert_eq!(response.into_inner(), "hello"),
                Err(status) => assert_eq!((status.code(), message), (Code::Unavailable, "")),
            }
        }
        ctx.req_finish();
        drop(client);
        drop(stop);
        server.await.unwrap().unwrap();
    });
    assert_eq!(
        tree,
        r#"request "Req caller" rid="caller" module="sglang::"
  thread "unknown"
  request "Decode Req 1" rid="1" module="sglang::request" http.request.method="POST" url.path="/test.Echo/Echo" http.response.status_code=200 remote parent
    thread "unknown"
      slice "generate"
  request "Decode Req 1" rid="1" module="sglang::request" http.request.method="POST" url.path="/test.Echo/Echo" http.response.status_code=200 ERROR remote parent
    thread "unknown" reason="gRPC status 14: try again" ERROR
      slice "generate"
"#
    );
}
