//! Where spans are drawn: nothing lost, nothing mis-nested, whatever the input.

mod support;

use std::collections::{HashMap, HashSet};

use mooncake_trace_export::layout::{Item, Role, Timeline};
use mooncake_trace_export::model::{Event, KeyValue, Link, ResourceSpans, StatusCode};
use mooncake_trace_export::otlp::read_json_lines;
use support::{process, request, slice, span, thread};

const SAMPLE: &str = include_str!("data/otlp_sample.jsonl");

/// What must hold for every picture of `spans` spans with `events` events.
fn check(timeline: &Timeline<'_>, spans: usize, events: usize) {
    let mut drawn = HashSet::new();
    let mut drawn_events = 0;
    let mut uuids = HashSet::new();
    let mut pids = HashSet::new();
    let mut starts = HashMap::new();
    for process in &timeline.processes {
        assert!(pids.insert(process.pid) && process.pid > 0);
        assert!(uuids.insert(process.uuid));
        for track in &process.tracks {
            assert!(uuids.insert(track.uuid));
            for lane in &track.lanes {
                assert!(uuids.insert(lane.uuid));
                let mut open: Vec<&Item<'_>> = Vec::new();
                let mut now = 0;
                for item in &lane.items {
                    assert!(now <= item.start_ns && item.start_ns <= item.end_ns);
                    now = item.start_ns;
                    assert!(item.depth <= open.len(), "a gap in the depths");
                    let closed = open.split_off(item.depth);
                    assert!(closed.iter().all(|c| c.end_ns <= item.start_ns), "overlap");
                    if let Some(around) = open.last() {
                        assert!(item.end_ns <= around.end_ns, "sticks out of what it is in");
                        check_inside(item, around);
                    }
                    if item.event.is_some() {
                        drawn_events += 1;
                    } else {
                        assert!(drawn.insert(item.span.index), "drawn twice");
                        starts.insert(item.span.index, item.start_ns);
                        open.push(item);
                    }
                }
            }
        }
    }
    assert_eq!((drawn.len(), drawn_events), (spans, events));
    let mut flow_ids = HashSet::new();
    for flow in &timeline.flows {
        assert!(flow.id != 0 && flow_ids.insert(flow.id));
        assert!(starts[&flow.from] <= starts[&flow.to] && flow.from != flow.to);
    }
}

/// What is drawn inside a span is its child or its event.
fn check_inside(item: &Item<'_>, around: &Item<'_>) {
    if item.event.is_some() {
        assert_eq!(item.span.index, around.span.index);
    } else {
        let parent = (item.span.span.trace_id, item.span.span.parent_span_id);
        assert_eq!(
            parent,
            (around.span.span.trace_id, Some(around.span.span.span_id))
        );
    }
}

fn names(timeline: &Timeline<'_>) -> Vec<String> {
    let name = |(i, items): (usize, &Vec<Item<'_>>)| {
        let items: Vec<_> = items
            .iter()
            .map(|i| format!("{}{}", "·".repeat(i.depth), i.name()))
            .collect();
        format!("{i}: {}", items.join(" "))
    };
    let tracks = timeline.processes.iter().flat_map(|p| &p.tracks);
    let lanes = tracks.flat_map(|t| {
        let head = std::iter::once(format!("[{}]", t.name));
        head.chain(t.lanes.iter().map(|l| &l.items).enumerate().map(name))
    });
    lanes.collect()
}

#[test]
fn the_recorded_sample_is_shown_whole() {
    let sample = read_json_lines(SAMPLE.as_bytes()).unwrap().resource_spans;
    let timeline = Timeline::of(&sample);
    check(&timeline, 1520, 394);
    assert_eq!((timeline.processes.len(), timeline.flows.len()), (6, 564));
    let names: Vec<_> = timeline.processes.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names[0], "Prefill Tokenizer · sglang · 3f9a1c5e");
    assert_eq!(names[5], "Decode Scheduler [TP 1] · sglang · c81e728d");
    let tracks: Vec<_> = timeline.processes[1]
        .tracks
        .iter()
        .map(|t| t.name.as_str())
        .collect();
    let workers = [
        "mooncake transfer worker 0 [TP 0] [DP 0]",
        "mooncake transfer worker 1 [TP 0] [DP 0]",
    ];
    assert_eq!(
        tracks,
        [
            "Requests",
            "Prefill Scheduler [TP 0]",
            workers[0],
            workers[1]
        ]
    );
    // A worker sends one chunk after the other.
    assert!(
        timeline.processes[1].tracks[2..]
            .iter()
            .all(|t| t.lanes.len() == 1)
    );
}

