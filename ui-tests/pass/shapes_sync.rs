//! Every shape of a function that works when it is called.
#![allow(dead_code, clippy::all)]

use std::fmt::Display;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use mooncake_trace::{TraceContext, define_stages, mooncake_trace};

define_stages! {
    pub Stages(module = "ui") {
        SEND(level = 1),
        RECV(level = 2, name = "receive", metrics),
    }
}

struct Sender<'a, T = u8, const N: usize = 4> {
    trace_ctx: TraceContext,
    other: Option<Arc<TraceContext>>,
    shared: Mutex<TraceContext>,
    data: [T; N],
    name: &'a str,
}

impl<'a, T: Clone + Display, const N: usize> Sender<'a, T, N> {
    #[mooncake_trace(stage = Stages::SEND)]
    fn by_ref(&self) -> &T {
        &self.data[0]
    }

    #[mooncake_trace(stage = Stages::SEND)]
    fn by_mut(&mut self, index: usize) -> &mut T {
        self.trace_ctx = TraceContext::null();
        let taken = std::mem::take(&mut self.trace_ctx);
        drop(taken);
        &mut self.data[index]
    }

    #[mooncake_trace(stage = Stages::SEND, err, attrs(index = index))]
    fn by_mut_err(&mut self, index: usize) -> Result<&mut T, String> {
        let len = self.data.len();
        let found = self.data.get_mut(index).ok_or_else(|| format!("{index} of {len}"))?;
        Ok(found)
    }

    #[mooncake_trace(stage = Stages::RECV)]
    fn by_value(mut self) -> [T; N] {
        self.name = "";
        self.data
    }

    #[mooncake_trace(stage = Stages::RECV, thread_finish)]
    fn boxed(self: Box<Self>) -> TraceContext {
        self.trace_ctx
    }

    #[mooncake_trace(stage = Stages::RECV)]
    fn counted(self: Arc<Self>) -> Arc<Self> {
        self
    }

    #[mooncake_trace(stage = Stages::RECV)]
    fn pinned(self: Pin<&mut Self>) -> usize {
        self.data.len()
    }

    #[mooncake_trace(stage = Stages::RECV)]
    fn twice(self: &&Self) -> usize {
        self.data.len()
    }

    #[mooncake_trace(stage = Stages::SEND, ctx = self.other)]
    fn optional(&self) {}

    #[mooncake_trace(stage = Stages::SEND, ctx = self.shared.lock().unwrap())]
    fn locked(&self) -> MutexGuard<'_, TraceContext> {
        self.shared.lock().unwrap()
    }

    #[mooncake_trace(stage = Stages::SEND, ctx = &mut self.trace_ctx, attrs(name = self.name, "data.0" = %self.data[0]))]
    fn exclusive(&mut self) {
        drop(std::mem::take(&mut self.trace_ctx));
    }

    #[mooncake_trace(stage = Stages::SEND)]
    fn generic<U, F>(&self, f: F, (a, _): (u8, u8), [first, ..]: [u8; 2], _: u8) -> impl Iterator<Item = U> + use<'_, 'a, T, N, U, F>
    where
        F: for<'x> Fn(&'x T) -> U,
        Self: Sized,
    {
        let _ = (a, first);
        self.data.iter().map(move |item| f(item))
    }

    #[mooncake_trace(stage = Stages::SEND, err(Debug))]
    fn generic_err(&self) -> Result<impl Iterator<Item = T> + use<'_, 'a, T, N>, Vec<u8>> {
        if self.name.is_empty() {
            return Err(vec![1]);
        }
        Ok(self.data.iter().cloned())
    }
}

trait Relay {
    const STAGE: mooncake_trace::Stage;
    fn context(&self) -> &TraceContext;

    #[mooncake_trace(stage = Self::STAGE, ctx = self.context())]
    fn relay(&self) -> u8 {
        1
    }

    #[mooncake_trace(stage = Self::STAGE, ctx = self.context())]
    fn sized(&self) -> u8
    where
        Self: Sized,
    {
        2
    }
}

