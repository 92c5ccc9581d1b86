//! The decode process: asks the prefill process for the KV cache of request after request, a few at a time,
//! and checks what lands.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mooncake_trace::{ThreadInfo, set_thread_info};

use crate::bootstrap::{self, Link};
use crate::cli::Settings;
use crate::error::TransferError;
use crate::kv::{self, PageLease, PagePool};
use crate::landing::Landings;
use crate::outcome::{self, Outcome, Report, Summary};
use crate::protocol::{ToDecode, ToPrefill};
use crate::receiver::KvReceiver;
use crate::session_server::SessionServer;
use crate::stop::Stop;
use crate::wakeup::Wakeup;

/// A signal only raises the stop flag; the scheduler looks at it this often when nothing else happens.
const IDLE: Duration = Duration::from_millis(100);
/// Timeouts that one chunk can take on the other side: connecting, writing, waiting for the answer, and one more.
const PATIENCE: u32 = 4;

/// Runs the process until every request has ended.
///
/// # Errors
/// If the prefill process cannot be worked with, or is lost.
pub(crate) fn run(settings: &Settings, prefill: SocketAddr) -> Result<Summary, TransferError> {
    let wakeup = Wakeup::default();
    let stop = Stop::watch(&wakeup).map_err(TransferError::Bootstrap)?;
    set_thread_info(ThreadInfo::new("Decode Scheduler").tp_rank(0).dp_rank(0));
    let landings = Landings::default();
    let sessions = (0..settings.sessions)
        .map(|rank| SessionServer::start(rank, &landings, settings.timeout, &wakeup))
        .collect::<io::Result<Vec<_>>>()
        .map_err(TransferError::Bootstrap)?;
    let addresses = sessions.iter().map(SessionServer::address).collect();
    let link = bootstrap::connect(prefill, addresses, settings.timeout, &wakeup)?;
    let pages = settings.in_flight * settings.layout.pages;
    let mut scheduler = Scheduler {
        settings,
        pools: sessions.iter().map(|_| PagePool::new(pages)).collect(),
        landings: landings.clone(),
        link,
        next: 0,
        active: Vec::new(),
        silence: Silence::default(),
    };
    let result = scheduler.serve(&stop, &wakeup);
    if let Err(error) = &result {
        scheduler.fail_all(error)?;
    }
    // No session is cut while a worker may still write to it.
    let goodbye = scheduler.say_goodbye(&wakeup);
    for session in sessions {
        session.shutdown();
    }
    result.and(goodbye)?;
    Ok(Summary {
        bytes: landings.placed_bytes(),
        interrupted: stop.requested(),
        ..Summary::default()
    })
}

struct Scheduler<'a> {
    settings: &'a Settings,
    /// By session.
    pools: Vec<Arc<PagePool>>,
    landings: Landings,
    link: Link<ToDecode>,
    /// Index of the next request.
    next: u32,
    active: Vec<KvReceiver>,
    silence: Silence,
}

/// How long nothing has come from the prefill process.
#[derive(Default)]
struct Silence {
    since: Option<Instant>,
    placed_bytes: u64,
}

impl Scheduler<'_> {
    fn serve(&mut self, stop: &Stop, wakeup: &Wakeup) -> Result<(), TransferError> {
        loop {
            let seen = wakeup.generation();
            while !stop.requested() && self.has_next() && self.admit()? {}
            while let Some(message) = self.link.receive() {
                self.silence.since = None;
                match message {
                    ToDecode::Ended { room, outcome } => self.end(room, outcome)?,
                    ToDecode::Welcome | ToDecode::Reject { .. } => {
                        return Err(TransferError::Protocol("expected one answer".to_owned()));
                    }
                }
            }
            if self.active.is_empty() && (stop.requested() || !self.has_next()) {
                return Ok(());
            }
            if self.link.is_closed() {
                return Err(TransferError::PeerGone);
            }
            self.check_silence()?;
            wakeup.wait(seen, IDLE);
        }
    }

    fn has_next(&self) -> bool {
        self.next < self.settings.requests
    }

    /// Starts the next request, if there is place for it. After an abort that may take a moment: the pages
    /// of a chunk that is still arriving are not free yet.
    fn admit(&mut self) -> Result<bool, TransferError> {
        let layout = self.settings.layout;
        let lease = |pool: &Arc<PagePool>| pool.lease(layout.pages);
        let leases: Option<Vec<PageLease>> = self.pools.iter().map(lease).collect();
        let Some(leases) = leases else {
            return Ok(false);
        };
        let index = self.next;
        self.next += 1;
        let mut receiver = KvReceiver::new(
            index,
            kv::room_of(self.settings.seed, index),
            layout,
            leases,
            self.settings.faults.fate(index, &layout),
            self.landings.clone(),
        );
        let asked = receiver.recv(&mut self.link);
        receiver.transfer_begins();
        self.active.push(receiver);
        asked.map(|()| true)
    }

    /// The prefill side says that a transfer is over; whether it is complete is decided here.
    fn end(&mut self, room: u64, outcome: Outcome) -> Result<(), TransferError> {
        let Some(at) = self.active.iter().position(|active| active.room() == room) else {
            return Err(TransferError::Protocol(format!(
                "room {room:#x} ended but was not open"
            )));
        };
        let receiver = self.active.swap_remove(at);
        receiver.transfer_ends();
        let outcome = match outcome {
            Outcome::Completed { checksum } if !receiver.verify(checksum) => Outcome::Failed {
                reason: "the pages differ from what was sent".to_owned(),
            },
            other => other,
        };
        finish(receiver, outcome)
    }

    fn fail_all(&mut self, error: &TransferError) -> Result<(), TransferError> {
        for receiver in self.active.drain(..) {
            let reason = error.to_string();
            finish(receiver, Outcome::Failed { reason })?;
        }
        Ok(())
    }

    /// Gives up when nothing has landed or ended for longer than the other side may wait for one session.
    fn check_silence(&mut self) -> Result<(), TransferError> {
        let placed_bytes = self.landings.placed_bytes();
        let since = match self.silence.since {
            Some(since) if self.silence.placed_bytes == placed_bytes => since,
            _ => Instant::now(),
        };
        self.silence = Silence {
            since: Some(since),
            placed_bytes,
        };
        let limit = self.settings.timeout * PATIENCE;
        if since.elapsed() < limit {
            Ok(())
        } else {
            Err(TransferError::Silent(limit))
        }
    }

    /// Tells the prefill process that all is over and waits until its workers are, too.
    fn say_goodbye(&mut self, wakeup: &Wakeup) -> Result<(), TransferError> {
        self.link.send(&ToPrefill::Bye)?;
        let deadline = Instant::now() + self.settings.timeout * PATIENCE;
        loop {
            let seen = wakeup.generation();
            while self.link.receive().is_some() {}
            if self.link.is_closed() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(TransferError::Silent(self.settings.timeout * PATIENCE));
            }
            wakeup.wait(seen, IDLE);
        }
    }
}

fn finish(receiver: KvReceiver, outcome: Outcome) -> Result<(), TransferError> {
    let (index, room) = (receiver.index(), receiver.room());
    let traced = receiver.is_traced();
    receiver.finish(&outcome);
    outcome::say(&Report::Finished {
        index,
        room,
        outcome,
        traced,
    })
    .map_err(|_| TransferError::PeerGone)
}
