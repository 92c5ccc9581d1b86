//! Without the feature `enable` a program has nothing of the recording in it.

mod scratch;

/// A program that records, as far as tracing is compiled in.
const SOURCE: &str = r#"
use mooncake_trace::{MooncakeRequestStage, TraceContext, mooncake_trace};

#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND, attrs(pages = pages), err)]
fn send(trace_ctx: &TraceContext, pages: usize) -> Result<usize, String> {
    pages.checked_mul(2).ok_or_else(|| "too many".to_owned())
}

fn main() {
    let ctx = TraceContext::builder("r").module("mooncake").build();
    ctx.req_start();
    let sent = send(&ctx, std::env::args().count());
    ctx.req_finish();
    println!("{sent:?}");
}
"#;

/// Part of the symbols of everything in the runtime's `context` module, however symbols are mangled.
const RECORDING: &[u8] = b"14mooncake_trace7context";

fn records(program: &[u8]) -> bool {
    program
        .windows(RECORDING.len())
        .any(|part| part == RECORDING)
}

#[test]
fn no_recording_is_left_in_a_program_without_it() {
    assert!(records(&scratch::program("compiled_in", SOURCE, true)));
    assert!(!records(&scratch::program("compiled_out", SOURCE, false)));
}
