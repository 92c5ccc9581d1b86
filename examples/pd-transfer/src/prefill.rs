//! The prefill process: takes requests from the decode process, computes their KV cache chunk by chunk and
//! hands the chunks to its senders.
//!
//! One scheduler thread does everything but the writing. It never blocks on a transfer: a request whose
//! queue is full, or that waits for pages, is passed over until something has changed.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mooncake_trace::{RequestStage, ThreadInfo, Timestamp, mooncake_trace, set_thread_info};

use crate::bootstrap::{BootstrapServer, DecodePeer, Link};
use crate::cli::Settings;
use crate::engine::TransferEngine;
use crate::error::TransferError;
use crate::faults::Fate;
use crate::kv::{self, PagePool};
use crate::outcome::{self, Outcome, Report, Summary};
use crate::protocol::{ReceiveRequest, ToDecode, ToPrefill};
use crate::sender::KvSender;
use crate::stop::Stop;
use crate::wakeup::Wakeup;
use crate::worker::Shared;

/// A signal only raises the stop flag; the scheduler looks at it this often when nothing else happens.
const IDLE: Duration = Duration::from_millis(100);

/// Runs the process until the decode process says goodbye.
///
/// # Errors
/// If the decode process cannot be worked with, or is lost.
pub(crate) fn run(settings: &Settings) -> Result<Summary, TransferError> {
    let wakeup = Wakeup::default();
    let stop = Stop::watch(&wakeup).map_err(TransferError::Bootstrap)?;
    set_thread_info(ThreadInfo::new("Prefill Scheduler").tp_rank(0).dp_rank(0));
    let server = BootstrapServer::bind().map_err(TransferError::Bootstrap)?;
    let address = server.address().map_err(TransferError::Bootstrap)?;
    say(&Report::Listening { address })?;
    let Some(DecodePeer { sessions, link }) = server.accept(settings.timeout, &stop, &wakeup)?
    else {
        return Ok(Summary {
            interrupted: true,
            ..Summary::default()
        });
    };

    let shared = Shared {
        rooms: Arc::default(),
        wakeup: wakeup.clone(),
        bytes: Arc::default(),
    };
    let engine = TransferEngine::start(
        settings.workers,
        &sessions,
        settings.timeout,
        shared.clone(),
    )
    .map_err(TransferError::Bootstrap)?;
    let mut scheduler = Scheduler {
        settings,
        sessions: sessions.len(),
        pool: PagePool::new(settings.in_flight * settings.layout.pages),
        engine,
        link,
        waiting: VecDeque::new(),
        active: Vec::new(),
        goodbye: false,
    };
    let result = scheduler.serve(&stop, &wakeup);
    scheduler.active.clear();
    scheduler.engine.shutdown();
    // The workers are done, so closing the link tells the decode process that no more chunks will come.
    drop(scheduler.link);
    result?;
    Ok(Summary {
        bytes: shared.bytes.load(Ordering::Relaxed),
        interrupted: stop.requested(),
        ..Summary::default()
    })
}

struct Scheduler<'a> {
    settings: &'a Settings,
    sessions: usize,
    pool: Arc<PagePool>,
    engine: TransferEngine,
    link: Link<ToPrefill>,
    /// With the time at which each was asked for.
    waiting: VecDeque<(ReceiveRequest, Timestamp)>,
    active: Vec<Prefill>,
    goodbye: bool,
}

/// A request that is being prefilled and transferred.
struct Prefill {
    index: u32,
    room: u64,
    fate: Fate,
    sender: KvSender,
}

