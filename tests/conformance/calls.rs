//! From an op to the call of the public API that it stands for, in the style of the mode.

use mooncake_trace::{
    Attr, Carrier, SliceDetails, SpanKind, Stage, Timestamp, TraceContext, manual_clock,
};
use opentelemetry::propagation::Extractor;

use crate::failure::fail;
use crate::json::Json;
use crate::modes::Style;
use crate::ops::{Attrs, Call, MooncakeSlice, NewCtx, Op, Slice, SliceEnd};
use crate::seats::Seat;
use crate::world::{Reported, World, lock};
use crate::{functions, traced};

pub(crate) fn borrowed(attrs: &Attrs) -> Vec<Attr<'_>> {
    attrs
        .iter()
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect()
}

/// Makes the call of `op`; the clock stands at `op.now`.
pub(crate) fn make(world: &'static World, op: &'static Op, seat: &Seat) {
    let with = |ctx: &str, call: &dyn Fn(&TraceContext)| {
        if let Some(context) = &*lock(&world.cell(op, ctx)) {
            call(context);
        }
    };
    // Whether the call may read the clock instead of being told the time.
    let reads_clock = |ts: Timestamp| ts == op.now && world.mode.style != Style::Stamped;
    match &op.call {
        Call::NewCtx(new) => put(world, op, &new.ctx, new_ctx(new, world.mode.style)),
        Call::NewNull { ctx } => world.put(ctx, TraceContext::null()),
        Call::ReqStart { ctx, ts } => with(ctx, &|ctx| match reads_clock(*ts) {
            true => ctx.req_start(),
            false => ctx.req_start_at(*ts),
        }),
        Call::ReqFinish { ctx, ts, attrs } => with(ctx, &|ctx| {
            ctx.set_root_attrs(&borrowed(attrs));
            match reads_clock(*ts) {
                true => ctx.req_finish(),
                false => ctx.req_finish_at(*ts),
            }
        }),
        Call::SliceStart {
            ctx: name,
            stage,
            ts,
        } => with(name, &|ctx| match world.mode.style {
            Style::Guarded => {
                let guard = match reads_clock(*ts) {
                    true => ctx.slice(stage),
                    false => ctx.slice_at(stage, *ts),
                };
                world.held.keep(name, ctx, stage, guard);
            }
            _ if reads_clock(*ts) => ctx.slice_start(stage),
            _ => ctx.slice_start_at(stage, *ts),
        }),
        Call::SliceEnd(end) => with(&end.ctx, &|ctx| {
            slice_end(world, ctx, end, reads_clock(end.ts))
        }),
        Call::Slice(slice) => with(&slice.ctx, &|ctx| {
            retroactive(world, ctx, slice, reads_clock(slice.end));
        }),
        Call::Event(event, ctx, level) => with(ctx, &|ctx| {
            let attrs = borrowed(&event.attrs);
            match reads_clock(event.ts) {
                true => ctx.event(&event.name, *level, &attrs),
                false => ctx.event_at(&event.name, *level, &attrs, event.ts),
            }
        }),
        Call::Copy { src, dst } => with(src, &|ctx| put(world, op, dst, ctx.copy_for_thread())),
        Call::Rebuild { ctx, ts } => with(ctx, &|ctx| match reads_clock(*ts) {
            true => ctx.rebuild_thread_context(),
            false => ctx.rebuild_thread_context_at(*ts),
        }),
        Call::Serialize { ctx, state } => with(ctx, &|ctx| {
            let json = json_of(&ctx.to_carrier());
            world.keep_state(state, json.clone());
            world.report(op, Reported::State(json));
        }),
        Call::Deserialize { state, dst } => put(world, op, dst, load(op, &world.state(op, state))),
        Call::Pickle { src, dst } => with(src, &|ctx| {
            put(world, op, dst, load(op, &json_of(&ctx.to_carrier())));
        }),
        Call::RootAttrs { ctx, attrs } => with(ctx, &|ctx| ctx.set_root_attrs(&borrowed(attrs))),
        Call::ThreadAttrs { ctx, attrs } => {
            with(ctx, &|ctx| ctx.set_thread_attrs(&borrowed(attrs)))
        }
        Call::Abort { ctx, ts, info } => with(ctx, &|ctx| match ts {
            Some(ts) if !reads_clock(*ts) => ctx.abort_at(&borrowed(info), *ts),
            _ => ctx.abort(&borrowed(info)),
        }),
        Call::Drop { ctx } => world.remove(op, ctx),
        Call::SetThreadInfo(info) => mooncake_trace::set_thread_info(info.clone()),
        Call::SetGlobalLevel(level) => mooncake_trace::set_trace_level(*level),
        Call::SetModules(Some(list)) => mooncake_trace::set_trace_modules(list),
        Call::SetModules(None) => mooncake_trace::clear_trace_modules(),
        Call::SetInitialized(value) => mooncake_trace::set_tracing_enabled(*value),
        Call::Query { ctx } => with(ctx, &|ctx| world.report(op, query(ctx))),
        Call::MooncakeSlice(slice) => mooncake_slice(world, op, slice),
        Call::MooncakeFunc(func) => functions::call(world, op, func, seat),
    }
}

/// Keeps a context that an op has made, and reports whether it is enabled.
fn put(world: &World, op: &Op, ctx: &str, context: TraceContext) {
    world.report(op, Reported::Plain("enabled", context.is_enabled().into()));
    world.put(ctx, context);
}

struct Headers<'a>(&'a [(String, String)]);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}