#[test]
fn overlapping_requests_on_one_thread_get_lanes() {
    let spans = process(vec![
        request(1, 0, 100),
        thread(2, 1, 0, 100, 7),
        slice(3, 2, "prefill_forward", 10, 90),
        request(4, 50, 200),
        thread(5, 4, 50, 200, 7),
        slice(6, 5, "prefill_forward", 60, 190),
        request(7, 100, 150),
        thread(8, 7, 100, 150, 7),
    ]);
    let timeline = Timeline::of(&spans);
    check(&timeline, 8, 0);
    assert_eq!(
        names(&timeline),
        [
            "[Requests]",
            "0: Req 1 Req 7",
            "1: Req 4",
            "[worker [TP 0]]",
            "0: Req 1 ·prefill_forward Req 7",
            "1: Req 4 ·prefill_forward",
        ]
    );
}

#[test]
fn what_does_not_fit_into_its_parent_gets_a_row_of_its_own() {
    let spans = process(vec![
        thread(2, 9, 0, 100, 7),
        slice(3, 2, "a", 0, 60),
        slice(4, 2, "overlaps a", 30, 80),
        slice(5, 4, "child", 40, 50),
        slice(6, 2, "outlives", 70, 130),
    ]);
    let timeline = Timeline::of(&spans);
    check(&timeline, 5, 0);
    let lanes = [
        "[worker [TP 0]]",
        "0: worker ·a",
        "1: overlaps a ·child",
        "2: outlives",
    ];
    assert_eq!(names(&timeline), lanes);
}

#[test]
fn moments_that_coincide_nest() {
    let spans = process(vec![
        thread(2, 9, 10, 20, 7),
        slice(3, 2, "first", 10, 10),
        slice(4, 2, "second", 10, 20),
        slice(5, 4, "inner", 20, 20),
        slice(6, 2, "last", 20, 20),
        slice(7, 6, "in last", 20, 20),
        thread(8, 19, 20, 20, 7),
    ]);
    let timeline = Timeline::of(&spans);
    check(&timeline, 7, 0);
    let lane = "0: worker ·first ·second ··inner ·last ··in last worker";
    assert_eq!(names(&timeline), ["[worker [TP 0]]", lane]);
}

#[test]
fn events_are_shown_wherever_they_are() {
    let mut worker = thread(2, 9, 10, 20, 7);
    worker.events = [5, 12, 16, 30]
        .map(|t| Event {
            time_ns: t,
            name: format!("e{t}"),
            ..Event::default()
        })
        .into();
    let mut root = request(9, 10, 20);
    root.events = vec![Event {
        time_ns: 20,
        name: "aborted".into(),
        ..Event::default()
    }];
    let spans = process(vec![root, worker, slice(3, 2, "s", 15, 18)]);
    let timeline = Timeline::of(&spans);
    check(&timeline, 3, 5);
    // e16 belongs to the thread span, not to the slice that runs at 16.
    let expected = [
        "[Requests]",
        "0: Req 9 ·aborted",
        "[worker [TP 0]]",
        "0: e5 Req 9 ·e12 ·s e30",
        "1: e16",
    ];
    assert_eq!(names(&timeline), expected);
}

#[test]
fn only_the_noise_of_a_double_is_trimmed() {
    let noisy = process(vec![
        thread(2, 9, 1000, 9000, 7),
        slice(3, 2, "early", 768, 2048),
        slice(4, 2, "next", 1792, 4096),
    ]);
    let timeline = Timeline::of(&noisy);
    check(&timeline, 3, 0);
    assert_eq!(
        names(&timeline),
        ["[worker [TP 0]]", "0: worker ·early ·next"]
    );
    let items = &timeline.processes[0].tracks[0].lanes[0].items;
    assert_eq!(
        (items[1].start_ns, items[1].end_ns, items[1].trimmed_ns()),
        (1000, 1792, 488)
    );

    let exact = process(vec![
        thread(2, 9, 1000, 9000, 7),
        slice(3, 2, "a", 1500, 2047),
        slice(4, 2, "b", 1793, 4096),
    ]);
    let timeline = Timeline::of(&exact);
    check(&timeline, 3, 0);
    assert_eq!(
        names(&timeline),
        ["[worker [TP 0]]", "0: worker ·a", "1: b"]
    );
}

#[test]
fn arrows_follow_links_and_remote_parents() {
    let mut next = slice(4, 2, "next", 50, 60);
    let link = |span_id| Link {
        trace_id: 1,
        span_id,
        ..Link::default()
    };
    next.links = vec![link(3), link(3), link(77), link(4), link(5)];
    let here = process(vec![
        request(1, 0, 100),
        thread(2, 1, 0, 100, 7),
        slice(3, 2, "a", 10, 20),
        next,
        slice(5, 2, "later", 70, 80),
    ]);
    let mut there = span(20, 1, "Receiver Req 1", 5, 90);
    there.flags = 0x300;
    let mut there = process(vec![there]);
    there[0].resource.attributes = vec![KeyValue::new("service.name", "decode")];
    let spans: Vec<ResourceSpans> = here.into_iter().chain(there).collect();
    let timeline = Timeline::of(&spans);
    check(&timeline, 6, 0);
    let ends: Vec<_> = timeline.flows.iter().map(|f| (f.from, f.to)).collect();
    // Request 1 → its receiver, a → next twice, next → later (a link to what comes later is turned round).
    assert_eq!(ends, [(0, 5), (2, 3), (2, 3), (3, 4)]);
    assert_eq!(timeline.dangling, 2);
}

