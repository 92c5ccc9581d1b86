use mooncake_trace::{TraceContext, define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

#[mooncake_trace(stage = Stages::SEND, ctx = trace_ctx, thread_finish = true)]
fn f(trace_ctx: TraceContext) {
    drop(trace_ctx);
}

fn main() {}
