//! A shutdown runs out of time and abandons its collector in the middle of whatever it does; another one is installed.
//! Every record is given to one of them or counted as lost, and no record to both.

use crate::checker::{check, thread};
use crate::recorder::Process;

#[test]
fn an_abandoned_collector_leaves_everything_to_its_successor() {
    check(|| {
        let process = Process::new();
        let recorder = process.recorder();
        assert!(recorder.record(1) && recorder.record(2));
        let abandoned = process.collector().at_work();
        process.abandon();
        process.check_books();
        assert!(recorder.record(3));
        drop(recorder);
        let mut successor = process.collector();
        successor.round();
        let former = abandoned.join().expect("no panic");
        process.check_books();
        assert!(former.is_empty() || former == [1, 2]);
        assert_eq!(successor.seen(), [3]);
    });
}

#[test]
fn recording_goes_on_while_a_collector_is_replaced() {
    check(|| {
        let process = Process::small();
        let writer = thread::spawn(move || {
            let recorder = process.recorder();
            (1..3).filter(|n| recorder.record(*n)).count() as u64
        });
        let mut first = process.collector();
        first.round();
        process.abandon();
        let mut second = process.collector();
        second.round();
        let recorded = writer.join().expect("no panic");
        second.round();
        process.check_books();
        let ledger = process.ledger.lock().expect("no panic");
        assert_eq!(ledger.timed_out + ledger.collected, recorded);
        assert_eq!(ledger.collected, second.seen().len() as u64);
    });
}

#[test]
fn a_posted_record_is_taken_once() {
    check(|| {
        let process = Process::new();
        process.pool.post(Box::new([1, 101])).expect("room");
        let abandoned = process.collector().at_work();
        process.abandon();
        process.check_books();
        process.pool.post(Box::new([2, 102])).expect("room");
        let mut successor = process.collector();
        successor.round();
        let former = abandoned.join().expect("no panic");
        process.check_books();
        assert!(former.is_empty() || former == [1]);
        assert_eq!(successor.seen(), [2]);
    });
}