#[test]
fn spans_of_any_other_program_are_shown() {
    let mut failed = span(3, 1, "POST /prefill", 12, 40);
    failed.status.code = StatusCode::Error;
    let spans = process(vec![
        span(1, 0, "POST /generate", 0, 100),
        span(2, 1, "route", 1, 10),
        failed,
        span(4, 1, "POST /decode", 13, 90),
        span(5, 0, "GET /health", 50, 60),
        span(6, 404, "parent is elsewhere", 95, 120),
    ]);
    let timeline = Timeline::of(&spans);
    check(&timeline, 6, 0);
    assert!(
        timeline.processes[0]
            .items()
            .all(|i| i.span.role == Role::Other)
    );
    let lanes = [
        "[Requests]",
        "0: POST /generate ·route ·POST /prefill",
        "1: POST /decode",
        "2: GET /health parent is elsewhere",
    ];
    assert_eq!(names(&timeline), lanes);
}

#[test]
fn processes_are_told_apart() {
    let on_host = |host: &str, name: &str, id: u64| {
        let mut thread = thread(id, 90, 0, 10, 7);
        thread.attributes[0].value = host.into();
        let mut rs = process(vec![thread]);
        rs[0].resource.attributes = vec![KeyValue::new("service.name", name)];
        rs
    };
    // One pid on two hosts; no resource says which process it is.
    let spans = [
        on_host("aaaaaaaaaa", "sglang", 1),
        on_host("bbbbbbbbbb", "sglang", 2),
        on_host("aaaaaaaaaa", "sglang", 3),
    ]
    .concat();
    let timeline = Timeline::of(&spans);
    check(&timeline, 3, 0);
    let names: Vec<_> = timeline
        .processes
        .iter()
        .map(|p| (p.name.as_str(), p.pid))
        .collect();
    assert_eq!(
        names,
        [
            ("worker [TP 0] · sglang · aaaaaaaa", 7),
            ("worker [TP 0] · sglang · bbbbbbbb", 4_194_305)
        ]
    );
    // Two processes that look alike but for their instance.
    let mut spans = [on_host("a", "sglang", 1), on_host("a", "sglang", 2)].concat();
    for (rs, id) in spans.iter_mut().zip(["11111111-2222", "33333333-4444"]) {
        rs.resource
            .attributes
            .push(KeyValue::new("service.instance.id", id));
    }
    let timeline = Timeline::of(&spans);
    let names: Vec<_> = timeline.processes.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "worker [TP 0] · sglang · a · 11111111",
            "worker [TP 0] · sglang · a · 33333333"
        ]
    );
}

#[test]
fn broken_input_is_drawn_all_the_same() {
    let mut twice = slice(3, 2, "one id, two spans", 5, 6);
    twice.name = "twice".into();
    let spans = process(vec![
        span(1, 1, "own parent", 0, 10),
        span(2, 3, "circle", 0, 10),
        span(3, 2, "circle", 0, 10),
        twice.clone(),
        twice,
        span(6, 0, "ends before it begins", 10, 3),
        span(7, 0, "whole of time", 0, u64::MAX),
        span(8, 0, "end of time", u64::MAX, u64::MAX),
        span(0, 0, "no id", 1, 2),
    ]);
    let timeline = Timeline::of(&spans);
    check(&timeline, 9, 0);
    assert!(Timeline::of(&[]).processes.is_empty());
}

#[test]
fn any_tree_is_drawn_whole() {
    let mut seed = 1u64;
    let mut random = move |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for _ in 0..300 {
        let mut spans = Vec::new();
        let mut events = 0;
        for id in 1..=random(40) + 1 {
            // Steps of 128 make stamps coincide, and half of them look like those of a double.
            let (start, length) = (128 * random(60), 128 * random(30));
            let parent = random(id);
            let mut span = match random(4) {
                0 => thread(id, parent, start, start + length, 1 + random(3)),
                1 => request(id, start, start + length),
                _ => slice(id, parent, "s", start, start + length),
            };
            for _ in 0..random(3) {
                events += 1;
                span.events.push(Event {
                    time_ns: 128 * random(90),
                    name: "e".into(),
                    ..Event::default()
                });
            }
            span.links.extend((random(2) == 1).then(|| Link {
                trace_id: 1,
                span_id: random(40),
                ..Link::default()
            }));
            spans.push(span);
        }
        let count = spans.len();
        check(&Timeline::of(&process(spans)), count, events);
    }
}
