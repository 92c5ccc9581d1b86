//! Runs of different shapes: what ended how, and what the trace says about it.

use crate::run::run;

#[test]
fn every_request_completes_and_is_traced_on_both_sides() {
    let run = run("--requests 6 --kv-mib 2 --chunk-pages 8");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.count("completed"), 6);
    let trace = run.assert_complete();
    assert_eq!(trace.assert_roots(), (6, 0));

    // 6 requests × 4 chunks × 2 sessions.
    let sends = trace.named("mooncake_worker_send_session").count();
    assert_eq!(sends, 48);
    assert_eq!(trace.named("mooncake_worker_recv").count(), 48);
    assert_eq!(trace.named("mooncake_send").count(), 24);
    assert_eq!(trace.named("mooncake_worker_send").count(), 24);
    assert_eq!(trace.named("mooncake_recv").count(), 6);
    assert_eq!(trace.named("kv_verify").count(), 6);

    // Every byte, once for each session.
    let moved = |name| trace.named(name).map(|span| span.int("bytes")).sum::<u64>();
    assert_eq!(moved("mooncake_worker_send_session"), 6 * 2 * (2 << 20));
    assert_eq!(moved("mooncake_worker_send"), 6 * 2 * (2 << 20));
    assert_eq!(moved("mooncake_worker_recv"), 6 * 2 * (2 << 20));

    // The worker's slice links to the send that queued its chunk, and holds the sessions' slices.
    for worker in trace.named("mooncake_worker_send") {
        let send = trace
            .named("mooncake_send")
            .find(|send| worker.links == [send.span_id.as_str()]);
        assert_eq!(send.unwrap().int("chunk"), worker.int("chunk"));
        let sessions = trace
            .named("mooncake_worker_send_session")
            .filter(|session| session.parent.as_ref() == Some(&worker.span_id));
        assert_eq!(sessions.count(), 2);
    }
    let recvs: Vec<&str> = trace
        .named("mooncake_recv")
        .map(|span| span.span_id.as_str())
        .collect();
    for worker in trace.named("mooncake_worker_recv") {
        assert_eq!(worker.links.len(), 1);
        assert!(recvs.contains(&worker.links[0].as_str()));
    }
    assert!(
        trace
            .spans
            .iter()
            .all(|span| !span.attributes.contains_key("auto_closed"))
    );
}

#[test]
fn threads_carry_labels_and_ranks() {
    let run = run("--requests 4 --kv-mib 1 --workers 2 --sessions 3");
    let trace = run.assert_complete();
    let threads = |label: &str| {
        let spans = trace.spans.iter();
        spans
            .filter(|span| {
                span.attributes
                    .get("thread_label")
                    .is_some_and(|it| it == label)
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(threads("Prefill Scheduler").len(), 4);
    assert_eq!(threads("Decode Scheduler").len(), 4);
    for worker in 0..2 {
        let sending = threads(&format!("mooncake transfer worker {worker}"));
        assert_eq!(sending.len(), 2, "one chunk of two requests each");
        let receiving = threads(&format!("mooncake decode thread {worker}"));
        let mut ranks: Vec<u64> = receiving.iter().map(|span| span.int("tp_rank")).collect();
        ranks.sort_unstable();
        assert_eq!(ranks, [0, 0, 1, 1, 2, 2]);
        assert!(receiving.iter().all(|span| span.name.contains("[TP ")));
    }
}

#[test]
fn dead_sessions_and_aborts_are_errors() {
    let run = run("--requests 35 --kv-mib 1 --chunk-pages 2 --fail-every 7 --abort-every 5");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.count("requests"), 35);
    assert_eq!((run.count("failed"), run.count("aborted")), (5, 6));
    assert_eq!(run.count("completed"), 24);
    let trace = run.assert_complete();
    assert_eq!(trace.assert_roots(), (35, 11));

    let outcome = |word: &str| {
        let receivers = trace.roots("Receiver").into_values();
        receivers
            .filter(|root| root.text("outcome") == word)
            .count()
    };
    assert_eq!((outcome("failed"), outcome("aborted")), (5, 6));
    // The slice in which a session died says so, on both sides.
    let died = trace
        .named("mooncake_worker_recv")
        .filter(|span| span.error);
    let messages: Vec<&str> = died.map(|span| span.message.as_str()).collect();
    assert_eq!(messages.len(), 5);
    assert!(
        messages.iter().all(|message| message.ends_with("died")),
        "{messages:?}"
    );
    // A chunk that was on the wire when its request was aborted may be refused; that is no death.
    let broken = trace
        .named("mooncake_worker_send_session")
        .filter(|span| span.error && !span.message.ends_with("the room is closed"));
    assert_eq!(broken.count(), 5);
    // The schedulers' thread spans say why.
    let reasons = trace
        .spans
        .iter()
        .filter(|span| span.attributes.contains_key("reason"));
    assert_eq!(reasons.count(), 2 * 11);
}

#[test]
fn extreme_shapes() {
    for (line, requests, errors) in [
        ("--requests 1 --kv-mib 1", 1, 0),
        (
            "--requests 1 --kv-mib 1 --chunk-pages 1 --workers 1 --sessions 1",
            1,
            0,
        ),
        (
            "--requests 2 --kv-mib 1 --chunk-pages 65536 --fail-every 1",
            2,
            2,
        ),
        (
            "--requests 3 --kv-mib 1 --chunk-pages 65536 --abort-every 1",
            3,
            3,
        ),
        (
            "--requests 9 --kv-mib 3 --chunk-pages 7 --workers 5 --sessions 6 --fail-every 2 --abort-every 3",
            9,
            6,
        ),
        (
            "--requests 12 --kv-mib 1 --chunk-pages 1 --in-flight 12 --workers 1 --abort-every 2",
            12,
            6,
        ),
        (
            "--requests 5 --kv-mib 1 --workers 64 --sessions 2 --in-flight 1",
            5,
            0,
        ),
    ] {
        let run = run(line);
        assert_eq!(run.code, Some(0), "{line}: {}", run.stderr);
        assert_eq!(
            run.assert_complete().assert_roots(),
            (requests, errors),
            "{line}"
        );
    }
}

#[test]
fn the_report_names_stages_and_files() {
    let run = run("--requests 2 --kv-mib 1");
    for expected in [
        "mooncake_worker_send_session",
        "mooncake_worker_recv",
        "p50",
        "p90",
        "p99",
        "max",
        "bytes/s",
        "Slowest of 2 requests",
        "pd_transfer.pftrace",
        "otlp.jsonl",
        "https://ui.perfetto.dev",
    ] {
        assert!(
            run.stdout.contains(expected),
            "no {expected} in\n{}",
            run.stdout
        );
    }
    assert!(!run.stdout.contains('\x1b'), "no colours but on a terminal");
    assert!(run.stderr.is_empty(), "{}", run.stderr);
}
