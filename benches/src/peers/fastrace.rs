//! fastrace, with a counting reporter, and with its OpenTelemetry reporter on the way to the wire.

use std::borrow::Cow;
use std::hint::black_box;

use fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use fastrace::local::{LocalParentGuard, LocalSpan};
use fastrace::{Span, set_reporter};
use fastrace_opentelemetry::OpenTelemetryReporter;
use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;

use super::{Books, Destination, Peer, Setup, count, otel};

pub(crate) struct Fastrace;

struct Counter;

impl Reporter for Counter {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        count(spans.len());
    }
}

/// Dropped from top to bottom.
pub(crate) struct Request {
    _parent: LocalParentGuard,
    _thread: Span,
    _root: Span,
}

impl Peer for Fastrace {
    type Pipeline = ();
    type Request = Request;
    type Parcel = Span;

    fn install(setup: Setup) {
        let config = Config::default().report_interval(setup.interval);
        match setup.to {
            Destination::Counter => set_reporter(Counter, config),
            Destination::Http(port) => {
                let scope = InstrumentationScope::builder("bench").build();
                let resource = Cow::Owned(Resource::builder().build());
                let exporter = otel::http_exporter(port);
                set_reporter(
                    OpenTelemetryReporter::new(exporter, resource, scope),
                    config,
                );
            }
        }
    }

    fn flush((): &()) {
        fastrace::flush();
    }

    fn books((): &()) -> Option<Books> {
        None
    }

    #[inline]
    fn begin() -> Request {
        let root = Span::root("request", SpanContext::random());
        let thread = Span::enter_with_parent("thread", &root);
        Request {
            _parent: thread.set_local_parent(),
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
        let _slice = LocalSpan::enter_with_local_parent("slice");
        black_box(());
    }

    #[inline]
    fn slice_attrs(_request: &Request, bytes: i64) {
        let _slice = LocalSpan::enter_with_local_parent("slice").with_properties(|| {
            [
                ("bytes", Cow::from(bytes.to_string())),
                ("kind", Cow::from("kv")),
            ]
        });
        black_box(());
    }

    #[inline]
    fn hand_off(_request: &Request) -> Span {
        Span::enter_with_local_parent("thread")
    }

    #[inline]
    fn work(thread: Span) {
        let _parent = thread.set_local_parent();
        let _outer = LocalSpan::enter_with_local_parent("slice");
        let _middle = LocalSpan::enter_with_local_parent("slice");
        let _inner = LocalSpan::enter_with_local_parent("slice");
        black_box(());
    }
}
