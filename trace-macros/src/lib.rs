//! The macros of `mooncake-trace`: [`macro@mooncake_trace`] annotates a function, [`define_stages!`] declares
//! a table of stages. Use them through `mooncake_trace`, which re-exports both.
//!
//! Each macro is a pipeline and a file is a phase of it: `args` parses what the user wrote, `model` is what
//! the expansion needs to know, `validate` makes one from the other and holds the rules, `expand` holds the
//! tokens, and `fallback` is what is emitted after an error: the diagnostics and the user's item unchanged.
//!
//! Invariants: the signature and the body of an annotated function are re-emitted token by token as they
//! came; a mistake never hides another one, all are collected in a `Diagnostics`.

use proc_macro::TokenStream;

/// Whether `mooncake-trace` is built with its feature `enable`.
const ENABLED: bool = cfg!(feature = "enable");

mod diagnostics;
mod stages;
mod traced;

/// Records a slice of the request's trace around a function.
///
/// ```
/// use mooncake_trace::{MooncakeRequestStage, TraceContext, mooncake_trace};
///
/// struct KvSender {
///     trace_ctx: TraceContext,
/// }
///
/// impl KvSender {
///     #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND, attrs(pages = indices.len()), err)]
///     fn send(&mut self, indices: &[u32]) -> Result<(), std::io::Error> {
///         // …
///         Ok(())
///     }
///
///     #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_RECV)]
///     async fn receive(&self) -> usize {
///         // …
///         0
///     }
/// }
/// # KvSender { trace_ctx: TraceContext::null() }.send(&[1]).unwrap();
/// ```
///
/// | option | |
/// |---|---|
/// | `stage = CONSTANT` | the [`Stage`](https://docs.rs/mooncake-trace/latest/mooncake_trace/struct.Stage.html); required |
/// | `ctx = EXPR` | the trace context: a `TraceContext`, or a reference, `Option`, `Arc`, `Box` or lock guard of one. It is looked at once, before the body. Without it: `self.trace_ctx`; in a function without `self`, its parameter `trace_ctx` |
/// | `ctx = current` | the context of the slice that is open on this thread or task; nothing is recorded if there is none |
/// | `attrs(key = expr, "dotted.key" = expr)` | attributes, computed only if the slice is recorded. `%expr` takes what `Display` shows, `?expr` what `Debug` shows |
/// | `err`, `err(Debug)` | an `Err` marks the slice as an error, with what `Display` or `Debug` shows of it |
/// | `ret(\|r\| key = expr)` | attributes from a reference to the result |
/// | `thread_finish` | closes the thread context with the slice, also if the slice itself is not recorded |
/// | `crate = path` | where the crate `mooncake_trace` is |
///
/// The slice ends when the function returns, on `?`, or in a panic, which marks it as an error. That of an `async fn`, and of
/// a function that returns `impl Future`, `Pin<Box<dyn Future>>`, a `BoxFuture<'_, T>` or a stream, begins when the future
/// is first polled and ends when it completes or is dropped; then it has the attribute `cancelled = true`.
///
/// A function that returns a future by another name (`Self::Future`, an alias) is recorded while it makes it.
#[proc_macro_attribute]
pub fn mooncake_trace(args: TokenStream, item: TokenStream) -> TokenStream {
    traced::expand(args.into(), item.into(), ENABLED).into()
}

/// Declares tables of stages and registers them at link time.
///
/// ```
/// mooncake_trace::define_stages! {
///     /// Stages of the disk cache.
///     pub DiskStage(module = "disk") {
///         /// Reads one page.
///         READ(level = 1),
///         /// Writes one page; its latency is observed as a metric too.
///         WRITE(level = 2, name = "write_back", metrics),
///     }
/// }
///
/// assert_eq!(DiskStage::WRITE.name(), "write_back");
/// assert_eq!(DiskStage::from_name("read"), Some(&DiskStage::READ));
/// assert_eq!((DiskStage::MODULE, DiskStage::ALL.len()), ("disk", 2));
/// ```
///
/// A stage is as visible as its table; its name is that of the constant in lower case unless `name` says otherwise.
/// Documentation, `#[cfg]` and `#[deprecated]` pass through. `crate = path;` in front of the tables says where the crate
/// `mooncake_trace` is.
#[proc_macro]
pub fn define_stages(tables: TokenStream) -> TokenStream {
    stages::expand(tables.into(), ENABLED).into()
}
