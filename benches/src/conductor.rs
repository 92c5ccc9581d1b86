//! Runs every case of every peer in a process of its own, the rounds interleaved, and gathers the figures.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::cases::{Case, PeerName};
use crate::figures::{FLOOR, Figures, OTHERS, SWAP};
use crate::instructions::{self, Counts, peer_name};
use crate::measure::median;

/// How often one measurement is made because the machine was busy.
const TRIES: usize = 3;

/// The figures of a whole run.
pub(crate) struct Results {
    /// One entry for each round.
    rounds: BTreeMap<(Case, PeerName), Vec<Figures>>,
    pub(crate) instructions: Counts,
    pub(crate) quick: bool,
    pub(crate) took: Duration,
}

/// A figure over all rounds.
#[derive(Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Figure {
    fn of(values: Vec<f64>) -> Option<Self> {
        let low = values.iter().copied().reduce(f64::min)?;
        let high = values.iter().copied().reduce(f64::max)?;
        let median = median(values);
        median.is_finite().then_some(Self { median, low, high })
    }
}

impl Results {
    pub(crate) fn of(&self, case: Case, peer: PeerName) -> impl Iterator<Item = &Figures> {
        self.rounds.get(&(case, peer)).into_iter().flatten()
    }

    pub(crate) fn figure(&self, case: Case, peer: PeerName, name: &str) -> Option<Figure> {
        let values = self.of(case, peer).filter_map(|figures| figures.get(name));
        Figure::of(values.collect())
    }

    /// A figure as a multiple of the floor that the same process has measured.
    pub(crate) fn over_floor(&self, case: Case, peer: PeerName, name: &str) -> Option<Figure> {
        let ratios = self
            .of(case, peer)
            .filter_map(|figures| Some(figures.get(name)? / figures.get(FLOOR)?));
        Figure::of(ratios.collect())
    }

    /// The floor, of all processes.
    pub(crate) fn floor(&self) -> Option<Figure> {
        let all = self.rounds.values().flatten();
        Figure::of(all.filter_map(|figures| figures.get(FLOOR)).collect())
    }

    /// How many measurements there are, and how many of them were taken while the machine was busy.
    pub(crate) fn doubtful(&self) -> (usize, usize) {
        let all = || self.rounds.values().flatten();
        let swap = all()
            .filter_map(|figures| figures.get(SWAP))
            .fold(f64::INFINITY, f64::min);
        let doubted = all().filter(|figures| figures.busy(swap) > 1.0);
        (all().count(), doubted.count())
    }

    /// The share of the machine that others have used, 0 to 1.
    pub(crate) fn others(&self) -> Option<Figure> {
        let all = self.rounds.values().flatten();
        Figure::of(all.filter_map(|figures| figures.get(OTHERS)).collect())
    }
}

pub(crate) fn run(quick: bool, only: &[Case], peers: &[PeerName]) -> Result<Results, String> {
    let begun = Instant::now();
    let all = Case::value_variants();
    let cases: Vec<_> = if only.is_empty() { all } else { only }.to_vec();
    let wanted = |peer: PeerName| peers.is_empty() || peers.contains(&peer);
    let mut rounds: BTreeMap<_, Vec<Figures>> = BTreeMap::new();
    let mut patience = Patience {
        repeats: if quick { 8 } else { 40 },
        swap: f64::INFINITY,
    };
    for round in 0..if quick { 3 } else { 7 } {
        for &case in &cases {
            if case.is_long() && round >= if quick { 1 } else { 3 } {
                continue;
            }
            for &peer in case.peers().iter().filter(|peer| wanted(**peer)) {
                eprint!(
                    "\rround {} {case:?} {peer:?}                    ",
                    round + 1
                );
                let figures = patience.measure(case, peer, budget(case, quick))?;
                rounds.entry((case, peer)).or_default().push(figures);
            }
        }
    }
    eprintln!("\rcounting instructions                    ");
    let with_instructions = cases
        .iter()
        .any(|case| matches!(case, Case::Off | Case::Slices));
    let instructions = if with_instructions {
        instructions::count(|path| wanted(path.peer))?
    } else {
        Counts::new()
    };
    Ok(Results {
        rounds,
        instructions,
        quick,
        took: begun.elapsed(),
    })
}

const fn budget(case: Case, quick: bool) -> Duration {
    Duration::from_millis(match (case.is_long(), quick) {
        (false, true) => 300,
        (false, false) => 700,
        (true, true) => 1000,
        (true, false) => 3000,
    })
}

/// What is known of the machine, and how often measurements may still be repeated for its sake.
struct Patience {
    repeats: usize,
    /// The quickest swap so far.
    swap: f64,
}

impl Patience {
    /// Measures until the machine is quiet, a few times at most; the quietest measurement counts.
    fn measure(&mut self, case: Case, peer: PeerName, budget: Duration) -> Result<Figures, String> {
        let mut best: Option<Figures> = None;
        for _ in 0..TRIES {
            let figures = measure(case, peer, budget)?;
            self.swap = figures.get(SWAP).unwrap_or(f64::INFINITY).min(self.swap);
            if best
                .as_ref()
                .is_none_or(|best| figures.busy(self.swap) < best.busy(self.swap))
            {
                best = Some(figures);
            }
            let is_quiet = best
                .as_ref()
                .is_some_and(|best| best.busy(self.swap) <= 1.0);
            if is_quiet || self.repeats == 0 {
                break;
            }
            self.repeats -= 1;
        }
        best.ok_or_else(|| "nothing was measured".to_owned())
    }
}

fn measure(case: Case, peer: PeerName, budget: Duration) -> Result<Figures, String> {
    let case_name = case
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned());
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(["--case", &case_name, "--peer", &peer_name(peer)])
        .args(["--budget-ms", &budget.as_millis().to_string()])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .last()
        .and_then(Figures::from_line)
        .ok_or_else(|| {
            format!(
                "{case_name} of {peer:?} did not end well: {}",
                output.status
            )
        })
}
