//! `crate = path`, for crates that re-export the runtime.
mod facade {
    pub use ::mooncake_trace as tracing;
}

use facade::tracing::{define_stages, mooncake_trace};

define_stages! {
    crate = crate::facade::tracing;

    pub Stages(module = "ui") {
        SEND(level = 1),
    }
}

#[mooncake_trace(stage = Stages::SEND, ctx = current, crate = crate::facade::tracing, attrs(a = 1), err)]
fn f() -> Result<(), String> {
    Ok(())
}

#[mooncake_trace(stage = Stages::SEND, ctx = current, crate = facade::tracing)]
async fn g() -> u8 {
    1
}

fn main() {
    f().unwrap();
    drop(g());
}
