//! A session against a peer that plays the transfer worker by hand.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::kv::{Layout, PageId, PagePool};
use crate::session_server::SessionServer;

const ROOM: u64 = 7;
const LAYOUT: Layout = Layout {
    pages: 4,
    chunk_pages: 2,
};

struct Peer {
    server: SessionServer,
    landing: Arc<Landing>,
    landings: Landings,
    stream: TcpStream,
}

impl Peer {
    fn new(fate: Fate) -> Self {
        let landings = Landings::default();
        let landing = Arc::new(Landing {
            layout: LAYOUT,
            leases: vec![PagePool::new(4).lease(4).unwrap()],
            fate,
        });
        landings.open(ROOM, Arc::clone(&landing), TraceContext::null());
        let timeout = Duration::from_secs(10);
        let server = SessionServer::start(0, &landings, timeout, &Wakeup::default()).unwrap();
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let opening = Opening {
            session: 0,
            worker: 0,
        };
        opening.write(&mut stream).unwrap();
        Self {
            server,
            landing,
            landings,
            stream,
        }
    }

    fn ids(&self, chunk: u32) -> Vec<PageId> {
        self.landing.leases[0].ids()[LAYOUT.pages_of(chunk)].to_vec()
    }

    /// Sends a chunk of two pages full of `byte`.
    fn send(
        &mut self,
        room: u64,
        chunk: u32,
        targets: Vec<PageId>,
        byte: u8,
        checksum: u32,
    ) -> io::Result<Ack> {
        let header = ChunkHeader {
            room,
            chunk,
            checksum,
            targets,
        };
        header.write(&mut self.stream)?;
        self.stream.write_all(&vec![byte; 2 * PAGE_BYTES])?;
        Ack::read(&mut self.stream)
    }
}

fn checksum(byte: u8) -> u32 {
    crc32fast::hash(&vec![byte; 2 * PAGE_BYTES])
}

#[test]
fn a_chunk_lands_in_its_pages() {
    let mut peer = Peer::new(Fate::Complete);
    let ids = peer.ids(1);
    let ack = peer.send(ROOM, 1, ids, 0xab, checksum(0xab)).unwrap();
    assert_eq!(ack, Ack::Placed);
    let lease = &peer.landing.leases[0];
    assert!(lease.page(3).iter().all(|&byte| byte == 0xab));
    assert!(lease.page(1).iter().all(|&byte| byte == 0));
    assert_eq!(peer.landings.placed_bytes(), 2 * PAGE_BYTES as u64);
    peer.server.shutdown();
}

#[test]
fn what_is_refused_leaves_the_link_usable() {
    let mut peer = Peer::new(Fate::Complete);
    let (first, second) = (peer.ids(0), peer.ids(1));
    let wrong = peer.send(ROOM, 0, first.clone(), 1, checksum(2)).unwrap();
    assert_eq!(wrong, Ack::Corrupt);
    let elsewhere = peer.send(ROOM, 0, second, 1, checksum(1)).unwrap();
    assert_eq!(elsewhere, Ack::WrongPages);
    let beyond = peer.send(ROOM, 99, first.clone(), 1, checksum(1)).unwrap();
    assert_eq!(beyond, Ack::WrongPages);
    let closed = peer.send(8, 0, first.clone(), 1, checksum(1)).unwrap();
    assert_eq!(closed, Ack::RoomClosed);
    assert_eq!(peer.landings.placed_bytes(), 0);
    let right = peer.send(ROOM, 0, first, 1, checksum(1)).unwrap();
    assert_eq!(right, Ack::Placed);
    peer.server.shutdown();
}

#[test]
fn a_session_that_dies_cuts_its_link_and_takes_new_ones() {
    let mut peer = Peer::new(Fate::SessionDies {
        session: 0,
        chunk: 0,
    });
    let (first, second) = (peer.ids(0), peer.ids(1));
    assert!(peer.send(ROOM, 0, first, 1, checksum(1)).is_err());
    peer.stream = TcpStream::connect(peer.server.address()).unwrap();
    let opening = Opening {
        session: 0,
        worker: 0,
    };
    opening.write(&mut peer.stream).unwrap();
    let ack = peer.send(ROOM, 1, second, 1, checksum(1)).unwrap();
    assert_eq!(ack, Ack::Placed);
    peer.server.shutdown();
}

#[test]
fn a_link_that_opens_wrongly_is_cut() {
    let peer = Peer::new(Fate::Complete);
    let mut stranger = TcpStream::connect(peer.server.address()).unwrap();
    stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // Cut by an end or a reset, depending on what was still unread.
    let _ = stranger.read_to_end(&mut answer);
    assert!(answer.is_empty());
    peer.server.shutdown();
}
