//! Arguments are dropped in the order in which they are without the attribute.
#![allow(unused_variables)]

use std::cell::RefCell;
use std::future::Future;
use std::task::{Context, Poll, Waker};

use mooncake_trace::{RequestStage, mooncake_trace};

thread_local! {
    static DROPPED: RefCell<String> = const { RefCell::new(String::new()) };
}

struct Noted(&'static str);

impl Noted {
    fn look(&self) {}
}

impl Drop for Noted {
    fn drop(&mut self) {
        DROPPED.with_borrow_mut(|dropped| dropped.push_str(self.0));
    }
}

fn dropped(run: impl FnOnce()) -> String {
    DROPPED.take();
    run();
    DROPPED.take()
}

fn poll(future: impl Future) {
    let mut future = std::pin::pin!(future);
    let poll = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(poll, Poll::Ready(_)));
}

macro_rules! both {
    ($bare:ident $traced:ident ($($options:tt)*) ($($kind:tt)*) ($($args:tt)*) -> $ret:ty $body:block) => {
        $($kind)* $bare($($args)*) -> $ret $body

        #[mooncake_trace(stage = RequestStage::TOKENIZE, ctx = current $($options)*)]
        $($kind)* $traced($($args)*) -> $ret $body
    };
}

both! { bare traced () (fn) (a: Noted, b: Noted, c: Noted, (d, e): (Noted, Noted)) -> () {
    let inner = Noted("i");
    b.look();
    a.look();
} }
both! { bare_err traced_err (, err) (fn) (a: Noted, mut b: Noted, _c: Noted, n: u8) -> Result<(), String> {
    a.look();
    let inner = Noted("i");
    b.0 = "B";
    if n == 0 { return Err(String::new()); }
    Ok(())
} }
both! { bare_async traced_async () (async fn) (a: Noted, b: Noted, _c: Noted) -> () {
    let inner = Noted("i");
    a.look();
    std::future::ready(()).await;
    b.look();
} }
both! { bare_moved traced_moved (, err) (async fn) (a: Noted, b: Noted, c: Noted, _d: Noted) -> Result<Noted, String> {
    drop(c);
    a.look();
    Ok(b)
} }

fn noted() -> (Noted, Noted, Noted, Noted) {
    (Noted("a"), Noted("b"), Noted("c"), Noted("d"))
}

fn main() {
    let run = |f: fn(Noted, Noted, Noted, (Noted, Noted))| {
        let (a, b, c, d) = noted();
        dropped(|| f(a, b, c, (d, Noted("e"))))
    };
    assert_eq!(run(traced), run(bare));
    let run = |f: fn(Noted, Noted, Noted, u8) -> Result<(), String>, n| {
        let (a, b, c, _) = noted();
        dropped(|| drop(f(a, b, c, n)))
    };
    assert_eq!((run(traced_err, 0), run(traced_err, 1)), (run(bare_err, 0), run(bare_err, 1)));
    let (a, b, c, _) = noted();
    let without = dropped(|| poll(bare_async(a, b, c)));
    let (a, b, c, _) = noted();
    assert_eq!(dropped(|| poll(traced_async(a, b, c))), without);
    let (a, b, c, d) = noted();
    let without = dropped(|| poll(bare_moved(a, b, c, d)));
    let (a, b, c, d) = noted();
    assert_eq!(dropped(|| poll(traced_moved(a, b, c, d))), without);
}
