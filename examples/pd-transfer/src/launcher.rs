//! The parent: starts both processes, follows what they say and passes an interruption on.
//!
//! A child that is still wanted has its stdin open. Letting go of it, by will or by dying, is what ends the
//! child; so no child outlives its parent, and a second Ctrl-C may kill them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::cli::Role;
use crate::outcome::{Outcome, Report, Summary};
use crate::progress::Progress;

/// Lines that may wait for the parent before a child has to.
const EVENTS: usize = 1024;

/// What the processes did.
#[derive(Default)]
pub(crate) struct Run {
    /// How each request ended, by index: on the prefill side and on the decode side.
    pub(crate) outcomes: BTreeMap<u32, Sides>,
    /// What the prefill process did; none if it did not get to say.
    pub(crate) prefill: Option<Summary>,
    /// What the decode process did; none if it did not get to say.
    pub(crate) decode: Option<Summary>,
    /// What went wrong with the processes themselves.
    pub(crate) problems: Vec<String>,
    /// Whether the user has interrupted the run.
    pub(crate) interrupted: bool,
    /// From the handshake to the last goodbye.
    pub(crate) elapsed: Duration,
}

/// How a request ended, on both sides.
#[derive(Default)]
pub(crate) struct Sides {
    /// Its bootstrap room.
    pub(crate) room: u64,
    /// On the sender's side.
    pub(crate) prefill: Option<Outcome>,
    /// On the receiver's side.
    pub(crate) decode: Option<Outcome>,
    /// On how many sides it was traced.
    pub(crate) traced: usize,
}

impl Run {
    /// What a process did.
    pub(crate) fn summary(&self, role: Role) -> Option<&Summary> {
        match role {
            Role::Prefill => self.prefill.as_ref(),
            Role::Decode => self.decode.as_ref(),
        }
    }
}

enum Event {
    Said(Role, Report),
    Ended,
    Interrupted,
}

/// Runs both processes to their end. Each gets this process' arguments and leaves its spans in its part.
///
/// # Errors
/// If this process cannot start or follow the others.
pub(crate) fn run(part: impl Fn(Role) -> PathBuf, progress: &mut Progress) -> io::Result<Run> {
    let (events, inbox) = bounded(EVENTS);
    watch_signals(events.clone())?;
    let mut run = Run::default();
    let mut children = vec![Process::start(
        Role::Prefill,
        &part(Role::Prefill),
        None,
        events.clone(),
    )?];
    let mut alive = 1;
    let mut started = Instant::now();
    while alive > 0 {
        match receive(&inbox)? {
            Event::Said(Role::Prefill, Report::Listening { address }) if !run.interrupted => {
                started = Instant::now();
                let part = part(Role::Decode);
                children.push(Process::start(
                    Role::Decode,
                    &part,
                    Some(address),
                    events.clone(),
                )?);
                alive += 1;
            }
            Event::Said(role, report) => run.hear(role, report, progress),
            Event::Ended => alive -= 1,
            Event::Interrupted if run.interrupted => children.iter_mut().for_each(Process::kill),
            Event::Interrupted => {
                run.interrupted = true;
                progress.clear();
                eprintln!("interrupted: finishing the files (again to kill)");
                children.iter_mut().for_each(Process::stop);
            }
        }
    }
    run.elapsed = started.elapsed();
    progress.clear();
    let statuses = children
        .iter_mut()
        .map(|child| Ok((child.role, child.child.wait()?)))
        .collect::<io::Result<Vec<_>>>()?;
    run.judge(&statuses, inbox.try_iter());
    Ok(run)
}

fn receive(inbox: &Receiver<Event>) -> io::Result<Event> {
    inbox
        .recv()
        .map_err(|_| io::Error::other("nobody left to listen to"))
}

impl Run {
    /// Looks at how the processes ended, and at what was said too late to be acted on.
    fn judge(&mut self, statuses: &[(Role, ExitStatus)], late: impl Iterator<Item = Event>) {
        let signalled = |status: &ExitStatus| matches!(status.signal(), Some(SIGINT | SIGTERM));
        self.interrupted |= late
            .into_iter()
            .any(|event| matches!(event, Event::Interrupted))
            || statuses.iter().any(|(_, status)| signalled(status))
            || [&self.prefill, &self.decode]
                .into_iter()
                .any(|summary| summary.is_some_and(|summary| summary.interrupted));
        if self.interrupted && self.outcomes.is_empty() {
            // Stopped while they were starting: they may have found their peer gone, or not have been prepared.
            return;
        }
        for (role, status) in statuses.iter().filter(|(_, status)| !status.success()) {
            let name = role.word();
            self.problems
                .push(format!("the {name} process ended with {status}"));
        }
    }

    fn hear(&mut self, role: Role, report: Report, progress: &mut Progress) {
        match report {
            // After an interruption: nobody is to come any more.
            Report::Listening { .. } => {}
            Report::Finished {
                index,
                room,
                outcome,
                traced,
            } => {
                if role == Role::Decode {
                    progress.finished(index, &outcome);
                }
                let sides = self.outcomes.entry(index).or_default();
                sides.room = room;
                sides.traced += usize::from(traced);
                match role {
                    Role::Prefill => sides.prefill = Some(outcome),
                    Role::Decode => sides.decode = Some(outcome),
                }
            }
            Report::Summary(summary) => match role {
                Role::Prefill => self.prefill = Some(summary),
                Role::Decode => self.decode = Some(summary),
            },
        }
    }
}

struct Process {
    role: Role,
    child: Child,
}

impl Process {
    fn start(
        role: Role,
        part: &Path,
        bootstrap: Option<SocketAddr>,
        events: Sender<Event>,
    ) -> io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(std::env::args_os().skip(1))
            .args(["--role", role.word(), "--part"])
            .arg(part);
        if let Some(address) = bootstrap {
            command.args([OsString::from("--bootstrap"), address.to_string().into()]);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take();
        thread::Builder::new()
            .name(role.word().to_owned())
            .spawn(move || {
                let lines = stdout
                    .into_iter()
                    .flat_map(|out| BufReader::new(out).lines());
                for line in lines.map_while(Result::ok) {
                    match serde_json::from_str(&line) {
                        Ok(report) => _ = events.send(Event::Said(role, report)),
                        // A library that prints; pass it on to where it does no harm.
                        Err(_) => eprintln!("{}: {line}", role.word()),
                    }
                }
                // Fails only where the parent has given up already.
                let _ = events.send(Event::Ended);
            })?;
        Ok(Self { role, child })
    }

    fn stop(&mut self) {
        self.child.stdin = None;
    }

    fn kill(&mut self) {
        // Fails only for a child that has ended.
        let _ = self.child.kill();
    }
}

fn watch_signals(events: Sender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for count in 1.. {
                if signals.forever().next().is_none() {
                    return;
                }
                // The processes are over and the files are being written: that is worth waiting for, once.
                if events.send(Event::Interrupted).is_err() && count > 1 {
                    process::exit(i32::from(crate::INTERRUPTED));
                }
            }
        })?;
    Ok(())
}
