//! Attributes come back as they were set, whatever their lengths and however many.

use mooncake_trace::{Attr, SpanKind, TraceContext, Value, mooncake_trace};
use mooncake_trace_tests::{Recorded, Recording};

use crate::stages::Kv;

/// Around every length at which texts are packed in another way.
const LENGTHS: [usize; 12] = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 40];

/// A text of `len` bytes that no other call with another `n` makes.
fn text(n: usize, len: usize) -> String {
    let letters = ('a'..='z').chain('A'..='Z').cycle();
    letters.skip(n % 52).take(len).collect()
}

fn values(n: usize) -> Vec<Value<'static>> {
    let texts = LENGTHS.map(|len| Value::from(text(n, len)));
    let mut values = texts.to_vec();
    values.extend([
        Value::Bool(n.is_multiple_of(2)),
        Value::Int(-(n as i64)),
        Value::Int(i64::MAX),
        Value::Float(n as f64 / 8.0),
        Value::from(vec![text(n, 9), text(n + 1, 20)]),
        Value::from("æøå, ≥ 3 bytes each"),
    ]);
    values
}

/// Lists of up to six attributes; after some thousands, every kind of value has stood behind every kind of key and value.
fn lists() -> Vec<Vec<(String, Value<'static>)>> {
    let mut lists = Vec::new();
    let mut n = 0;
    for count in 0..=6 {
        for _ in 0..400 {
            let list = (0..count).map(|at| {
                n += 7;
                let key = format!("{at}{}", text(n, LENGTHS[n / 5 % LENGTHS.len()]));
                let values = values(n);
                (key, values[n / 3 % values.len()].clone())
            });
            lists.push(list.collect());
        }
    }
    lists
}

fn borrowed(list: &[(String, Value<'static>)]) -> Vec<Attr<'static>> {
    let attr = |(key, value): &(String, Value<'static>)| {
        (&*Box::leak(key.clone().into_boxed_str()), value.clone())
    };
    list.iter().map(attr).collect()
}

fn slices(recording: &Recording) -> Vec<Recorded> {
    let mut spans = recording.spans();
    spans.retain(|span| span.kind == SpanKind::Slice);
    spans
}

#[test]
fn lists_of_any_lengths_come_back() {
    let recording = Recording::start();
    let ctx = recording.request();
    let lists = lists();
    for list in &lists {
        let attrs = borrowed(list);
        let (first, later) = attrs.split_at(attrs.len() / 2);
        drop(ctx.slice_with(&Kv::SEND, &attrs));
        ctx.slice(&Kv::SEND).attrs(&attrs);
        ctx.slice_with(&Kv::SEND, first).attrs(later);
    }
    ctx.req_finish();
    let slices = slices(&recording);
    assert_eq!(slices.len(), 3 * lists.len());
    for (n, slice) in slices.iter().enumerate() {
        assert_eq!(slice.attributes, lists[n / 3], "list {}", n / 3);
    }
}

#[mooncake_trace(stage = Kv::SEND, attrs(one = count))]
fn one(trace_ctx: &TraceContext, count: u64) {
    let _ = trace_ctx;
}

#[mooncake_trace(stage = Kv::SEND, attrs(pages = pages.len(), "kv.peer" = peer, ratio = 0.5))]
fn three(trace_ctx: &TraceContext, pages: &[u32], peer: &str) {
    let _ = trace_ctx;
}

#[mooncake_trace(
    stage = Kv::SEND,
    attrs(a = true, a_key_of_more_than_16_bytes = 2, shown = %peer, pages = pages, debug = ?peer, last = "done")
)]
fn six(trace_ctx: &TraceContext, pages: &[u32], peer: &str) {
    let _ = trace_ctx;
}

#[test]
fn attributes_of_annotated_functions_come_back() {
    let recording = Recording::start();
    let ctx = recording.request();
    one(&ctx, 7);
    one(&ctx, u64::MAX);
    three(&ctx, &[1, 2], "decode-0");
    three(&ctx, &[], "a peer with quite a long name");
    six(&ctx, &[1, 2], "decode-1");
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send {one=7}
            send <- send {one=18446744073709551615}
            send <- send {pages=2, kv.peer=decode-0, ratio=0.5}
            send <- send {pages=0, kv.peer=a peer with quite a long name, ratio=0.5}
            send <- send {a=true, a_key_of_more_than_16_bytes=2, shown=decode-1, pages=[1 2], debug=\"decode-1\", last=done}
        ",
    );
}

#[test]
fn a_later_value_replaces_an_earlier_one() {
    let recording = Recording::start();
    let ctx = recording.request();
    let first = [("n", 1.into()), ("peer", "p".into()), ("n", 2.into())];
    let slice = ctx.slice_with(&Kv::SEND, &first);
    slice.attr("peer", "a peer with quite a long name");
    slice.attr("n", 3);
    slice.end();
    ctx.slice_with(&Kv::WRITE, &[("auto_closed", true.into()), ("n", 4.into())])
        .end();
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
            send {n=3, peer=a peer with quite a long name}
            write <- send {n=4}
        ",
    );
}