fn new_ctx(new: &NewCtx, style: Style) -> TraceContext {
    let mut builder = TraceContext::builder(&new.rid);
    if let Some(room) = new.room {
        builder = builder.bootstrap_room(room);
    }
    if let Some(role) = &new.role {
        builder = builder.role(role);
    }
    if let Some(module) = &new.module {
        builder = builder.module(module);
    }
    if let Some(level) = new.level {
        builder = builder.level(level);
    }
    let headers = Headers(&new.headers);
    if style != Style::Stamped {
        return builder.headers(&headers).build();
    }
    if let Some(traceparent) = headers.get("traceparent") {
        builder = builder.traceparent(traceparent);
    }
    if let Some(tracestate) = headers.get("tracestate") {
        builder = builder.tracestate(tracestate);
    }
    builder.build()
}

fn load(op: &Op, json: &str) -> TraceContext {
    match serde_json::from_str::<Carrier>(json) {
        Ok(carrier) => TraceContext::from_carrier(&carrier),
        Err(error) => fail(&format!("op {}: {error}", op.path)),
    }
}

fn query(ctx: &TraceContext) -> Reported {
    let open = ctx.open_spans();
    let slices = open.iter().filter(|span| span.kind == SpanKind::Slice);
    let names = slices
        .filter_map(|span| Some(span.stage?.name().into()))
        .collect();
    Reported::Plain(
        "query",
        Json::object([
            ("enabled", ctx.is_enabled().into()),
            ("open_slices", Json::Array(names)),
        ]),
    )
}

fn slice_end(world: &World, ctx: &TraceContext, end: &SliceEnd, reads_clock: bool) {
    let attrs = borrowed(&end.attrs);
    if world.mode.style == Style::Guarded
        && let Some(mut guard) = world.held.take(&end.ctx, ctx, end.stage)
    {
        guard.attrs(&attrs);
        if end.thread_finish {
            guard = guard.thread_finish();
        }
        return match reads_clock {
            true => guard.end(),
            false => guard.end_at(end.ts),
        };
    }
    let mut details = SliceDetails::new().attrs(&attrs);
    if end.thread_finish {
        details = details.thread_finish();
    }
    let plain = attrs.is_empty() && !end.thread_finish;
    match (reads_clock, plain) {
        (true, true) => ctx.slice_end(end.stage),
        (true, false) if !end.thread_finish && is_innermost(ctx, end.stage) => {
            ctx.set_slice_attrs(&attrs);
            ctx.slice_end(end.stage);
        }
        (true, false) => ctx.slice_end_with(end.stage, details),
        (false, true) => ctx.slice_end_at(end.stage, end.ts),
        (false, false) => ctx.slice_end_with_at(end.stage, details, end.ts),
    }
}

fn is_innermost(ctx: &TraceContext, stage: &Stage) -> bool {
    ctx.open_spans()
        .last()
        .is_some_and(|span| span.stage == Some(stage))
}

fn retroactive(world: &World, ctx: &TraceContext, slice: &Slice, reads_clock: bool) {
    let attrs = borrowed(&slice.attrs);
    if world.mode.style == Style::Guarded && slice.events.is_empty() {
        let mut guard = ctx.slice_at(slice.stage, slice.start);
        guard.attrs(&attrs);
        if slice.thread_finish {
            guard = guard.thread_finish();
        }
        return guard.end_at(slice.end);
    }
    if slice.events.is_empty() && attrs.is_empty() && !slice.thread_finish {
        return match reads_clock {
            true => mooncake_trace::mooncake_trace_slice(ctx, slice.stage, slice.start),
            false => ctx.record_slice(slice.stage, slice.start, slice.end),
        };
    }
    let event_attrs: Vec<_> = slice
        .events
        .iter()
        .map(|event| borrowed(&event.attrs))
        .collect();
    let events: Vec<_> = slice
        .events
        .iter()
        .zip(&event_attrs)
        .map(|(event, attrs)| (event.name.as_str(), event.ts, attrs.as_slice()))
        .collect();
    let mut details = SliceDetails::new().attrs(&attrs).events(&events);
    if slice.thread_finish {
        details = details.thread_finish();
    }
    ctx.record_slice_with(slice.stage, slice.start, slice.end, details);
}

fn mooncake_slice(world: &World, op: &Op, slice: &MooncakeSlice) {
    let cell = functions::cell(world, op, slice.ctx.as_deref());
    if world.mode.is_annotated() && slice.thread_finish {
        manual_clock::set(Some(slice.start.unix_ns()));
        return traced::of(slice.stage).finish(&cell, op.now);
    }
    let (stage, start) = (slice.stage.stage(), slice.start);
    let Some(ctx) = &*lock(&cell) else { return };
    let details = match slice.thread_finish {
        true => SliceDetails::new().thread_finish(),
        false => SliceDetails::new(),
    };
    match world.mode.style {
        Style::Stamped => {
            ctx.slice_start_at(stage, start);
            ctx.slice_end_with_at(stage, details, op.now);
        }
        Style::Guarded if slice.thread_finish => ctx.slice_at(stage, start).thread_finish().end(),
        Style::Guarded => ctx.slice_at(stage, start).end(),
        Style::Clocked if slice.thread_finish => {
            ctx.record_slice_with(stage, start, op.now, details)
        }
        Style::Clocked => mooncake_trace::mooncake_trace_slice(ctx, stage, start),
    }
}

/// A context's state on its way.
fn json_of(carrier: &Carrier) -> String {
    serde_json::to_string(carrier).unwrap_or_else(|error| fail(&error.to_string()))
}
