//! OTLP/protobuf straight from a batch of the runtime: no tree in between, and no allocation once the buffer has grown.
//!
//! What stands in front of the spans of a request (resource and scope) is known beforehand, but for two lengths. So the
//! spans are written first, behind a gap, and the head goes right-aligned into the gap: nothing is moved, and every
//! length has its shortest form. Fields are written in the order that is fastest; protobuf leaves it free.
//!
//! Invariant: the field numbers are those of `opentelemetry/proto` 1.x; the tests decode with its own Rust crate.

mod buffer;
mod span;
mod value;
mod wire;

use std::ops::Range;

use mooncake_trace::Batch;

use crate::convert::SCOPE_NAME;
use crate::model::Resource;
use buffer::Buffer;
use wire::{MAX_LENGTH_BYTES, len_tag, length_delimited, push_varint};

/// gRPC servers refuse longer messages unless they are told otherwise; so does this crate, on all transports.
pub const MAX_REQUEST_BYTES: usize = 4 << 20;

/// Turns batches into `ExportTraceServiceRequest`s, encoded as protobuf.
///
/// ```
/// use mooncake_trace::{Batch, ExportError, Exporter, Receipt};
/// use mooncake_trace_export::model::Resource;
/// use mooncake_trace_export::otlp::TraceEncoder;
///
/// struct Measure(TraceEncoder, usize);
/// impl Exporter for Measure {
///     fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
///         self.0.encode(batch);
///         self.1 += self.0.requests().map(|request| request.bytes.len()).sum::<usize>();
///         Ok(Receipt::all())
///     }
/// }
/// let measure = Measure(TraceEncoder::new(&Resource::detect(None)), 0);
/// # let _ = measure;
/// ```
#[derive(Debug)]
pub struct TraceEncoder {
    /// `ResourceSpans.resource` and `ScopeSpans.scope` as they stand in every request.
    resource: Vec<u8>,
    scope: Vec<u8>,
    max_bytes: usize,
    head: Buffer,
    out: Buffer,
    requests: Vec<(Range<usize>, usize)>,
}

/// One encoded request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodedRequest<'a> {
    /// The `ExportTraceServiceRequest`.
    pub bytes: &'a [u8],
    /// How many spans it holds.
    pub spans: usize,
}

impl TraceEncoder {
    /// An encoder for spans of `resource`.
    pub fn new(resource: &Resource) -> Self {
        let encoded = bytes(|out| length_delimited(out, 1, |out| value::resource(out, resource)));
        let scope = bytes(|out| length_delimited(out, 1, |out| wire::text(out, 1, SCOPE_NAME)));
        Self {
            resource: encoded,
            scope,
            max_bytes: MAX_REQUEST_BYTES,
            head: Buffer::default(),
            out: Buffer::default(),
            requests: Vec::new(),
        }
    }

    /// Encodes `batch`, into as many requests as it takes to keep each within [`MAX_REQUEST_BYTES`]; as a rule one. A
    /// span that is larger by itself gets a request of its own.
    pub fn encode(&mut self, batch: &Batch) {
        self.begin();
        let gap = self.gap();
        let mut start = gap;
        let mut spans = 0;
        batch.for_each(|span| {
            let before = self.out.len();
            span::span(&mut self.out, span);
            if self.out.len() - start + gap > self.max_bytes && spans > 0 {
                start = self.cut(start, before, spans);
                spans = 0;
            }
            spans += 1;
        });
        self.finish(start, self.out.len(), spans);
    }

    /// What the last [`encode`](Self::encode) has made.
    pub fn requests(&self) -> impl ExactSizeIterator<Item = EncodedRequest<'_>> {
        self.requests.iter().map(|(range, spans)| EncodedRequest {
            bytes: self.out.slice(range.clone()),
            spans: *spans,
        })
    }

    fn begin(&mut self) {
        self.requests.clear();
        self.out.clear();
        self.leave_gap();
    }

    /// The most bytes that the head of a request takes.
    fn gap(&self) -> usize {
        self.resource.len() + self.scope.len() + 2 * (1 + MAX_LENGTH_BYTES)
    }

    fn leave_gap(&mut self) {
        let gap = self.gap();
        self.out.room(gap);
        self.out.advance(gap);
    }

    /// Ends the request whose spans began at `start` before the span that begins at `end`, which moves behind a gap of
    /// its own. Says where it begins there.
    #[cold]
    fn cut(&mut self, start: usize, end: usize, spans: usize) -> usize {
        self.finish(start, end, spans);
        let gap = self.gap();
        self.out.shift(end, end + gap);
        end + gap
    }

    /// Writes the head of the request whose spans are `start..end`.
    fn finish(&mut self, start: usize, end: usize, spans: usize) {
        if spans == 0 {
            return;
        }
        let scope_spans = self.scope.len() + (end - start);
        let resource_spans =
            self.resource.len() + 1 + wire::varint_len(scope_spans as u64) + scope_spans;
        self.head.clear();
        tag_and_length(&mut self.head, 1, resource_spans);
        self.head.push_slice(&self.resource);
        tag_and_length(&mut self.head, 2, scope_spans);
        self.head.push_slice(&self.scope);
        let head = self.head.slice(0..self.head.len());
        self.out.set_before(start, head);
        self.requests.push((start - head.len()..end, spans));
    }
}

fn tag_and_length(out: &mut Buffer, field: u8, len: usize) {
    out.push([len_tag(field)]);
    push_varint(out, len as u64);
}

/// What `write` writes.
fn bytes(write: impl FnOnce(&mut Buffer)) -> Vec<u8> {
    let mut out = Buffer::default();
    write(&mut out);
    out.slice(0..out.len()).to_vec()
}
