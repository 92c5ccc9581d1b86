use mooncake_trace::{RequestStage, mooncake_trace};

#[mooncake_trace(stage = RequestStage::TOKENIZE, ctx = current)]
fn f() {}

fn main() {
    f();
}
