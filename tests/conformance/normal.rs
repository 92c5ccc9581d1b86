//! The normal form of the vectors: ids by order of start, traces by order of first span, pids of the vector.

use std::collections::{BTreeMap, HashMap, HashSet};

use mooncake_trace::{Link, Parent, SpanKind, Value};
use serde_json::value::RawValue;

use crate::ended::{self, Ended};
use crate::failure::fail;
use crate::json::Json;
use crate::world::{Reported, World, lock};

/// The names that ids have in a vector.
struct Names {
    spans: HashMap<u64, String>,
    traces: HashMap<u128, String>,
    pids: HashMap<u64, u64>,
}

/// Everything that a replay left behind, as a vector's `expected` has it.
pub(crate) fn form(
    world: &World,
    starts: &[u64],
    ended: &[Ended],
    unfinished: &[Ended],
    results: Vec<(String, Option<Reported>)>,
    misuse: u64,
) -> Json {
    let all: HashMap<u64, &Ended> = ended
        .iter()
        .chain(unfinished)
        .map(|span| (span.span_id, span))
        .collect();
    if all.len() != ended.len() + unfinished.len() {
        fail("a span has ended twice");
    }
    if let Some(lost) = starts.iter().position(|id| !all.contains_key(id)) {
        fail(&format!("span s{lost} has started and never ended"));
    }
    let names = Names {
        spans: starts
            .iter()
            .enumerate()
            .map(|(n, id)| (*id, format!("s{n}")))
            .collect(),
        traces: name_traces(
            starts.iter().map(|id| all[id].trace_id),
            &world.vector.headers(),
        ),
        pids: lock(&world.pids).clone(),
    };
    let open: HashSet<u64> = unfinished.iter().map(|span| span.span_id).collect();
    let still_open = starts.iter().filter(|id| open.contains(id));
    Json::object([
        ("results", names.results(results, misuse)),
        (
            "spans",
            Json::Array(ended.iter().map(|span| names.span(span)).collect()),
        ),
        (
            "unfinished",
            Json::Array(still_open.map(|id| names.short(all[id])).collect()),
        ),
    ])
}

/// `T0`, `T1`, … in order of first span; ids that came in with a header are their digits.
fn name_traces(ids: impl Iterator<Item = u128>, headers: &[&str]) -> HashMap<u128, String> {
    let mut names = HashMap::new();
    let mut made = 0;
    for id in ids {
        names.entry(id).or_insert_with(|| {
            let digits = format!("{id:032x}");
            if headers.iter().any(|header| header.contains(&digits)) {
                return digits;
            }
            made += 1;
            format!("T{}", made - 1)
        });
    }
    names
}

impl Names {
    fn trace(&self, id: u128) -> String {
        self.traces
            .get(&id)
            .cloned()
            .unwrap_or_else(|| format!("{id:032x}"))
    }

    fn spans_name(&self, id: u64) -> String {
        self.spans
            .get(&id)
            .cloned()
            .unwrap_or_else(|| format!("{id:016x}"))
    }

    fn pid(&self, native: u64) -> u64 {
        match self.pids.get(&native) {
            Some(pid) => *pid,
            None => fail(&format!(
                "native thread id {native} is of no thread of the vector"
            )),
        }
    }

    fn short(&self, span: &Ended) -> Json {
        Json::object([
            ("id", self.spans_name(span.span_id).into()),
            ("name", self.name(span).into()),
            ("trace", self.trace(span.trace_id).into()),
            ("parent", self.parent(span.parent, span.trace_id)),
            ("start_ns", span.start_ns.into()),
        ])
    }

    fn span(&self, span: &Ended) -> Json {
        let Json::Object(mut members) = self.short(span) else {
            return Json::Null;
        };
        let mut add = |key: &str, value: Json| members.push((key.to_owned(), value));
        add("kind", "INTERNAL".into());
        add("trace_flags", Json::Int(1));
        add("end_ns", span.end_ns.into());
        add("status", if span.failed { "ERROR" } else { "UNSET" }.into());
        add("attributes", ended::attributes(&self.attributes(span)));
        add("events", span.events.clone());
        add(
            "links",
            Json::Array(span.link.map(|link| self.link(link)).into_iter().collect()),
        );
        if let Some(state) = &span.trace_state {
            add("trace_state", state.as_str().into());
        }
        for (key, dropped) in [
            ("dropped_attributes", span.dropped_attributes),
            ("dropped_events", span.dropped_events),
        ] {
            if dropped != 0 {
                add(key, u64::from(dropped).into());
            }
        }
        Json::Object(members)
    }

