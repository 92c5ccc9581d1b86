use mooncake_trace::*;
use std::hint::black_box;
use std::time::{Duration, Instant};
static S: Stage = Stage::new("mooncake", "s", 1);
static S2: Stage = Stage::new("mooncake", "s2", 2);
struct Count(u64);
impl Exporter for Count { fn export(&mut self, b: &Batch) -> Result<Receipt, ExportError> { self.0 += b.len() as u64; Ok(Receipt::all()) } }
fn time(name: &str, n: u64, mut f: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..7 { let t = Instant::now(); for _ in 0..n { f(); } best = best.min(t.elapsed().as_nanos() as f64 / n as f64); std::thread::sleep(Duration::from_millis(5)); }
    println!("{name:40} {best:.2} ns"); best
}
fn main() {
    let g = install(Count(0), Options::default()).unwrap();
    time("rdtsc x2", 1_000_000, || { black_box(Timestamp::now()); black_box(Timestamp::now()); });
    let null = TraceContext::null();
    time("null", 10_000_000, || { let _s = black_box(&null).slice(&S); });
    let ctx = TraceContext::builder("rid-12345").module("mooncake").level(1).build();
    ctx.req_start();
    time("gated", 10_000_000, || { let _s = black_box(&ctx).slice(&S2); });
    time("slice", 100_000, || { let _s = black_box(&ctx).slice(&S); });
    time("nested slice", 100_000, || { let _s = black_box(&ctx).slice(&S); let _s = black_box(&ctx).slice(&S);  });
    time("slice attrs", 100_000, || { let _s = black_box(&ctx).slice_with(&S, &[("pages", black_box(17i64).into()), ("mode", black_box("prefill").into())]); });
    time("request with slice (3 spans)", 30_000, || { let c = TraceContext::builder("rid-12345").module("mooncake").build(); c.req_start(); { let _s = c.slice(&S); } c.req_finish(); });
    time("copy+rebuild+3+finish", 30_000, || { let c = ctx.copy_for_thread(); c.rebuild_thread_context(); { let _a = c.slice(&S).thread_finish(); let _b = c.slice(&S); let _c = c.slice(&S); } });
    ctx.req_finish();
    g.flush(Duration::from_secs(5));
    println!("{:?}", g.stats());
    drop(g);
}
