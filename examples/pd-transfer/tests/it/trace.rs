//! `otlp.jsonl`, as far as the tests ask for it.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::Value;

pub(crate) struct Trace {
    pub(crate) spans: Vec<Span>,
}

#[derive(Debug)]
pub(crate) struct Span {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent: Option<String>,
    pub(crate) name: String,
    pub(crate) error: bool,
    pub(crate) message: String,
    pub(crate) links: Vec<String>,
    pub(crate) attributes: HashMap<String, Value>,
}

impl Trace {
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'), "cut off");
        let mut spans = Vec::new();
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            for resource in list(&line["resourceSpans"]) {
                for scope in list(&resource["scopeSpans"]) {
                    spans.extend(list(&scope["spans"]).iter().map(Span::of));
                }
            }
        }
        let ids: HashSet<&str> = spans.iter().map(|span| span.span_id.as_str()).collect();
        assert_eq!(ids.len(), spans.len(), "span ids are unique");
        Self { spans }
    }

    /// Every parent and every linked span is there.
    pub(crate) fn assert_closed(&self) {
        let ids: HashSet<&str> = self
            .spans
            .iter()
            .map(|span| span.span_id.as_str())
            .collect();
        for span in &self.spans {
            let mut others = span.links.iter().chain(&span.parent);
            assert!(others.all(|other| ids.contains(other.as_str())), "{span:?}");
        }
    }

    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(move |span| span.name == name)
    }

    /// The roots of one role (`Sender`, `Receiver`) by rid.
    pub(crate) fn roots(&self, role: &str) -> HashMap<&str, &Span> {
        let mut roots = HashMap::new();
        for span in &self.spans {
            if span.name.starts_with(role) && span.name[role.len()..].starts_with(" Req ") {
                let before = roots.insert(span.text("rid"), span);
                assert!(before.is_none(), "one root a request and side: {span:?}");
            }
        }
        roots
    }

    /// What must hold for the roots of every run: each request has one on both sides, in one trace, the sender's
    /// below the receiver's, with the same status. Gives how many requests there are and how many are errors.
    pub(crate) fn assert_roots(&self) -> (usize, usize) {
        let (senders, receivers) = (self.roots("Sender"), self.roots("Receiver"));
        assert_eq!(senders.len(), receivers.len());
        for (rid, receiver) in &receivers {
            let sender = senders[rid];
            assert_eq!(sender.trace_id, receiver.trace_id);
            assert_eq!(sender.parent.as_ref(), Some(&receiver.span_id));
            assert_eq!(receiver.parent, None);
            assert_eq!(sender.error, receiver.error, "{rid}");
            assert_eq!(sender.text("module"), "sglang::mooncake");
            assert_eq!(sender.text("bootstrap_room"), *rid);
        }
        let traces: HashSet<&str> = receivers
            .values()
            .map(|root| root.trace_id.as_str())
            .collect();
        assert_eq!(traces.len(), receivers.len(), "one trace a request");
        assert!(
            self.spans
                .iter()
                .all(|span| traces.contains(span.trace_id.as_str())),
            "every span is in the trace of a request"
        );
        let errors = receivers.values().filter(|root| root.error).count();
        (receivers.len(), errors)
    }
}

impl Span {
    fn of(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let attributes = list(&value["attributes"]).iter().map(|attribute| {
            let key = attribute["key"].as_str().unwrap().to_owned();
            let value = attribute["value"].as_object().unwrap().values().next();
            (key, value.unwrap().clone())
        });
        let links = list(&value["links"]).iter();
        Self {
            trace_id: text("traceId"),
            span_id: text("spanId"),
            parent: Some(text("parentSpanId")).filter(|id| !id.is_empty()),
            name: text("name"),
            error: value["status"]["code"] == 2,
            message: value["status"]["message"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            links: links
                .map(|link| link["spanId"].as_str().unwrap().to_owned())
                .collect(),
            attributes: attributes.collect(),
        }
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.attributes[key].as_str().unwrap()
    }

    /// An integer; OTLP/JSON has it in quotes.
    pub(crate) fn int(&self, key: &str) -> u64 {
        self.text(key).parse().unwrap()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
