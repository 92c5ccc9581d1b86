//! A decode session: a listener, and one thread for each transfer worker that writes to it.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::landing::Landings;
use crate::placer::Placer;
use crate::wakeup::Wakeup;

/// A session that listens; [`shutdown`](Self::shutdown) ends it.
pub(crate) struct SessionServer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    acceptor: JoinHandle<()>,
}

/// A data link, as its acceptor sees it.
struct Connection {
    stream: TcpStream,
    thread: JoinHandle<()>,
}

impl SessionServer {
    /// Listens on a free port of the loopback interface.
    ///
    /// # Errors
    /// Those of the system.
    pub(crate) fn start(
        rank: usize,
        landings: &Landings,
        timeout: Duration,
        wakeup: &Wakeup,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let acceptor = {
            let (stop, landings, wakeup) = (Arc::clone(&stop), landings.clone(), wakeup.clone());
            thread::Builder::new()
                .name(format!("session-{rank}"))
                .spawn(move || {
                    let mut connections: Vec<Connection> = Vec::new();
                    while let Ok((stream, _)) = listener.accept() {
                        if stop.load(Ordering::Acquire) {
                            break;
                        }
                        // Those of sessions that died.
                        connections.retain(|connection| !connection.thread.is_finished());
                        let placer = Placer::new(rank, landings.clone(), wakeup.clone());
                        match connect(stream, placer, timeout) {
                            Ok(connection) => connections.push(connection),
                            // The worker at the other end sees its link break and says so.
                            Err(error) => eprintln!("pd-transfer: session {rank}: {error}"),
                        }
                    }
                    for connection in connections {
                        let _ = connection.stream.shutdown(Shutdown::Both);
                        let _ = connection.thread.join();
                    }
                })?
        };
        Ok(Self {
            address,
            stop,
            acceptor,
        })
    }

    /// Where workers connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts the links that are still there, and waits for their threads.
    pub(crate) fn shutdown(self) {
        self.stop.store(true, Ordering::Release);
        // The acceptor waits for a connection: here is one.
        let _ = TcpStream::connect(self.address);
        let _ = self.acceptor.join();
    }
}

fn connect(stream: TcpStream, placer: Placer, timeout: Duration) -> io::Result<Connection> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    let served = stream.try_clone()?;
    let thread = thread::Builder::new()
        .name("decode".to_owned())
        .spawn(move || placer.serve(served))?;
    Ok(Connection { stream, thread })
}
