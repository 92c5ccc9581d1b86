//! How a context comes to be: for a new request, or from a carrier.

use opentelemetry::propagation::Extractor;

use super::TraceContext;
use super::previous::Previous;
use super::relay::Relay;
use super::slot::Slot;
use super::state::{Origin, Phase, State, TraceId};
use crate::carrier::{self, Carrier};
use crate::clock::Timestamp;
use crate::local::{self, Local};
use crate::record::{RequestIdentity, push_text};
use crate::w3c::{self, TraceParent};
use crate::{gating, ledger, sampling};

/// Says what a new request context is about; see [`TraceContext::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct ContextBuilder<'a> {
    identity: RequestIdentity<'a>,
    level: Option<u8>,
    parent: Option<TraceParent>,
    trace_state: Option<String>,
}

impl<'a> ContextBuilder<'a> {
    pub(super) fn new(rid: &'a str) -> Self {
        Self {
            identity: RequestIdentity {
                rid,
                role: "unified",
                module: "",
                room: None,
            },
            level: None,
            parent: None,
            trace_state: None,
        }
    }

    /// The room in which prefill and decode find each other; 0 is a room too.
    pub fn bootstrap_room(mut self, room: u64) -> Self {
        self.identity.room = Some(room);
        self
    }

    /// The part that this process plays, e.g. `Sender`; stands in front of the root's name unless `unified` or empty.
    pub fn role(mut self, role: &'a str) -> Self {
        self.identity.role = role;
        self
    }

    /// The module it belongs to, e.g. `mooncake`; checked against [`set_trace_modules`](crate::set_trace_modules).
    pub fn module(mut self, module: &'a str) -> Self {
        self.identity.module = module;
        self
    }

    /// The level of this context, 0–255, instead of the process' [`trace_level`](crate::trace_level). 0 records nothing.
    pub fn level(mut self, level: u8) -> Self {
        self.level = Some(level);
        self
    }

    /// The caller's W3C `traceparent`: the request becomes part of that trace. A malformed one is ignored.
    pub fn traceparent(mut self, header: &str) -> Self {
        self.parent = TraceParent::parse(header);
        self
    }

    /// The caller's W3C `tracestate`; counts only beside a well-formed `traceparent`. A malformed one is dropped.
    pub fn tracestate(mut self, header: &str) -> Self {
        self.trace_state = w3c::parse_trace_state(header);
        self
    }

    /// Takes `traceparent` and `tracestate`, of exactly these names, from the headers of a request.
    pub fn headers(mut self, headers: &dyn Extractor) -> Self {
        if let Some(header) = headers.get(w3c::TRACEPARENT) {
            self = self.traceparent(header);
        }
        if let Some(header) = headers.get(w3c::TRACESTATE) {
            self = self.tracestate(header);
        }
        self
    }

    /// The context. Whether it records is decided here, for good: by the switch, the module list, the level and the
    /// sampled flag of the `traceparent`, for a new trace by the sampling ratio. One that does not record hands its headers on and costs next to nothing.
    #[must_use]
    pub fn build(self) -> TraceContext {
        let sampled = self.parent.is_none_or(|parent| parent.sampled);
        let level = gating::admit(self.identity.module, self.level);
        if level == 0 || !sampled {
            return self.relay();
        }
        let drawn = if self.parent.is_none() && !sampling::takes_all() {
            let trace_id = local::with(|local| local.ids.trace());
            if !sampling::takes(trace_id) {
                return Self::left_out(trace_id);
            }
            trace_id
        } else {
            0
        };
        let (slot, mut state) = Slot::take();
        self.fill(&mut state, level, drawn);
        drop(state);
        slot.open_gate(level);
        TraceContext::of(slot)
    }

    fn fill(&self, state: &mut State, level: u8, drawn: u128) {
        let (trace_id, parent) = match self.parent {
            Some(parent) => (parent.trace_id, parent.span_id),
            None => (drawn, 0),
        };
        state.begin(Origin {
            level,
            trace_id: TraceId::new(trace_id),
            ..Origin::NONE
        });
        state.root_parent = parent;
        let unknown = Timestamp::from_unix_ns(0);
        local::with(|local| state.request.renew(local, unknown, &self.identity));
        if let (Some(_), Some(trace_state)) = (self.parent, &self.trace_state) {
            set_trace_state(state, trace_state);
        }
    }

    /// A request that sampling leaves out: whoever it goes to is to leave it out too.
    #[cold]
    fn left_out(trace_id: u128) -> TraceContext {
        ledger::left_out();
        let parent = TraceParent {
            trace_id,
            span_id: local::with(|local| local.ids.span()),
            sampled: false,
        };
        TraceContext::relaying(Relay::Headers {
            parent,
            trace_state: None,
        })
    }

    fn relay(self) -> TraceContext {
        match self.parent {
            None => TraceContext::null(),
            Some(parent) => TraceContext::relaying(Relay::Headers {
                parent,
                trace_state: self.trace_state,
            }),
        }
    }
}

fn set_trace_state(state: &mut State, text: &str) {
    state.trace_state.push(text.len() as u64);
    push_text(&mut state.trace_state, text);
    state.more = true;
}

impl TraceContext {
    /// A context that does not record, but hands something on.
    fn relaying(relay: Relay) -> Self {
        let (slot, mut state) = Slot::take();
        state.begin(Origin::NONE);
        state.relay = Some(Box::new(relay));
        state.more = true;
        Self::of(slot)
    }

    /// The context that another process has put into `carrier`.
    ///
    /// It is a copy: it records nothing before [`rebuild_thread_context`](Self::rebuild_thread_context), and the root
    /// stays with the other process. Where tracing is off, or the trace is not sampled, it hands the carrier on as it is.
    #[must_use]
    pub fn from_carrier(carrier: &Carrier) -> Self {
        let Some(state) = carrier.state() else {
            return Self::null();
        };
        let root = state.root.as_ref();
        let Some(parent) = root.and_then(|root| TraceParent::parse(&root.traceparent)) else {
            return Self::null();
        };
        if !gating::tracing_enabled() || !parent.sampled || state.trace_level == 0 {
            return Self::relaying(Relay::Carrier(carrier.clone()));
        }
        let trace_state = root
            .and_then(|root| root.tracestate.as_deref())
            .and_then(w3c::parse_trace_state);
        let (slot, mut to) = Slot::take();
        local::with(|local| {
            fill_from_carrier(&mut to, state, parent, trace_state.as_deref(), local);
            to.identify(local);
        });
        drop(to);
        slot.open_gate(state.trace_level);
        Self::of(slot)
    }
}

fn fill_from_carrier(
    to: &mut State,
    from: &carrier::State,
    root: TraceParent,
    trace_state: Option<&str>,
    local: &Local,
) {
    let previous = from.last_span.map_or(Previous::NONE, |last| {
        Previous::carried(last.span_id, last.trace_id != root.trace_id)
    });
    to.begin(Origin {
        level: from.trace_level,
        phase: Phase::Copy,
        trace_id: TraceId::new(root.trace_id),
        root: root.span_id,
        root_remote: true,
        previous,
    });
    to.foreign_trace = TraceId::new(from.last_span.map_or(0, |last| last.trace_id));
    if let Some(text) = trace_state {
        set_trace_state(to, text);
    }
    let identity = RequestIdentity {
        rid: &from.rid,
        role: &from.role,
        module: &from.module_name,
        room: from.bootstrap_room,
    };
    let start = Timestamp::from_unix_ns(from.start_time_ns);
    to.request.renew(local, start, &identity);
}
