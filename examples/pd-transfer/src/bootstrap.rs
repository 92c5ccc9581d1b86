//! The bootstrap handshake, and the link between the two schedulers that it leaves behind.
//!
//! The prefill process listens; the decode process connects and says who its sessions are. From then on each
//! side writes from its scheduler and reads in a thread of its own, so that neither ever waits for the other
//! to read. How much can pile up is bounded: a peer that exceeds it is cut off.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::TransferError;
use crate::kv::PAGE_BYTES;
use crate::protocol::{self, Hello, ToDecode, ToPrefill};
use crate::stop::Stop;
use crate::wakeup::Wakeup;

/// Messages that may wait for a scheduler.
const MAX_WAITING: usize = 1 << 16;
/// How often a listener that waits for its peer looks at the clock and the stop flag.
const ACCEPT_PAUSE: Duration = Duration::from_millis(5);

/// Where the prefill process waits for its decode process.
pub(crate) struct BootstrapServer {
    listener: TcpListener,
}

impl BootstrapServer {
    /// Listens on a free port of the loopback interface.
    ///
    /// # Errors
    /// Those of the system.
    pub(crate) fn bind() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener })
    }

    /// Where a decode process may connect.
    ///
    /// # Errors
    /// Those of the system.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Waits for a decode process and answers its greeting. Nothing if the stop flag goes up before one comes.
    ///
    /// # Errors
    /// `Silent` if nobody comes in time; else what is wrong with who came.
    pub(crate) fn accept(
        self,
        timeout: Duration,
        stop: &Stop,
        wakeup: &Wakeup,
    ) -> Result<Option<DecodePeer>, TransferError> {
        let Some(mut stream) = self.accept_stream(timeout, stop)? else {
            return Ok(None);
        };
        configure(&stream, timeout).map_err(TransferError::Bootstrap)?;
        let hello = protocol::read_message(&mut stream).map_err(TransferError::Bootstrap)?;
        let Some(ToPrefill::Hello(hello)) = hello else {
            return Err(TransferError::Protocol("expected a greeting".to_owned()));
        };
        let answer =
            check(&hello).map_or_else(|reason| ToDecode::Reject { reason }, |()| ToDecode::Welcome);
        protocol::write_message(&mut stream, &answer).map_err(TransferError::Bootstrap)?;
        match answer {
            ToDecode::Reject { reason } => Err(TransferError::Protocol(reason)),
            _ => Ok(Some(DecodePeer {
                sessions: hello.sessions,
                link: Link::start(stream, wakeup)?,
            })),
        }
    }

    fn accept_stream(
        &self,
        timeout: Duration,
        stop: &Stop,
    ) -> Result<Option<TcpStream>, TransferError> {
        let deadline = Instant::now() + timeout;
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => return Ok(Some(stream)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(TransferError::Bootstrap(error)),
            }
            if stop.requested() {
                return Ok(None);
            }
            if Instant::now() >= deadline {
                return Err(TransferError::Silent(timeout));
            }
            thread::sleep(ACCEPT_PAUSE);
        }
    }
}

/// A decode process that has been welcomed.
pub(crate) struct DecodePeer {
    /// Where its sessions listen, by rank.
    pub(crate) sessions: Vec<SocketAddr>,
    /// To its scheduler.
    pub(crate) link: Link<ToPrefill>,
}

/// Connects a decode process to its prefill process.
///
/// # Errors
/// Those of the link, and what the prefill process does not like.
pub(crate) fn connect(
    prefill: SocketAddr,
    sessions: Vec<SocketAddr>,
    timeout: Duration,
    wakeup: &Wakeup,
) -> Result<Link<ToDecode>, TransferError> {
    let mut stream =
        TcpStream::connect_timeout(&prefill, timeout).map_err(TransferError::Bootstrap)?;
    configure(&stream, timeout).map_err(TransferError::Bootstrap)?;
    let hello = ToPrefill::Hello(Hello {
        version: protocol::VERSION,
        page_bytes: PAGE_BYTES,
        sessions,
    });
    protocol::write_message(&mut stream, &hello).map_err(TransferError::Bootstrap)?;
    match protocol::read_message(&mut stream).map_err(TransferError::Bootstrap)? {
        Some(ToDecode::Welcome) => Link::start(stream, wakeup),
        Some(ToDecode::Reject { reason }) => Err(TransferError::Protocol(reason)),
        Some(_) => Err(TransferError::Protocol("expected a welcome".to_owned())),
        None => Err(TransferError::PeerGone),
    }
}

fn check(hello: &Hello) -> Result<(), String> {
    if hello.version != protocol::VERSION {
        return Err(format!(
            "expected protocol version {}, found {}",
            protocol::VERSION,
            hello.version
        ));
    }
    if hello.page_bytes != PAGE_BYTES {
        return Err(format!(
            "expected pages of {PAGE_BYTES} bytes, found {}",
            hello.page_bytes
        ));
    }
    if hello.sessions.is_empty() {
        return Err("expected at least one session, found none".to_owned());
    }
    Ok(())
}

fn configure(stream: &TcpStream, timeout: Duration) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))
}

/// A scheduler's end of the bootstrap link.
pub(crate) struct Link<In> {
    stream: TcpStream,
    inbox: Arc<Mutex<Inbox<In>>>,
    reader: Option<JoinHandle<()>>,
}

struct Inbox<In> {
    messages: VecDeque<In>,
    open: bool,
}

impl<In: DeserializeOwned + Send + 'static> Link<In> {
    fn start(stream: TcpStream, wakeup: &Wakeup) -> Result<Self, TransferError> {
        let inbox = Arc::new(Mutex::new(Inbox {
            messages: VecDeque::new(),
            open: true,
        }));
        let reader = {
            let mut stream = stream.try_clone().map_err(TransferError::Bootstrap)?;
            let inbox = Arc::clone(&inbox);
            let wakeup = wakeup.clone();
            thread::Builder::new()
                .name("bootstrap".to_owned())
                .spawn(move || {
                    loop {
                        protocol::wait_for_message(&stream);
                        let Ok(Some(message)) = protocol::read_message(&mut stream) else {
                            break;
                        };
                        let mut inbox = inbox.lock();
                        if inbox.messages.len() == MAX_WAITING {
                            break;
                        }
                        inbox.messages.push_back(message);
                        drop(inbox);
                        wakeup.wake();
                    }
                    inbox.lock().open = false;
                    wakeup.wake();
                })
                .map_err(TransferError::Bootstrap)?
        };
        Ok(Self {
            stream,
            inbox,
            reader: Some(reader),
        })
    }

    /// Says something to the peer.
    ///
    /// # Errors
    /// Those of the link.
    pub(crate) fn send<M: Serialize>(&mut self, message: &M) -> Result<(), TransferError> {
        protocol::write_message(&mut self.stream, message).map_err(TransferError::Bootstrap)
    }

    /// The next message that has arrived.
    pub(crate) fn receive(&self) -> Option<In> {
        self.inbox.lock().messages.pop_front()
    }

    /// Whether every message has been received and no more will come.
    pub(crate) fn is_closed(&self) -> bool {
        let inbox = self.inbox.lock();
        !inbox.open && inbox.messages.is_empty()
    }
}

impl<In> Drop for Link<In> {
    fn drop(&mut self) {
        // Fails only where the peer was faster.
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}
