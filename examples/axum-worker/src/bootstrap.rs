//! Where prefill and decode find each other: the decode worker connects and says its room, the prefill worker's
//! request of that room takes the connection, whichever comes first.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::wire;

/// How long one side waits for the other.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The rooms of a prefill worker.
#[derive(Clone, Default)]
pub(crate) struct Rooms(Arc<Mutex<HashMap<u64, Room>>>);

/// A room in which one side waits for the other.
enum Room {
    Connected(TcpStream),
    Wanted(oneshot::Sender<TcpStream>),
}

impl Rooms {
    /// Takes connections at `address` from now on; says at which port.
    pub(crate) fn listen(&self, address: SocketAddr) -> io::Result<u16> {
        let listener = TcpListener::bind(address)?;
        let port = listener.local_addr()?.port();
        let rooms = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A peer that does not say its room in time is let go.
                let _ = rooms.enter(stream);
            }
        });
        Ok(port)
    }

    fn enter(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let room = wire::read_room(&mut stream)?;
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match rooms.remove(&room) {
            Some(Room::Wanted(waiting)) => drop(waiting.send(stream)),
            _ => drop(rooms.insert(room, Room::Connected(stream))),
        }
        Ok(())
    }

    /// The connection of the decode worker in `room`.
    pub(crate) async fn connection(&self, room: u64) -> io::Result<TcpStream> {
        let waiting = {
            let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(Room::Connected(stream)) = rooms.remove(&room) {
                return Ok(stream);
            }
            let (sender, receiver) = oneshot::channel();
            rooms.insert(room, Room::Wanted(sender));
            receiver
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(stream)) => Ok(stream),
            _ => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "no decode worker came into the room",
            )),
        }
    }
}
