//! Request contexts of [`mooncake_trace`] where requests come in and go out: a [`tower`](tower_layer) layer for servers,
//! and carriers over HTTP headers and gRPC metadata.
//!
//! ```
//! use axum::{Extension, Router, routing::post};
//! use mooncake_trace::{MooncakeRequestStage, mooncake_trace};
//! use mooncake_trace_tower::{RequestTrace, TraceLayer};
//!
//! #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND, ctx = trace)]
//! async fn generate(Extension(trace): Extension<RequestTrace>) -> String {
//!     // `trace` is the request's context: slices, events, copies for transfer workers.
//!     trace.event("accepted", 1, &[]);
//!     "…".to_owned()
//! }
//!
//! let app: Router = Router::new()
//!     .route("/generate", post(generate))
//!     .layer(TraceLayer::new("mooncake").role("Prefill"));
//! # let _ = app;
//! ```
//!
//! A request that comes with a `traceparent` (from a gateway, say) becomes part of that trace. What goes out gets the
//! context with [`inject`]:
//!
//! ```
//! use mooncake_trace::TraceContext;
//!
//! let ctx = TraceContext::null();
//! let mut headers = http::HeaderMap::new();
//! mooncake_trace_tower::inject(&ctx, &mut headers);
//! # assert!(headers.is_empty());
//! ```

mod body;
mod ending;
mod grpc;
mod headers;
mod layer;
#[cfg(feature = "tonic")]
mod metadata;
mod request_trace;
mod rid;
mod service;

pub use body::TracedBody;
pub use headers::{HeaderExtractor, HeaderInjector, inject};
pub use layer::TraceLayer;
#[cfg(feature = "tonic")]
pub use metadata::{MetadataExtractor, MetadataInjector};
pub use request_trace::RequestTrace;
pub use service::{ResponseFuture, TraceService};
