//! What the attribute does to the future of an `async fn`: its auto traits stay, its size grows a little.

use std::cell::Cell;
use std::future::Future;
use std::mem::size_of_val;
use std::panic::{RefUnwindSafe, UnwindSafe};

use mooncake_trace::{RequestStage, mooncake_trace};

/// Bytes that a traced level may add.
const LEVEL: usize = 96;

async fn tick() {
    std::future::pending::<()>().await;
}

/// `$name::bare`, `$name::traced`, and `$name::nested`: what `async move { … }` around the body makes of it.
macro_rules! measured {
    ($name:ident ($arg:ident: $ty:ty) $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            pub(crate) async fn bare($arg: $ty) $body

            pub(crate) async fn nested($arg: $ty) {
                async move { $body }.await
            }

            #[mooncake_trace(stage = RequestStage::TOKENIZE, ctx = current)]
            pub(crate) async fn traced($arg: $ty) $body
        }
    };
}

type Kilobyte = [u8; 1024];
struct Owned(Kilobyte);

fn look<T>(_: &T) {}
async fn look_long<T>(value: &T) {
    tick().await;
    look(value);
}
async fn take<T>(value: T) {
    tick().await;
    look(&value);
}

fn consume<T>(value: T) {
    look(&value);
}

measured!(before(value: Owned) { look(&value); tick().await });
measured!(across(value: Owned) { look_long(&value).await; look(&value) });
measured!(after(value: Owned) { tick().await; look(&value.0) });
measured!(copied(value: Kilobyte) { tick().await; look(&value) });
measured!(unused(_value: Kilobyte) { tick().await });
measured!(moved_late(value: Owned) { tick().await; consume(value) });
measured!(moved_early(value: Owned) { consume(value); tick().await });
measured!(moved_on(value: Owned) { take(value).await });
measured!(small(value: u64) { tick().await; look(&value) });

fn sizes(bare: &impl Future, nested: &impl Future, traced: &impl Future) -> [usize; 3] {
    [size_of_val(bare), size_of_val(nested), size_of_val(traced)]
}

macro_rules! sizes {
    ($($name:ident($arg:expr)),*) => {
        vec![$((stringify!($name), sizes(&$name::bare($arg), &$name::nested($arg), &$name::traced($arg)))),*]
    };
}

fn owned() -> Owned {
    Owned([0; 1024])
}

/// Where the body borrows a big argument, nothing is kept twice.
#[test]
fn borrowed_arguments_are_kept_once() {
    let sizes = sizes![
        before(owned()),
        across(owned()),
        after(owned()),
        copied([0; 1024]),
        unused([0; 1024]),
        moved_late(owned()),
        small(1)
    ];
    for (name, [bare, _, traced]) in sizes {
        println!("{name}: {bare} bare, {traced} traced");
        assert!(
            traced <= bare + LEVEL,
            "{name}: {bare} bare, {traced} traced"
        );
    }
}

/// Where the body moves it away before the first `await`, the compiler keeps a second copy for an inner `async` block.
#[test]
fn moved_arguments_cost_what_an_async_block_costs() {
    for (name, [bare, nested, traced]) in sizes![moved_early(owned()), moved_on(owned())] {
        println!("{name}: {bare} bare, {nested} in an async block, {traced} traced");
        assert!(
            traced <= nested + LEVEL,
            "{name}: {nested} nested, {traced} traced"
        );
    }
}

fn is_send<T: Send>(_: &T) {}
fn is_sync<T: Sync>(_: &T) {}
fn is_unwind_safe<T: UnwindSafe + RefUnwindSafe>(_: &T) {}

/// `Cell` is `Send` but not `Sync`: a body that borrowed it from outside would not be `Send`.
#[mooncake_trace(stage = RequestStage::TOKENIZE, ctx = current, err, attrs(value = value.get()))]
async fn send(value: Cell<u8>) -> Result<u8, String> {
    tick().await;
    Ok(value.get())
}

/// Two arguments that are dropped in an order.
#[mooncake_trace(stage = RequestStage::TOKENIZE, ctx = current)]
async fn send_two(value: Cell<u8>, text: impl Send, boxed: Box<Cell<u8>>) -> u8 {
    tick().await;
    drop((text, boxed));
    value.get()
}

#[mooncake_trace(stage = RequestStage::TOKENIZE, ctx = current)]
async fn sync(value: u8) -> u8 {
    std::future::ready(value).await
}

#[mooncake_trace(stage = RequestStage::TOKENIZE, ctx = current)]
fn returned(value: u8) -> impl Future<Output = u8> {
    std::future::ready(value)
}

#[test]
fn auto_traits_stay() {
    is_send(&send(Cell::new(1)));
    is_send(&send_two(Cell::new(1), Cell::new(2), Box::default()));
    is_sync(&sync(1));
    is_unwind_safe(&sync(1));
    is_send(&returned(1));
    is_sync(&returned(1));
    is_unwind_safe(&returned(1));
    fn is_unpin<T: Unpin>(_: &T) {}
    is_unpin(&returned(1));
}