impl Relay for TraceContext {
    const STAGE: mooncake_trace::Stage = mooncake_trace::Stage::new("ui", "relay", 1);

    fn context(&self) -> &TraceContext {
        self
    }
}

#[mooncake_trace(stage = Stages::SEND)]
fn parameter(mut trace_ctx: TraceContext) -> TraceContext {
    trace_ctx = TraceContext::null();
    trace_ctx
}

#[mooncake_trace(stage = Stages::SEND, ctx = trace_ctx.read().unwrap(), attrs(r#type = r#type))]
fn raw(trace_ctx: &RwLock<TraceContext>, r#type: u8) -> u8 {
    let _ = trace_ctx;
    r#type
}

#[mooncake_trace(stage = Stages::SEND, ctx = current)]
fn never() -> ! {
    loop {
        std::process::exit(0)
    }
}

#[mooncake_trace(stage = Stages::SEND, ctx = current)]
unsafe fn dangerous(pointer: *const u8) -> u8 {
    unsafe { *pointer }
}

#[mooncake_trace(stage = Stages::SEND, ctx = current)]
unsafe extern "C" fn foreign(value: i32) -> i32 {
    value
}

#[mooncake_trace(stage = Stages::SEND, ctx = current)]
#[inline(always)]
#[must_use]
fn inlined() -> u8 {
    #![allow(unused_variables)]
    //! Documentation inside of the body.
    use std::collections::HashMap as Map;
    const LIMIT: u8 = 3;
    fn helper() -> u8 {
        LIMIT
    }
    let unused = Map::<u8, u8>::new();
    helper()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[cold]
#[mooncake_trace(stage = Stages::SEND, ctx = current)]
fn features() {}

#[track_caller]
#[mooncake_trace(stage = Stages::SEND, ctx = current)]
fn caller() -> &'static std::panic::Location<'static> {
    std::panic::Location::caller()
}

fn outer() -> u8 {
    #[mooncake_trace(stage = Stages::RECV, ctx = current)]
    fn nested() -> u8 {
        return 7;
    }
    nested()
}

type Alias<T> = Result<T, std::num::ParseIntError>;

#[mooncake_trace(stage = Stages::SEND, ctx = current, err, ret(|r| ok = r.is_ok(), text = ?r))]
fn alias(text: String) -> Alias<u8> {
    let text = text;
    let n: u8 = text.parse()?;
    if n == 0 {
        return text.parse::<u8>();
    }
    Ok(n)
}


#[mooncake_trace(stage = Stages::SEND, ctx = current, ret(|shown| shown = %shown))]
fn coerced(n: u8) -> Box<dyn Display> {
    Box::new(n)
}

fn main() {
    let mut sender = Sender {
        trace_ctx: TraceContext::null(),
        other: None,
        shared: Mutex::default(),
        data: [1u8, 2, 3, 4],
        name: "s",
    };
    sender.by_ref();
    *sender.by_mut(0) = 9;
    assert_eq!(sender.by_mut_err(0), Ok(&mut 9));
    assert_eq!(sender.by_mut_err(7), Err("7 of 4".into()));
    sender.optional();
    drop(sender.locked());
    sender.exclusive();
    assert_eq!(sender.generic(|item| *item, (0, 0), [1, 2], 0).count(), 4);
    assert_eq!(sender.generic_err().unwrap().count(), 4);
    assert_eq!((&&sender).twice(), 4);
    assert_eq!(Pin::new(&mut sender).pinned(), 4);
    assert_eq!(sender.by_value(), [9, 2, 3, 4]);
    assert_eq!((TraceContext::null().relay(), TraceContext::null().sized()), (1, 2));
    drop(parameter(TraceContext::null()));
    assert_eq!(raw(&RwLock::default(), 5), 5);
    assert_eq!(unsafe { dangerous(&3) }, 3);
    assert_eq!(unsafe { foreign(4) }, 4);
    assert_eq!((inlined(), outer()), (3, 7));
    assert_eq!(caller().line(), line!());
    assert_eq!(alias("4".into()), Ok(4));
    assert!(alias("x".into()).is_err());
    assert_eq!(coerced(3).to_string(), "3");
    never()
}
