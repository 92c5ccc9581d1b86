//! Runs every case of every peer in a process of its own, the rounds interleaved, and gathers the figures.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::canary::BUSY;
use crate::cases::{Case, PeerName};
use crate::figures::{FLOOR, Figures};
use crate::instructions::{self, Counts, peer_name};
use crate::measure::median;

/// How often a measurement is repeated because the machine was busy.
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

    /// How many measurements there are, and how many of them the canary doubts.
    pub(crate) fn doubtful(&self) -> (usize, usize) {
        let all = || self.rounds.values().flatten();
        let doubted = all().filter(|figures| figures.unrest() > BUSY);
        (all().count(), doubted.count())
    }
}

pub(crate) fn run(quick: bool, only: &[Case], peers: &[PeerName]) -> Result<Results, String> {
    let begun = Instant::now();
    let all = Case::value_variants();
    let cases: Vec<_> = if only.is_empty() { all } else { only }.to_vec();
    let wanted = |peer: PeerName| peers.is_empty() || peers.contains(&peer);
    let mut rounds: BTreeMap<_, Vec<Figures>> = BTreeMap::new();
    for round in 0..if quick { 3 } else { 9 } {
        for &case in &cases {
            if case.is_long() && round >= if quick { 1 } else { 5 } {
                continue;
            }
            for &peer in case.peers().iter().filter(|peer| wanted(**peer)) {
                eprint!(
                    "\rround {} {case:?} {peer:?}                    ",
                    round + 1
                );
                let figures = quiet(case, peer, budget(case, quick))?;
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

/// Measures until the canary is content, a few times at most; the quietest of them counts.
fn quiet(case: Case, peer: PeerName, budget: Duration) -> Result<Figures, String> {
    let mut best = measure(case, peer, budget)?;
    for _ in 1..TRIES {
        if best.unrest() <= BUSY {
            break;
        }
        let again = measure(case, peer, budget)?;
        if again.unrest() < best.unrest() {
            best = again;
        }
    }
    Ok(best)
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
