//! Progress on stderr: one line that is redrawn on a terminal, a line a request elsewhere if asked for.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::cli::When;
use crate::outcome::Outcome;

/// How often the line on a terminal is redrawn.
const REDRAW: Duration = Duration::from_millis(50);
const BAR: usize = 32;

/// What is shown while requests run.
pub(crate) struct Progress {
    style: Style,
    total: u32,
    done: u32,
    unsuccessful: u32,
    drawn: Option<Instant>,
}

#[derive(PartialEq)]
enum Style {
    Redrawn,
    Lines,
    Hidden,
}

impl Progress {
    /// Progress over `total` requests.
    pub(crate) fn new(when: When, total: u32) -> Self {
        let style = match when {
            When::Never => Style::Hidden,
            _ if io::stderr().is_terminal() => Style::Redrawn,
            When::Always => Style::Lines,
            When::Auto => Style::Hidden,
        };
        Self {
            style,
            total,
            done: 0,
            unsuccessful: 0,
            drawn: None,
        }
    }

    /// Counts a request that has ended.
    pub(crate) fn finished(&mut self, index: u32, outcome: &Outcome) {
        self.done += 1;
        self.unsuccessful += u32::from(!matches!(outcome, Outcome::Completed { .. }));
        // Progress that cannot be shown is not worth failing for.
        let _ = match self.style {
            Style::Hidden => Ok(()),
            Style::Lines => writeln!(
                io::stderr(),
                "[{}/{}] request {index} {}",
                self.done,
                self.total,
                outcome.word()
            ),
            Style::Redrawn => self.redraw(),
        };
    }

    fn redraw(&mut self) -> io::Result<()> {
        if self.done < self.total && self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW) {
            return Ok(());
        }
        self.drawn = Some(Instant::now());
        let filled = BAR * self.done as usize / self.total as usize;
        let mut stderr = io::stderr().lock();
        write!(
            stderr,
            "\r\x1b[2K{}{} {}/{} requests",
            "█".repeat(filled),
            "░".repeat(BAR - filled),
            self.done,
            self.total,
        )?;
        if self.unsuccessful > 0 {
            write!(stderr, ", {} failed or aborted", self.unsuccessful)?;
        }
        stderr.flush()
    }

    /// Says what takes time now, where there is a line to say it in.
    pub(crate) fn note(&mut self, what: &str) {
        if self.style == Style::Redrawn {
            self.drawn = Some(Instant::now());
            let _ = write!(io::stderr(), "\r\x1b[2K{what} …");
        }
    }

    /// Clears the line.
    pub(crate) fn clear(&mut self) {
        if self.style == Style::Redrawn && self.drawn.take().is_some() {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}
