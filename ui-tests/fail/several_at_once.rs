use mooncake_trace::{define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

#[mooncake_trace(stgae = Stages::SEND, ctx = "x", attrs(a = 1, a = 2, b), err = Debug, skip_all)]
const fn f() -> u32 {
    1
}

fn main() {}
