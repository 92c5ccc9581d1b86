//! The timeline as a sequence of begins, ends and instants: what a trace file is made of.

use super::{Item, Lane, Process, Timeline, Track};

/// One thing to write.
#[derive(Clone, Copy, Debug)]
pub struct Step<'t, 'a> {
    /// When, unix ns.
    pub time_ns: u64,
    /// What.
    pub kind: StepKind,
    /// Of what.
    pub item: &'t Item<'a>,
    /// In which process.
    pub process: &'t Process<'a>,
    /// In which track.
    pub track: &'t Track<'a>,
    /// In which lane.
    pub lane: &'t Lane<'a>,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A span begins.
    Begin,
    /// A span ends.
    End,
    /// An event happens.
    Instant,
}

impl<'a> Timeline<'a> {
    /// Everything in order of time; at the same moment, in each lane, so that it nests as drawn.
    pub fn steps(&self) -> Vec<Step<'_, 'a>> {
        let mut steps = Vec::new();
        for process in &self.processes {
            for track in &process.tracks {
                for lane in &track.lanes {
                    lane_steps(lane, |kind, item, time_ns| {
                        steps.push(Step {
                            time_ns,
                            kind,
                            item,
                            process,
                            track,
                            lane,
                        });
                    });
                }
            }
        }
        steps.sort_by_key(|s| s.time_ns);
        steps
    }
}

fn lane_steps<'t, 'a>(lane: &'t Lane<'a>, mut step: impl FnMut(StepKind, &'t Item<'a>, u64)) {
    let mut open: Vec<&Item<'a>> = Vec::new();
    for item in &lane.items {
        for ended in open.split_off(item.depth).into_iter().rev() {
            step(StepKind::End, ended, ended.end_ns);
        }
        if item.event.is_some() {
            step(StepKind::Instant, item, item.start_ns);
        } else {
            step(StepKind::Begin, item, item.start_ns);
            open.push(item);
        }
    }
    for ended in open.into_iter().rev() {
        step(StepKind::End, ended, ended.end_ns);
    }
}
