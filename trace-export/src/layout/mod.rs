//! Where each span goes in a picture: processes, tracks, lanes, flow arrows. Both Perfetto encoders draw this.
//!
//! * One process group for each process that made spans, hosts apart, in the order in which requests meet them.
//! * In a process: one track of its requests (and of any spans that belong to no thread context), then one
//!   track for each thread, with label and ranks.
//! * In a track: as many lanes as overlap asks for. In a lane spans nest strictly, and what is drawn inside a
//!   span is its child: nothing is ever mis-nested, nothing is left out.
//! * Everything, ids included, depends on the input alone.

mod flows;
mod lanes;
mod pieces;
mod process;
mod span_set;
mod stable_id;
mod steps;

pub use flows::FlowEnds;
pub(crate) use process::thread_name;
pub use span_set::SpanSet;
pub use steps::{Step, StepKind};

use crate::model::{Event, ResourceSpans, Scope, Span};

/// The picture of a trace file.
#[derive(Debug)]
pub struct Timeline<'a> {
    /// In the order in which to show them.
    pub processes: Vec<Process<'a>>,
    /// Arrows, by id.
    pub flows: Vec<Flow>,
    /// The earliest moment drawn, unix ns; 0 if there is nothing.
    pub begin_ns: u64,
    /// Links and parents whose other end is not in the file, so that there is no arrow to draw.
    pub dangling: usize,
}

/// One process group.
#[derive(Debug)]
pub struct Process<'a> {
    /// Unique 64-bit id of its track.
    pub uuid: u64,
    /// Process id, unique in the picture; made up where two hosts use the same one.
    pub pid: i32,
    /// What to call it.
    pub name: String,
    /// Its tracks in the order in which to show them.
    pub tracks: Vec<Track<'a>>,
}

/// One row group of a process.
#[derive(Debug)]
pub struct Track<'a> {
    /// Unique 64-bit id.
    pub uuid: u64,
    /// What to call it.
    pub name: String,
    /// Native id of the thread; `None` for the requests.
    pub tid: Option<i32>,
    /// Its lanes, never empty.
    pub lanes: Vec<Lane<'a>>,
}

/// Spans that nest strictly.
#[derive(Debug)]
pub struct Lane<'a> {
    /// Unique 64-bit id.
    pub uuid: u64,
    /// In order of time; what is inside a span follows it.
    pub items: Vec<Item<'a>>,
}

/// A span or an event in its place.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// How many spans of the lane it is inside of.
    pub depth: usize,
    /// The span, or the one the event belongs to.
    pub span: SpanInfo<'a>,
    /// The event; `None` for a span itself.
    pub event: Option<&'a Event>,
    /// Begin as drawn, unix ns.
    pub start_ns: u64,
    /// End as drawn, unix ns; that of an event is its begin.
    pub end_ns: u64,
}

/// A span and what is known of it from those around it.
#[derive(Clone, Copy, Debug)]
pub struct SpanInfo<'a> {
    /// Its number in the order of the file.
    pub index: usize,
    /// The span.
    pub span: &'a Span,
    /// The scope it was recorded in.
    pub scope: &'a Scope,
    /// What it is.
    pub role: Role,
    /// The request span it belongs to, itself if it is one.
    pub request: Option<&'a Span>,
}

/// What a span is in the picture of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A request's root in one process.
    Request,
    /// A thread's part in a request.
    Thread,
    /// A stage inside a thread's part.
    Slice,
    /// Anything else: a span of another program.
    Other,
}

impl Role {
    /// One word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Thread => "thread",
            Self::Slice => "slice",
            Self::Other => "span",
        }
    }
}

/// An arrow between two spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Unique 64-bit id.
    pub id: u64,
    /// [`SpanInfo::index`] of the span it leaves.
    pub from: usize,
    /// [`SpanInfo::index`] of the span it points to; it begins no earlier.
    pub to: usize,
}

impl Item<'_> {
    /// What to write on it: a thread's part in a request is called by the request, for its track
    /// says the rest.
    pub fn name(&self) -> &str {
        match (self.event, self.span.role, self.span.request) {
            (Some(event), _, _) => &event.name,
            (None, Role::Thread, Some(request)) => &request.name,
            _ => &self.span.span.name,
        }
    }

    /// By how much it is drawn shorter than it was, ns.
    pub fn trimmed_ns(&self) -> u64 {
        match self.event {
            Some(_) => 0,
            None => self.span.span.duration_ns() - (self.end_ns - self.start_ns),
        }
    }
}

impl<'a> Timeline<'a> {
    /// Lays out the spans of a file.
    pub fn of(resource_spans: &'a [ResourceSpans]) -> Self {
        let set = SpanSet::of(resource_spans);
        let mut ids = stable_id::StableIds::default();
        let processes = process::arrange(resource_spans, &set, &mut ids);
        let (flows, dangling) = flows::connect(&set, &processes, &mut ids);
        let items = processes.iter().flat_map(Process::items);
        let begin_ns = items.map(|i| i.start_ns).min().unwrap_or(0);
        Self {
            processes,
            flows,
            begin_ns,
            dangling,
        }
    }
}

impl<'a> Process<'a> {
    /// Everything drawn in it.
    pub fn items(&self) -> impl Iterator<Item = &Item<'a>> {
        let lanes = self.tracks.iter().flat_map(|t| &t.lanes);
        lanes.flat_map(|l| &l.items)
    }
}
