"""What is played: requests that cross from SGLang's tracing to ours and back."""

import copy
import json
import threading

CHUNK = {"pages": 3, "sessions": ["decode-0"]}


class Scenarios:
    def __init__(self, trace, mooncake_trace, worker, relay):
        self.trace = trace
        self.stages = mooncake_trace.MooncakeRequestStage
        self.traced = mooncake_trace.mooncake_trace_func
        self.worker = worker
        self.relay = relay
        self.problems = []

    def expect(self, what, holds):
        if not holds:
            self.problems.append(what)

    # ---- SGLang's side ----

    def on_thread(self, label, work, **ranks):
        result = []

        def run():
            self.trace.trace_set_thread_info(label, **ranks)
            result.append(work())

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if not result:
            raise RuntimeError(f"the thread {label!r} failed")
        return result[0]

    def new_context(self, rid, **more):
        return self.trace.TraceReqContext(rid, role="Sender", module_name="mooncake", **more)

    def context_from(self, state):
        """As unpickling does it."""
        ctx = self.trace.TraceReqContext.__new__(self.trace.TraceReqContext)
        ctx.__setstate__(copy.deepcopy(state))
        return ctx

    def state_of(self, ctx):
        """As another process gets it."""
        return json.loads(json.dumps(ctx.__getstate__()))

    def python_request(self, rid, hand_over):
        """A request of SGLang's: `hand_over` takes the state away in a traced function and brings it back."""

        def run():
            ctx = self.new_context(rid, bootstrap_room=7)
            ctx.trace_req_start()
            back = self.traced(self.stages.MOONCAKE_SEND)(lambda _self: hand_over(self.state_of(ctx)))(Holder(ctx))
            self.on_thread("receiver", lambda: self.place(back))
            ctx.trace_req_finish(attrs={"placed": True})

        self.on_thread("scheduler", run, tp_rank=0)

    def place(self, state):
        ctx = self.context_from(state)
        ctx.rebuild_thread_context()
        self.traced(self.stages.MOONCAKE_RECV)(lambda _self: None)(Holder(ctx))
        ctx.abort()

    def transfer(self, state):
        """SGLang's transfer worker."""
        ctx = self.context_from(state)
        ctx.rebuild_thread_context()
        stage, session = self.stages.MOONCAKE_WORKER_SEND, self.stages.MOONCAKE_WORKER_SEND_SESSION
        ctx.trace_slice_start(stage.stage_name, stage.level)
        ctx.trace_slice_start(session.stage_name, session.level)
        ctx.trace_event("first_page", 2, attrs={"page": 0})
        ctx.trace_slice_end(session.stage_name, session.level, attrs={"session": "decode-0"})
        ctx.trace_slice_end(stage.stage_name, stage.level, attrs={"pages": 3}, thread_finish_flag=True)
        return self.state_of(ctx)

    # ---- the relay ----

    def pass_through_relay(self, state):
        """Through a Rust process with tracing off, which runs its traced code and hands on what it got."""
        answer = self.relay.ask("continue", state=state, chunk=CHUNK)
        self.expect("the relay does not record", answer["enabled"] is False)
        self.expect(f"the relay hands on what it got: {state} became {answer['state']}", answer["state"] == state)
        headers = answer.get("headers", {})
        self.expect(
            "the relay passes the trace on in headers too",
            headers.get("traceparent") == state["root_span_context"]["traceparent"],
        )
        return answer["state"]

    # ---- the scenarios ----

    def python_first(self):
        def hand_over(state):
            return self.worker.ask("continue", state=state, chunk=CHUNK)["state"]

        self.python_request("0xa1", hand_over)

    def python_first_through_relay(self):
        def hand_over(state):
            state = self.pass_through_relay(state)
            state = self.worker.ask("continue", state=state, chunk=CHUNK)["state"]
            return self.pass_through_relay(state)

        self.python_request("0xa2", hand_over)

    def rust_first(self):
        state = self.worker.ask("start", rid="0xb1", bootstrap_room=7)["state"]
        state = self.on_thread("mooncake transfer worker 0", lambda: self.transfer(state), tp_rank=0, dp_rank=1)
        self.worker.ask("finish", state=state)

    def rust_first_through_relay(self):
        state = self.pass_through_relay(self.worker.ask("start", rid="0xb2", bootstrap_room=7)["state"])
        state = self.on_thread("mooncake transfer worker 0", lambda: self.transfer(state), tp_rank=0, dp_rank=1)
        self.worker.ask("finish", state=self.pass_through_relay(state))

    def headers_from_python(self):
        """Only W3C headers cross: what serves them has a root of its own below SGLang's."""

        def run():
            ctx = self.new_context("0xc1")
            ctx.trace_req_start()
            headers = self.state_of(ctx)["root_span_context"]
            answer = self.traced(self.stages.MOONCAKE_SEND)(lambda _self: self.worker.ask("receive", headers=headers))(Holder(ctx))
            self.expect("a request with headers is recorded", answer["enabled"])
            ctx.trace_req_finish()

        self.on_thread("scheduler", run, tp_rank=0)

    def headers_from_rust(self):
        answer = self.worker.ask("start", rid="0xc2", bootstrap_room=0xfeed)

        def run():
            headers = self.trace.extract_trace_headers({**answer["headers"], "accept": "*/*"})
            ctx = self.new_context("0x5eed", external_trace_header=headers)
            ctx.trace_req_start()
            self.traced(self.stages.MOONCAKE_RECV)(lambda _self: None)(Holder(ctx))
            ctx.trace_req_finish()

        self.on_thread("http worker", run)
        self.worker.ask("finish", state=answer["state"])

    def not_traced(self):
        """What SGLang does not trace is not traced here, and costs no trace anything."""
        state = self.state_of(self.new_context("0xd1", trace_level=0))
        answer = self.worker.ask("continue", state=state, chunk=CHUNK)
        self.expect("an untraced request stays untraced", not answer["enabled"] and answer["state"] == state)
        headers = {"traceparent": f"00-{0xabc:032x}-{0xdef:016x}-00", "tracestate": "vendor=1"}
        answer = self.worker.ask("receive", headers=headers)
        self.expect("an unsampled request is not recorded", not answer["enabled"])
        self.expect(f"its headers go on unharmed, but {answer['headers']}", answer["headers"] == headers)

    def play(self):
        self.python_first()
        self.rust_first()
        self.python_first_through_relay()
        self.rust_first_through_relay()
        self.headers_from_python()
        self.headers_from_rust()
        self.not_traced()


class Holder:
    """What SGLang's decorator takes the context from."""

    def __init__(self, trace_ctx):
        self.trace_ctx = trace_ctx
