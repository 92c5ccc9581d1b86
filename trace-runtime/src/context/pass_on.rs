//! Handing a context on: to a thread of this process, to another process, into headers.

use opentelemetry::propagation::Injector;

use super::TraceContext;
use super::slot::{Slot, locked};
use super::state::{Origin, Phase, State};
use crate::carrier::{self, Carrier};
use crate::local::Local;
use crate::record::{Flags, RequestIdentity};
use crate::w3c::{self, TraceParent};

impl TraceContext {
    /// A copy for another thread, to be carried inside the data unit.
    ///
    /// There it takes effect with [`rebuild_thread_context`](Self::rebuild_thread_context). Its first slice links to the
    /// slice that is open here now, or to the last one. A context that has not been started gives a null one.
    #[must_use]
    pub fn copy_for_thread(&self) -> Self {
        let Some(slot) = self.recording() else {
            return Self::null();
        };
        locked(slot, |state, local| {
            if !state.has_root() {
                return Self::null();
            }
            let (copy, mut to) = Slot::take();
            fill_copy(&mut to, state, local);
            drop(to);
            copy.open_gate(state.level);
            Self::of(copy)
        })
    }

    /// The context as another process can load it.
    ///
    /// One that is disabled or not started gives a carrier that loads as null; one that only hands on gives what it was
    /// made from.
    #[must_use]
    pub fn to_carrier(&self) -> Carrier {
        let Some(slot) = self.slot() else {
            return Carrier::disabled();
        };
        locked(slot, |state, local| match &state.relay {
            Some(relay) => relay.carrier(),
            None if state.has_root() => Carrier::new(carrier_state(state, local)),
            None => Carrier::disabled(),
        })
    }

    /// Puts `traceparent` (and `tracestate`, if there is one) into outgoing headers, so that what the peer records
    /// becomes part of this request's trace. A context with nothing to say puts nothing.
    pub fn inject(&self, headers: &mut dyn Injector) {
        if let Some((traceparent, trace_state)) = self.headers() {
            headers.set(w3c::TRACEPARENT, traceparent);
            if let Some(trace_state) = trace_state {
                headers.set(w3c::TRACESTATE, trace_state);
            }
        }
    }

    /// The value of the `traceparent` header that [`inject`](Self::inject) would set: the root span of the request.
    #[must_use]
    pub fn traceparent(&self) -> Option<String> {
        Some(self.headers()?.0)
    }

    fn headers(&self) -> Option<(String, Option<String>)> {
        let state = self.slot()?.lock();
        match &state.relay {
            Some(relay) => {
                let (traceparent, trace_state) = relay.headers()?;
                Some((traceparent, trace_state.map(Into::into)))
            }
            None if state.has_root() => Some((
                root_of(&state).to_string(),
                trace_state(&state).map(Into::into),
            )),
            None => None,
        }
    }
}

#[inline(always)]
fn fill_copy(to: &mut State, from: &State, local: &Local) {
    let previous = from.inherited(local);
    to.begin(Origin {
        level: from.level,
        phase: Phase::Copy,
        trace_id: from.trace_id,
        root: from.root,
        root_remote: from.root_remote,
        previous,
    });
    to.request.take_over(&from.request);
    if previous.flags.has(Flags::LINK_TRACE) {
        to.foreign_trace = from.foreign_trace;
    }
    if from.more {
        to.trace_state.extend_from_slice(&from.trace_state);
        to.look_for_more();
    }
}

fn root_of(state: &State) -> TraceParent {
    TraceParent {
        trace_id: state.trace_id.get(),
        span_id: state.root,
        sampled: true,
    }
}

fn trace_state(state: &State) -> Option<&str> {
    let (len, words) = state.trace_state.split_first()?;
    Some(crate::record::text(words, *len as usize))
}

fn carrier_state(state: &State, local: &Local) -> carrier::State {
    let identity = RequestIdentity::read(&state.request.identity);
    let previous = state.inherited(local);
    carrier::State {
        rid: identity.rid.to_owned(),
        bootstrap_room: identity.room,
        start_time_ns: state.request.start.unix_ns(),
        role: identity.role.to_owned(),
        trace_level: state.level,
        module_name: identity.module.to_owned(),
        is_copy: state.phase == Phase::Copy,
        pid: state.pid().map(u64::from),
        last_span: (previous.span_id != 0).then(|| carrier::SpanIds {
            trace_id: if previous.flags.has(Flags::LINK_TRACE) {
                state.foreign_trace.get()
            } else {
                state.trace_id.get()
            },
            span_id: previous.span_id,
        }),
        root: Some(carrier::RootContext {
            traceparent: root_of(state).to_string(),
            tracestate: trace_state(state).map(Into::into),
        }),
        ..carrier::State::default()
    }
}
