//! Which process and thread each span belongs to, what they are called, and their order.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::span_set::{Entry, SpanSet};
use super::stable_id::StableIds;
use super::{Lane, Process, Role, Track, lanes};
use crate::model::{AnyValue, KeyValue, ResourceSpans, Span, find};

/// Pids above what Linux gives out, for processes whose own is taken or unknown.
const FIRST_MADE_UP_PID: i32 = 1 << 22 | 1;

/// All processes with their tracks, in the order in which to show them.
pub(super) fn arrange<'a>(
    resource_spans: &'a [ResourceSpans],
    set: &SpanSet<'a>,
    ids: &mut StableIds,
) -> Vec<Process<'a>> {
    let mut groups = group(resource_spans, set);
    sort(&mut groups);
    let mut pids = Pids::default();
    let names = names(&groups);
    let arranged = groups.iter().zip(names).map(|(group, name)| {
        let key = group.key.as_bytes();
        Process {
            uuid: ids.get(&[b"process", key]),
            pid: pids.take(group.pid()),
            name,
            tracks: group.tracks(set, ids),
        }
    });
    arranged.collect()
}

/// The spans of one process.
struct Group<'a> {
    /// What makes it one: equal for all its resources.
    key: String,
    attributes: &'a [KeyValue],
    /// Host id as thread spans have it.
    host_id: Option<&'a str>,
    start_ns: u64,
    /// Spans that belong to no thread.
    requests: Vec<usize>,
    threads: BTreeMap<i32, Thread<'a>>,
}

struct Thread<'a> {
    /// The thread span that says what the thread is called.
    named_by: &'a Span,
    members: Vec<usize>,
}

fn group<'a>(resource_spans: &'a [ResourceSpans], set: &SpanSet<'a>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut by_key: HashMap<String, usize> = HashMap::new();
    let mut by_resource: HashMap<(usize, Option<&str>), usize> = HashMap::new();
    let hosts = hosts_of_requests(set);
    for (i, entry) in set.spans.iter().enumerate() {
        let thread = entry.thread.map(|t| set.spans[t].info.span);
        let host_id = thread.and_then(host_id).or_else(|| hosts.get(&i).copied());
        let at = *by_resource
            .entry((entry.resource, host_id))
            .or_insert_with(|| {
                let attributes = &resource_spans[entry.resource].resource.attributes;
                let key = process_key(attributes, host_id);
                *by_key.entry(key).or_insert_with_key(|key| {
                    groups.push(Group::new(key.clone(), attributes));
                    groups.len() - 1
                })
            });
        groups[at].add(i, entry, thread, host_id);
    }
    groups
}

/// Hosts of request spans, by the first of their threads that runs in the same resource.
fn hosts_of_requests<'a>(set: &SpanSet<'a>) -> HashMap<usize, &'a str> {
    let mut hosts = HashMap::new();
    for entry in set.spans.iter().filter(|e| e.info.role == Role::Thread) {
        if let (Some(parent), Some(host)) = (entry.parent, host_id(entry.info.span))
            && set.spans[parent].resource == entry.resource
        {
            hosts.entry(parent).or_insert(host);
        }
    }
    hosts
}

/// A resource that says which process it is makes one group. One that does not (every process of an older
/// SGLang) is cut at hosts, which is as far as its spans tell.
fn process_key(attributes: &[KeyValue], host_id: Option<&str>) -> String {
    let mut key: Vec<_> = attributes
        .iter()
        .map(|a| format!("{}={}", a.key, a.value))
        .collect();
    let is_process = |a: &KeyValue| a.key == "service.instance.id" || a.key == "process.pid";
    if !attributes.iter().any(is_process) {
        key.push(format!("host_id={}", host_id.unwrap_or("")));
    }
    key.sort();
    key.join("\n")
}

fn host_id(span: &Span) -> Option<&str> {
    span.attribute("host_id").and_then(AnyValue::as_str)
}

impl<'a> Group<'a> {
    fn new(key: String, attributes: &'a [KeyValue]) -> Self {
        Self {
            key,
            attributes,
            host_id: None,
            start_ns: u64::MAX,
            requests: Vec::new(),
            threads: BTreeMap::new(),
        }
    }

    fn add(
        &mut self,
        i: usize,
        entry: &Entry<'a>,
        thread: Option<&'a Span>,
        host: Option<&'a str>,
    ) {
        self.start_ns = self.start_ns.min(entry.info.span.start_ns);
        self.host_id = self.host_id.or(host);
        let Some(thread) = thread else {
            self.requests.push(i);
            return;
        };
        let tid = thread.attribute("pid").and_then(AnyValue::as_int);
        let tid = tid.and_then(|t| i32::try_from(t).ok()).unwrap_or(0);
        let known = self.threads.entry(tid).or_insert_with(|| Thread {
            named_by: thread,
            members: Vec::new(),
        });
        known.members.push(i);
        // A thread may be registered late, or again: the last name holds.
        let rank = |s: &Span| (label(s) != "unknown", s.start_ns);
        if rank(thread) > rank(known.named_by) {
            known.named_by = thread;
        }
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        find(self.attributes, key).and_then(AnyValue::as_str)
    }

