//! Requests stay within what receivers take.

use mooncake_trace::{Options, Stage, TraceContext, Value};
use mooncake_trace_export::otlp::MAX_REQUEST_BYTES;

use crate::pipeline::{Outcome, run};

/// Stage names are no part of a record: nothing but the encoder can know how large these spans are.
fn wordy() -> &'static Stage {
    let name = String::leak("w".repeat(20_000));
    Box::leak(Box::new(Stage::new("mooncake", name, 1)))
}

#[test]
fn large_batches_are_cut_into_requests() {
    let stage = wordy();
    let outcome = run(Options::default().max_batch(512), || {
        let ctx = TraceContext::builder("rid").build();
        ctx.req_start();
        (0..510).for_each(|i| ctx.slice_with(stage, &[("i", Value::Int(i))]).end());
        ctx.req_finish();
    });
    assert!(outcome.requests.len() >= 3, "{}", outcome.requests.len());
    let full = MAX_REQUEST_BYTES - 21_000..=MAX_REQUEST_BYTES;
    assert!(full.contains(&outcome.longest), "{}", outcome.longest);
    in_order(&outcome);
}

/// Nothing is doubled, lost or moved where batches are cut.
fn in_order(outcome: &Outcome) {
    for (request, spans) in &outcome.requests {
        assert_eq!(request.scope_spans[0].spans.len(), *spans);
        assert_eq!(request.resource, outcome.requests[0].0.resource);
    }
    assert!(outcome.spans().eq(&outcome.sdk));
    assert_eq!(outcome.excess, 0, "every length in its shortest form");
}

#[test]
fn a_span_that_is_too_large_gets_a_request_of_its_own() {
    let huge = "x".repeat(MAX_REQUEST_BYTES + 1);
    let outcome = run(Options::default(), || {
        let ctx = TraceContext::builder("rid").build();
        ctx.req_start();
        ctx.slice(wordy()).end();
        ctx.slice_with(wordy(), &[("huge", Value::from(&huge))])
            .end();
        ctx.slice(wordy()).end();
        ctx.req_finish();
    });
    let large = outcome.requests.iter().find(|(r, _)| {
        let spans = &r.scope_spans[0].spans;
        spans
            .iter()
            .any(|s| !s.attributes.is_empty() && s.name.starts_with('w'))
    });
    assert_eq!(large.unwrap().1, 1);
    in_order(&outcome);
}
