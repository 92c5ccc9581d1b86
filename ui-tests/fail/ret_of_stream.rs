use mooncake_trace::{define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

use futures_core::Stream;

#[mooncake_trace(stage = Stages::SEND, ctx = current, ret(|n| n = n))]
fn f() -> impl Stream<Item = u32> {
    futures_util::stream::empty()
}

fn main() {}