impl Scheduler<'_> {
    fn serve(&mut self, stop: &Stop, wakeup: &Wakeup) -> Result<(), TransferError> {
        loop {
            let seen = wakeup.generation();
            self.take_messages()?;
            // A lost peer cannot take what is still under way.
            let lost = self.link.is_closed() && !self.goodbye;
            self.admit();
            let mut advanced = false;
            for prefill in &mut self.active {
                if lost {
                    prefill.sender.fail(&TransferError::PeerGone);
                } else if stop.requested() {
                    prefill.sender.abort("interrupted");
                } else {
                    advanced |= prefill.advance(self.settings.seed);
                }
            }
            self.finish_ended(lost)?;
            if self.active.is_empty() && self.waiting.is_empty() {
                if lost {
                    return Err(TransferError::PeerGone);
                }
                if self.goodbye {
                    return Ok(());
                }
            }
            if !advanced {
                wakeup.wait(seen, IDLE);
            }
        }
    }

    fn take_messages(&mut self) -> Result<(), TransferError> {
        while let Some(message) = self.link.receive() {
            match message {
                ToPrefill::Receive(request) => {
                    let pages = self.settings.layout.pages as usize;
                    if request.targets.len() != self.sessions
                        || request.targets.iter().any(|target| target.len() != pages)
                    {
                        return Err(TransferError::Protocol(format!(
                            "expected {pages} target pages for each of {} sessions in request {}",
                            self.sessions, request.rid
                        )));
                    }
                    self.waiting.push_back((request, Timestamp::now()));
                }
                ToPrefill::Bye => self.goodbye = true,
                ToPrefill::Hello(_) => {
                    return Err(TransferError::Protocol("expected one greeting".to_owned()));
                }
            }
        }
        Ok(())
    }

    /// Starts requests while there are pages for them. After an abort that may take a moment: the pages
    /// of a chunk that is still on the wire are not free yet.
    fn admit(&mut self) {
        while !self.waiting.is_empty()
            && let Some(lease) = self.pool.lease(self.settings.layout.pages)
            && let Some((request, asked)) = self.waiting.pop_front()
        {
            let layout = self.settings.layout;
            self.active.push(Prefill {
                index: request.index,
                room: request.room,
                fate: self.settings.faults.fate(request.index, &layout),
                sender: KvSender::new(request, asked, layout, lease, &self.engine),
            });
        }
    }

    fn finish_ended(&mut self, lost: bool) -> Result<(), TransferError> {
        let ended = |prefill: &mut Prefill| prefill.sender.poll().is_some();
        for prefill in self.active.extract_if(.., ended) {
            if let Some(outcome) = prefill.sender.poll() {
                let link = (!lost).then_some(&mut self.link);
                prefill.finish(link, outcome)?;
            }
        }
        Ok(())
    }
}

impl Prefill {
    /// Does the next step, if there is one and the queue has space: computes a chunk and sends it.
    fn advance(&mut self, seed: u64) -> bool {
        let number = self.sender.sent();
        if let Fate::Abort { after_chunks } = self.fate
            && number == after_chunks
        {
            self.sender.abort("aborted by the client");
            return true;
        }
        let pages = self.sender.layout().pages_of(number);
        if pages.is_empty() || !self.sender.is_ready() || self.sender.poll().is_some() {
            return false;
        }
        let checksum = self.forward_chunk(pages.clone(), seed);
        if let Err(error) = self.sender.send(pages, &checksum) {
            self.sender.fail(&error);
        }
        if self.sender.is_all_sent() {
            self.sender.begin_wait();
        }
        true
    }

    /// The model: fills the pages of a chunk.
    #[mooncake_trace(
        stage = RequestStage::PREFILL_CHUNKED_FORWARD,
        ctx = self.sender.trace_ctx(),
        attrs(chunk = self.sender.sent(), pages = pages.len(), bytes = pages.len() * kv::PAGE_BYTES)
    )]
    fn forward_chunk(&self, pages: Range<usize>, seed: u64) -> crc32fast::Hasher {
        let mut checksum = crc32fast::Hasher::new();
        for number in pages {
            let mut page = self.sender.lease().page(number);
            kv::compute_page(&mut page, seed, self.room, number);
            checksum.update(&page);
        }
        checksum
    }

    /// Ends the request, and tells everybody who is there to be told.
    fn finish(
        self,
        link: Option<&mut Link<ToPrefill>>,
        outcome: Outcome,
    ) -> Result<(), TransferError> {
        let traced = self.sender.trace_ctx().is_enabled();
        self.sender.finish(&outcome);
        say(&Report::Finished {
            index: self.index,
            room: self.room,
            outcome: outcome.clone(),
            traced,
        })?;
        let Some(link) = link else { return Ok(()) };
        link.send(&ToDecode::Ended {
            room: self.room,
            outcome,
        })
    }
}

/// A parent that is gone is like a peer that is gone.
fn say(report: &Report) -> Result<(), TransferError> {
    outcome::say(report).map_err(|_: io::Error| TransferError::PeerGone)
}
