//! More threads and records than loom can go through.

use crate::checker::{Arc, check, thread};
use crate::lock::Lock;
use crate::recorder::Process;

const THREADS: u64 = 4;
const RECORDS: u64 = 12;

#[test]
fn a_crowd_records_into_a_pool_that_is_too_small() {
    check(|| {
        let process = Process::small();
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                thread::spawn(move || {
                    let recorder = process.recorder();
                    let ids = thread * RECORDS..(thread + 1) * RECORDS;
                    ids.filter(|id| recorder.record(*id)).collect::<Vec<_>>()
                })
            })
            .collect();
        let mut collector = process.collector();
        for _ in 0..3 {
            collector.round();
            process.check_books();
        }
        let recorded = threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("no panic"));
        let mut recorded: Vec<_> = recorded.collect();
        collector.round();
        process.check_books();
        let mut seen = collector.seen().to_vec();
        for thread in 0..THREADS {
            let of_thread = |id: &&u64| **id / RECORDS == thread;
            assert!(seen.iter().filter(of_thread).is_sorted(), "out of order");
        }
        seen.sort_unstable();
        recorded.sort_unstable();
        assert_eq!(seen, recorded);
    });
}

#[test]
fn collectors_are_replaced_again_and_again() {
    check(|| {
        let process = Process::small();
        let threads: Vec<_> = (0..2)
            .map(|thread| {
                thread::spawn(move || {
                    let recorder = process.recorder();
                    (0..RECORDS)
                        .filter(|id| recorder.record(thread * RECORDS + id))
                        .count() as u64
                })
            })
            .collect();
        let collectors: Vec<_> = (0..3)
            .map(|_| {
                let at_work = process.collector().at_work();
                process.abandon();
                process.check_books();
                at_work
            })
            .collect();
        let recorded: u64 = threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .sum();
        let mut seen: Vec<_> = collectors
            .into_iter()
            .flat_map(|collector| collector.join().expect("no panic"))
            .collect();
        let mut last = process.collector();
        last.round();
        seen.extend(last.seen());
        process.check_books();
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all, "a record was given to two collectors");
        let ledger = process.ledger.lock().expect("no panic");
        assert_eq!(ledger.timed_out + ledger.collected, recorded);
    });
}

#[test]
fn many_threads_take_the_lock() {
    check(|| {
        let lock = Arc::new(Lock::new(0));
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let lock = Arc::clone(&lock);
                thread::spawn(move || {
                    for _ in 0..3 {
                        let mut value = lock.lock();
                        let seen = *value;
                        thread::yield_now();
                        *value = seen + 1;
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("no panic");
        }
        assert_eq!(*lock.lock(), 3 * THREADS);
    });
}
