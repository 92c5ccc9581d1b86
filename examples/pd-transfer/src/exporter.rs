//! Stands in for the file exporter of mooncake-trace-export until that is there.

use mooncake_trace::{Batch, ExportError, Exporter, Receipt, Status as S, Value};
use mooncake_trace_export::model::*;
use std::fs::File;
pub(crate) struct FileExporter(pub(crate) File);
fn value(v: &Value<'_>) -> AnyValue {
    match v {
        Value::Bool(b) => AnyValue::Bool(*b),
        Value::Int(i) => AnyValue::Int(*i),
        Value::Float(f) => AnyValue::Double(*f),
        Value::Str(s) => AnyValue::Str(s.to_string()),
        Value::Array(a) => AnyValue::Array(a.iter().map(value).collect()),
    }
}
fn attrs(a: &[mooncake_trace::Attr<'_>]) -> Vec<KeyValue> {
    a.iter()
        .map(|(k, v)| KeyValue {
            key: k.to_string(),
            value: value(v),
        })
        .collect()
}
impl Exporter for FileExporter {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        let mut spans = Vec::new();
        batch.for_each(|s| {
            spans.push(Span {
                trace_id: s.trace_id,
                span_id: s.span_id,
                parent_span_id: s.parent.map(|p| p.span_id),
                flags: 0x101
                    | if s.parent.is_some_and(|p| p.is_remote) {
                        0x200
                    } else {
                        0
                    },
                name: s.name.to_string(),
                kind: 1,
                start_ns: s.start_ns,
                end_ns: s.end_ns,
                attributes: attrs(&s.attributes),
                events: s
                    .events
                    .iter()
                    .map(|e| Event {
                        time_ns: e.time_ns,
                        name: e.name.to_string(),
                        attributes: attrs(&e.attributes),
                        ..Event::default()
                    })
                    .collect(),
                links: s
                    .link
                    .iter()
                    .map(|l| Link {
                        trace_id: l.trace_id,
                        span_id: l.span_id,
                        flags: 0x100 | if l.is_remote { 0x200 } else { 1 },
                        ..Link::default()
                    })
                    .collect(),
                status: match s.status {
                    S::Unset => Status::default(),
                    S::Error(m) => Status {
                        message: m.to_owned(),
                        code: StatusCode::Error,
                    },
                },
                ..Span::default()
            })
        });
        let rs = [ResourceSpans {
            resource: Resource {
                attributes: vec![
                    KeyValue {
                        key: "service.name".into(),
                        value: AnyValue::Str("sglang".into()),
                    },
                    KeyValue {
                        key: "process.pid".into(),
                        value: AnyValue::Int(std::process::id().into()),
                    },
                ],
                ..Resource::default()
            },
            scopes: vec![ScopeSpans {
                spans,
                scope: Scope {
                    name: "sglang server".into(),
                    ..Scope::default()
                },
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }];
        mooncake_trace_export::otlp::write_json_line(&mut self.0, &rs)
            .map_err(|e| ExportError::new(e.to_string()))?;
        Ok(Receipt::all())
    }
}
