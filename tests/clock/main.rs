//! Exported times while the system clock is slewed and stepped under a running process: the whole way from the counter to
//! the exporter, on a machine whose two clocks the test moves.

mod world;

use world::{MS, SECOND, World};

/// What slewing by NTP does at most, in parts per million.
const SLEW: i64 = 500;

#[test]
fn times_are_right_while_the_clock_is_slewed() {
    let mut world = World::new();
    for ppm in [0, SLEW, -SLEW, 17, -230, SLEW] {
        world.slew(ppm);
        for _ in 0..10 {
            for _ in 0..20 {
                world.slice(3 * MS);
                world.pass(2 * MS);
            }
            world.drain();
        }
    }
    let slices = world.finish();
    assert_eq!(slices.len(), 6 * 10 * 20);
    for slice in &slices {
        let error = slice.error();
        assert!(error <= 1_000, "{error} ns off: {slice:?}");
    }
}

#[test]
fn a_rate_that_changes_between_two_drains_is_bridged() {
    let mut world = World::new();
    world.slew(SLEW);
    world.pass(79 * MS);
    world.slice(MS);
    world.slew(-SLEW);
    world.slice(MS);
    world.pass(19 * MS);
    world.drain();
    // The drains know only the mean rate: most is wrong where the rate changed, after 80 of 100 ms. Without them the
    // clock would be 40 µs ahead there.
    let difference = 2 * SLEW.unsigned_abs();
    let bound = difference * (80 * MS * 20 / 100) / 1_000_000;
    for slice in world.finish() {
        let error = slice.error();
        assert!(
            error <= bound + 1,
            "{error} ns off, above {bound}: {slice:?}"
        );
    }
}

#[test]
fn steps_tear_nothing() {
    let mut world = World::new();
    for step in [3_600, -3_600, 1, -1, 86_400] {
        let step = step * SECOND as i64;
        world.drain();
        world.slice(5 * MS); // before the step
        world.pass(10 * MS);
        let stepped = world.slice_with(7 * MS, |world| world.step(step));
        world.slice(5 * MS); // after it, but before anybody has noticed
        world.drain();
        world.slice(5 * MS); // and now it is known
        world.drain();
        let slices = world.exported();
        let [before, across, unnoticed, known] = slices.as_slice() else {
            panic!("four slices: {slices:?}");
        };
        assert_eq!(stepped, across.id);
        assert!(before.error() <= 1_000, "{before:?}");
        assert!(known.error() <= 1_000, "{known:?}");
        assert!(
            across.start_error() <= 1_000,
            "it began before the step: {across:?}"
        );
        // Until the next drain the times go on as if nothing had happened.
        assert!(
            unnoticed.error().abs_diff(step.unsigned_abs()) <= 1_000,
            "{unnoticed:?}"
        );
        assert!(unnoticed.start_ns >= across.end_ns, "{slices:?}");
        for slice in &slices {
            assert!(
                slice.duration().abs_diff(slice.ticks) <= 10,
                "stretched: {slice:?}"
            );
        }
    }
    world.finish();
}

#[test]
fn durations_hold_whatever_the_clock_does() {
    let mut world = World::new();
    let mut lots = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = |n: u64| {
        lots ^= lots << 13;
        lots ^= lots >> 7;
        lots ^= lots << 17;
        lots % n
    };
    for _ in 0..3_000 {
        match draw(8) {
            0 => world.slew(draw(2 * SLEW as u64) as i64 - SLEW),
            1 => world.step(draw(4 * SECOND) as i64 - 2 * SECOND as i64),
            2 => world.pass(draw(SECOND)),
            3 => world.drain(),
            _ => {
                let step = draw(2 * SECOND) as i64 - SECOND as i64;
                let steps = draw(4) == 0;
                world.slice_with(draw(20 * MS), |world| {
                    if steps {
                        world.step(step);
                    }
                });
            }
        }
    }
    let slices = world.finish();
    assert!(slices.len() > 1_000);
    for slice in &slices {
        assert!(slice.end_ns >= slice.start_ns, "negative: {slice:?}");
        let allowed = slice.ticks * 2 * SLEW.unsigned_abs() / 1_000_000 + 50_000;
        assert!(
            slice.duration().abs_diff(slice.ticks) <= allowed,
            "stretched: {slice:?}"
        );
    }
}
