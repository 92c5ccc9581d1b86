//! Expansions need nothing from the prelude, and survive local items with the names that they use.
#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

mod core {}
mod std {}
mod alloc {}
mod mooncake_trace {}
struct Result;
struct Some;
struct None;
struct Ok;
struct Err;
struct Box;
struct Send;
const guard: u8 = 1;
const __guard: u8 = 1;
static slice: u8 = 2;
const stage: u8 = 3;
const gate: u8 = 4;
fn enter() {}
trait Iterator {}
trait AsContext {
    fn as_context(&self) {}
}
impl<T> AsContext for T {}

use ::mooncake_trace::{TraceContext, define_stages};

define_stages! {
    /// Stages.
    pub(crate) Stages(module = "ui") {
        /// One.
        SEND(level = 1, metrics),
        #[cfg(any())]
        GONE(level = 3),
        #[deprecated]
        r#type(level = 0, name = "t"),
    }
    More(module = "ui") {
        RECV(level = 255),
    }
}

struct Sender {
    trace_ctx: TraceContext,
}

impl Sender {
    #[::mooncake_trace::mooncake_trace(stage = Stages::SEND, attrs(a = 1, b = %slice, c = ?gate))]
    fn send(&self, core: u8, std: u8) -> u8 {
        mod inner {}
        let guard_value = guard;
        core + std + guard_value + stage
    }

    #[::mooncake_trace::mooncake_trace(stage = Stages::SEND, err, ret(|r| ok = r.is_ok()))]
    fn fails(&self) -> ::core::result::Result<u8, &'static str> {
        ::core::result::Result::Err("no")
    }

    #[::mooncake_trace::mooncake_trace(stage = Stages::SEND, err(Debug))]
    async fn fails_later(&self) -> ::core::result::Result<u8, &'static str> {
        ::core::result::Result::Err("no")
    }

    #[::mooncake_trace::mooncake_trace(stage = Stages::SEND, thread_finish)]
    async fn never(&self) -> ! {
        loop {
            ::core::future::pending::<()>().await
        }
    }

    #[::mooncake_trace::mooncake_trace(stage = More::RECV, ctx = current)]
    fn boxed(&self) -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = u8> + '_>> {
        if guard == 2 {
            return ::std::boxed::Box::pin(::core::future::ready(1));
        }
        ::std::boxed::Box::pin(::core::future::ready(1))
    }
}

// Fragments of a macro, and names of its own that no argument may capture.
macro_rules! traced {
    ($vis:vis fn $name:ident($self:ident, $arg:ident: $ty:ty) -> $ret:ty $body:block, $stage:expr, $ctx:expr) => {
        #[::mooncake_trace::mooncake_trace(stage = $stage, ctx = $ctx, attrs(arg = $arg))]
        $vis fn $name(&$self, $arg: $ty) -> $ret $body
    };
    ($item:item) => {
        #[::mooncake_trace::mooncake_trace(stage = Stages::SEND)]
        $item
    };
}

impl Sender {
    traced!(pub fn made(self, arg: u8) -> u8 { arg + 1 }, Stages::SEND, self.trace_ctx);
}

traced!(fn item(trace_ctx: &TraceContext) -> bool { trace_ctx.is_enabled() });

macro_rules! receiver {
    ($name:ident) => {
        impl Sender {
            #[::mooncake_trace::mooncake_trace(stage = Stages::SEND)]
            async fn $name(&self) -> u8 {
                1
            }
        }
    };
}
receiver!(hygienic);

fn main() {
    let sender = Sender {
        trace_ctx: TraceContext::null(),
    };
    ::core::assert!(sender.send(1, 2) == 7);
    ::core::assert!(sender.fails().is_err());
    ::core::assert!(sender.made(1) == 2);
    ::core::assert!(!item(&sender.trace_ctx));
    ::core::assert!(Stages::ALL.len() == 2 && Stages::from_name("t").is_some());
    ::core::assert!(::mooncake_trace::stage_tables().any_named("More"));
}

trait AnyNamed {
    fn any_named(self, name: &str) -> bool;
}

impl<T: ::core::iter::Iterator<Item = &'static ::mooncake_trace::StageTable>> AnyNamed for T {
    fn any_named(self, name: &str) -> bool {
        for table in self {
            if table.name == name {
                return true;
            }
        }
        false
    }
}
