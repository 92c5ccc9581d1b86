use mooncake_trace::{define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

#[mooncake_trace(Stages::SEND, ctx = current)]
fn f() {}

fn main() {}