    /// The name of a thread span ends with the native id.
    fn name(&self, span: &Ended) -> String {
        if span.kind != SpanKind::Thread {
            return span.name.clone();
        }
        let renamed = span.name.rsplit_once("pid:").and_then(|(before, id)| {
            let native = id.strip_suffix(')')?.parse().ok()?;
            Some(format!("{before}pid:{})", self.pid(native)))
        });
        renamed.unwrap_or_else(|| fail(&format!("thread span {:?} has no pid", span.name)))
    }

    fn attributes(&self, span: &Ended) -> Vec<(String, Value<'static>)> {
        let mut attrs = span.attributes.clone();
        let pid = attrs
            .iter_mut()
            .find(|(key, _)| span.kind == SpanKind::Thread && key == "pid");
        if let Some((_, Value::Int(pid))) = pid {
            *pid = self.pid(pid.unsigned_abs()).cast_signed();
        }
        attrs
    }

    fn parent(&self, parent: Option<Parent>, trace: u128) -> Json {
        let Some(Parent {
            span_id, is_remote, ..
        }) = parent
        else {
            return Json::Null;
        };
        let key = if self.spans.contains_key(&span_id) {
            "span"
        } else {
            "remote_span_id"
        };
        Json::object([
            (key, self.spans_name(span_id).into()),
            ("trace", self.trace(trace).into()),
            ("is_remote", is_remote.into()),
        ])
    }

    fn link(&self, link: Link) -> Json {
        Json::object([
            ("span", self.spans_name(link.span_id).into()),
            ("trace", self.trace(link.trace_id).into()),
            ("is_remote", link.is_remote.into()),
            ("trace_flags", Json::Int(i128::from(!link.is_remote))),
            ("attributes", Json::Array(Vec::new())),
        ])
    }

    fn results(&self, results: Vec<(String, Option<Reported>)>, misuse: u64) -> Json {
        let entry = |(op, reported): (String, Option<Reported>)| {
            let (key, value) = match reported? {
                Reported::Plain(key, value) => (key, value),
                Reported::State(json) => ("state", self.state(&op, &json)),
            };
            Some(Json::object([("op", op.into()), (key, value)]))
        };
        let mut entries: Vec<_> = results.into_iter().filter_map(entry).collect();
        entries.push(Json::object([
            ("op", "end".into()),
            ("misuse", misuse.into()),
        ]));
        Json::Array(entries)
    }

    /// A state, whose trace ids are whole numbers of 128 bits.
    fn state(&self, op: &str, json: &str) -> Json {
        let members: BTreeMap<String, Box<RawValue>> = match serde_json::from_str(json) {
            Ok(members) => members,
            Err(error) => fail(&format!(
                "op {op}: the state is not an object: {error}: {json}"
            )),
        };
        let member = |(key, raw): (String, Box<RawValue>)| {
            let value = match key.as_str() {
                "last_span_context" => self.last_span(raw.get()),
                _ => serde_json::from_str(raw.get()).ok(),
            };
            let Some(value) = value else {
                fail(&format!(
                    "op {op}: the state's `{key}` cannot be read: {raw}"
                ));
            };
            let value = match (key.as_str(), value) {
                ("pid", Json::Int(native)) => self.pid(native as u64).into(),
                ("root_span_context", Json::Object(members)) => self.root(members),
                (_, value) => value,
            };
            (key, value)
        };
        Json::Object(members.into_iter().map(member).collect())
    }

    fn last_span(&self, raw: &str) -> Option<Json> {
        let ids: Option<BTreeMap<String, u128>> = serde_json::from_str(raw).ok()?;
        let Some(ids) = ids else {
            return Some(Json::Null);
        };
        let id = |(key, id): (String, u128)| {
            let name = match key.as_str() {
                "trace_id" => self.trace(id),
                _ => self.spans_name(u64::try_from(id).ok()?),
            };
            Some((key, format!("<{name}>").into()))
        };
        Some(Json::Object(
            ids.into_iter().map(id).collect::<Option<_>>()?,
        ))
    }

    fn root(&self, members: Vec<(String, Json)>) -> Json {
        let member = |(key, value): (String, Json)| {
            let named = value
                .as_str()
                .filter(|_| key == "traceparent")
                .and_then(|text| {
                    let [version, trace, span, flags] = text.split('-').collect::<Vec<_>>()[..]
                    else {
                        return None;
                    };
                    let trace = self.trace(u128::from_str_radix(trace, 16).ok()?);
                    let span = self.spans_name(u64::from_str_radix(span, 16).ok()?);
                    Some(Json::from(format!("{version}-<{trace}>-<{span}>-{flags}")))
                });
            (key, named.unwrap_or(value))
        };
        Json::Object(members.into_iter().map(member).collect())
    }
}
