use mooncake_trace::{define_stages, mooncake_trace};

define_stages! {
    /// Stages of these cases.
    pub Stages(module = "ui") {
        /// One.
        SEND(level = 1),
    }
}

#[mooncake_trace(stgae = Stages::SEND)]
fn f() -> u32 {
    1
}

fn main() {
    // Only the misspelt option is an error: `f` is still there.
    let _: u32 = f();
}
