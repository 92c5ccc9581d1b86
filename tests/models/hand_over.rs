//! Threads write records into chunks and exit; the collector reads, and gives chunks back. Nothing is lost, torn or seen
//! twice, and the books balance at every look.

use crate::checker::{check, thread};
use crate::recorder::Process;

#[test]
fn records_of_a_thread_that_exits_arrive_once_and_whole() {
    check(|| {
        let process = Process::new();
        let writer = thread::spawn(move || {
            let recorder = process.recorder();
            for n in 0..3 {
                assert!(recorder.record(n));
            }
        });
        let mut collector = process.collector();
        collector.round();
        process.check_books();
        writer.join().expect("no panic");
        collector.round();
        process.check_books();
        assert_eq!(collector.seen(), [0, 1, 2]);
    });
}

#[test]
fn a_recycled_chunk_shows_nothing_of_its_former_life() {
    check(|| {
        let process = Process::small();
        {
            let recorder = process.recorder();
            assert!(recorder.record(1) && recorder.record(2));
        }
        let second = thread::spawn(move || {
            let recorder = process.recorder();
            (3..6).filter(|n| recorder.record(*n)).collect::<Vec<_>>()
        });
        let mut collector = process.collector();
        collector.round();
        process.check_books();
        let recorded = second.join().expect("no panic");
        collector.round();
        process.check_books();
        let mut seen = collector.seen().to_vec();
        seen.sort_unstable();
        assert_eq!(seen[..2], [1, 2]);
        assert_eq!(seen[2..], recorded);
    });
}

#[test]
fn two_threads_share_the_pool() {
    check(|| {
        let process = Process::new();
        let other = { thread::spawn(move || assert!(process.recorder().record(10))) };
        assert!(process.recorder().record(20));
        let mut collector = process.collector();
        collector.round();
        other.join().expect("no panic");
        collector.round();
        process.check_books();
        let mut seen = collector.seen().to_vec();
        seen.sort_unstable();
        assert_eq!(seen, [10, 20]);
    });
}

#[test]
fn a_thread_that_exits_leaves_its_chunk_to_others() {
    check(|| {
        let process = Process::small();
        let mut collector = process.collector();
        for n in 0..3 {
            let thread = thread::spawn(move || assert!(process.recorder().record(n)));
            thread.join().expect("no panic");
            collector.round();
            process.check_books();
        }
        assert_eq!(collector.seen(), [0, 1, 2]);
    });
}
