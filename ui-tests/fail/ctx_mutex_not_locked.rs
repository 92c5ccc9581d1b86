use mooncake_trace::{TraceContext, define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

#[mooncake_trace(stage = Stages::SEND, ctx = shared)]
fn f(shared: &std::sync::Mutex<TraceContext>) {
    drop(shared.lock());
}

fn main() {}
