use mooncake_trace::{define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

struct Sender {
    trace_ctx: String,
}

impl Sender {
    #[mooncake_trace(stage = Stages::SEND)]
    fn send(&self) {}
}

fn main() {}
