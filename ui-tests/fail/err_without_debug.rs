use mooncake_trace::{define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

struct Broken;

#[mooncake_trace(stage = Stages::SEND, ctx = current, err(Debug))]
fn f() -> Result<(), Broken> {
    Err(Broken)
}

fn main() {}
