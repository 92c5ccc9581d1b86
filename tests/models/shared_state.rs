//! The lock of a context's state, and the seqlock of the newest anchor.

use crate::checker::{Arc, Cell, check, thread};
use crate::lock::Lock;
use crate::seqlock::SeqLock;

/// A value that loom watches: two accesses that are not ordered are a failure. Under shuttle an update gets lost.
struct Watched(Cell<u64>);

// SAFETY: that is what the model is to find out; loom reports every access that races, shuttle runs one thread at a time.
unsafe impl Sync for Watched {}
// SAFETY: as above.
unsafe impl Send for Watched {}

#[test]
fn the_lock_orders_what_it_guards() {
    check(|| {
        let lock = Arc::new(Lock::new(Watched(Cell::new(0))));
        let add = |lock: &Lock<Watched>| {
            let watched = lock.lock();
            watched.0.set(watched.0.get() + 1);
        };
        let other = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || add(&lock))
        };
        add(&lock);
        other.join().expect("no panic");
        assert_eq!(lock.lock().0.get(), 2);
    });
}

#[test]
fn who_tries_the_lock_has_it_alone_or_not_at_all() {
    check(|| {
        let lock = Arc::new(Lock::new(Watched(Cell::new(0))));
        let add = |lock: &Lock<Watched>| {
            if let Some(watched) = lock.try_lock() {
                watched.0.set(watched.0.get() + 1);
                return;
            }
            let watched = lock.lock();
            watched.0.set(watched.0.get() + 10);
        };
        let other = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || add(&lock))
        };
        add(&lock);
        other.join().expect("no panic");
        let sum = lock.lock().0.get();
        assert!(sum == 2 || sum == 11, "{sum}");
    });
}

#[test]
fn the_seqlock_is_never_read_torn() {
    check(|| {
        let lock = Arc::new(SeqLock::new());
        assert!(lock.write([1; 4]));
        let writer = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || lock.write([2; 4]))
        };
        let words = lock.read().expect("it was written");
        assert!(words == [1; 4] || words == [2; 4], "torn: {words:?}");
        assert!(writer.join().expect("no panic"));
        assert_eq!(lock.read(), Some([2; 4]));
    });
}
