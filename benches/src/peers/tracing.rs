//! tracing: with the OpenTelemetry layer, and with a bare registry that produces nothing.

use std::hint::black_box;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::span::EnteredSpan;
use tracing::{Span, info_span, subscriber};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::{Books, Peer, Setup, otel};

/// tracing + tracing-opentelemetry + the SDK.
pub(crate) struct TracingOtel;

/// tracing with a registry alone: what the layers above start from.
pub(crate) struct TracingRegistry;

/// Dropped from top to bottom.
pub(crate) struct Request {
    _thread: EnteredSpan,
    _root: EnteredSpan,
}

macro_rules! spans {
    () => {
        type Request = Request;
        type Parcel = Span;

        #[inline]
        fn begin() -> Request {
            let root = info_span!("request").entered();
            let thread = info_span!("thread").entered();
            Request {
                _thread: thread,
                _root: root,
            }
        }

        #[inline]
        fn finish(request: Request) {
            drop(request);
        }

        #[inline]
        fn slice(_request: &Request) {
            let _slice = info_span!("slice").entered();
            black_box(());
        }

        #[inline]
        fn slice_attrs(_request: &Request, bytes: i64) {
            let _slice = info_span!("slice", bytes, kind = "kv").entered();
            black_box(());
        }

        #[inline]
        fn hand_off(_request: &Request) -> Span {
            info_span!("thread")
        }

        #[inline]
        fn work(thread: Span) {
            let _thread = thread.entered();
            let _outer = info_span!("slice").entered();
            let _middle = info_span!("slice").entered();
            let _inner = info_span!("slice").entered();
            black_box(());
        }

        fn books(_: &Self::Pipeline) -> Option<Books> {
            None
        }
    };
}

impl Peer for TracingOtel {
    type Pipeline = SdkTracerProvider;

    fn install(setup: Setup) -> SdkTracerProvider {
        let provider = otel::provider(setup);
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
        subscriber::set_global_default(registry().with(layer)).expect("the first subscriber");
        provider
    }

    fn flush(provider: &SdkTracerProvider) {
        let _flushed = provider.force_flush();
    }

    spans!();
}

impl Peer for TracingRegistry {
    type Pipeline = ();

    fn install(_: Setup) {
        subscriber::set_global_default(registry()).expect("the first subscriber");
    }

    fn flush((): &()) {}

    spans!();
}
