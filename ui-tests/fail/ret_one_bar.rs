use mooncake_trace::{define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

#[mooncake_trace(stage = Stages::SEND, ctx = current, ret(|n n = n))]
fn f() -> u32 {
    1
}

fn main() {}