    fn int(&self, key: &str) -> Option<i32> {
        let value = find(self.attributes, key).and_then(AnyValue::as_int)?;
        i32::try_from(value).ok()
    }

    /// Its own word, else the lowest thread id: on Linux the main thread's is the process'.
    fn pid(&self) -> Option<i32> {
        let main = self.threads.keys().next().copied();
        self.int("process.pid").or(main).filter(|p| *p > 0)
    }

    fn service(&self) -> &'a str {
        self.text("service.name").unwrap_or("unknown service")
    }

    fn main_thread(&self) -> Option<&Thread<'a>> {
        let main = self.int("process.pid").and_then(|p| self.threads.get(&p));
        main.or_else(|| self.threads.values().next())
    }

    fn host(&self) -> Option<String> {
        let id = self.host_id.or_else(|| self.text("host.id"));
        let short = id.map(|h| h.chars().take(8).collect());
        self.text("host.name").map(str::to_owned).or(short)
    }

    fn tracks(&self, set: &SpanSet<'a>, ids: &mut StableIds) -> Vec<Track<'a>> {
        let requests = (None, "Requests".to_owned(), &self.requests);
        let threads = self.threads.iter();
        let threads = threads.map(|(tid, t)| (Some(*tid), thread_name(t.named_by), &t.members));
        let mut tracks = Vec::new();
        for (tid, name, members) in std::iter::once(requests).chain(threads) {
            if members.is_empty() {
                continue;
            }
            let tid_bytes = tid.unwrap_or(-1).to_le_bytes();
            let parts: [&[u8]; 3] = [b"track", self.key.as_bytes(), &tid_bytes];
            let uuid = ids.get(&parts);
            let lanes = lanes::pack(set, members).into_iter().enumerate();
            let lanes = lanes.map(|(n, items)| Lane {
                uuid: ids.get(&[parts[0], parts[1], parts[2], &n.to_le_bytes()]),
                items,
            });
            tracks.push(Track {
                uuid,
                name,
                tid,
                lanes: lanes.collect(),
            });
        }
        tracks
    }
}

fn label(thread: &Span) -> &str {
    let label = thread.attribute("thread_label").and_then(AnyValue::as_str);
    label.unwrap_or("unknown")
}

/// Label and ranks of a thread span: `mooncake transfer worker 1 [TP 0] [DP 0]`.
pub(crate) fn thread_name(thread: &Span) -> String {
    let mut name = label(thread).to_owned();
    for (rank, key) in [("TP", "tp_rank"), ("PP", "pp_rank"), ("DP", "dp_rank")] {
        if let Some(n) = thread.attribute(key) {
            name.push_str(&format!(" [{rank} {n}]"));
        }
    }
    name
}

/// Hosts in the order in which requests come to them; on a host processes of one kind together, by rank.
fn sort(groups: &mut [Group<'_>]) {
    let mut host_first: HashMap<Option<String>, u64> = HashMap::new();
    let mut kind_first: HashMap<(Option<String>, String), u64> = HashMap::new();
    let kind = |g: &Group<'_>| {
        let main = g.main_thread().map_or("", |t| label(t.named_by));
        (g.host(), format!("{}\n{main}", g.service()))
    };
    for g in groups.iter() {
        let first = |t: &mut u64| *t = (*t).min(g.start_ns);
        first(host_first.entry(g.host()).or_insert(u64::MAX));
        first(kind_first.entry(kind(g)).or_insert(u64::MAX));
    }
    groups.sort_by_cached_key(|g| {
        let name = g.main_thread().map(|t| thread_name(t.named_by));
        (
            host_first[&g.host()],
            kind_first[&kind(g)],
            name,
            g.pid(),
            g.key.clone(),
        )
    });
}

/// What its main thread is, service, host; and a piece of the instance id where that is not enough.
fn names(groups: &[Group<'_>]) -> Vec<String> {
    let plain = groups.iter().map(|g| {
        let main = g.main_thread().map(|t| thread_name(t.named_by));
        let parts = [main, Some(g.service().to_owned()), g.host()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    let plain: Vec<_> = plain.collect();
    let distinct = |(i, name): (usize, &String)| {
        let instance = groups[i].text("service.instance.id");
        let twins = plain.iter().filter(|n| *n == name).count();
        match instance.filter(|_| twins > 1) {
            Some(id) => format!("{name} · {}", id.chars().take(8).collect::<String>()),
            None => name.clone(),
        }
    };
    plain.iter().enumerate().map(distinct).collect()
}

#[derive(Default)]
struct Pids(HashSet<i32>);

impl Pids {
    /// `wanted` if it is free, else one that no process can have.
    fn take(&mut self, wanted: Option<i32>) -> i32 {
        if let Some(pid) = wanted.filter(|p| self.0.insert(*p)) {
            return pid;
        }
        let made_up = (FIRST_MADE_UP_PID..).find(|p| self.0.insert(*p));
        made_up.unwrap_or(i32::MAX)
    }
}
