//! Threads: every logical thread of a vector sits on a thread of the operating system of its own.
//!
//! Ops run strictly one after another: whoever hands an op to another thread waits for its end, and takes ops itself
//! meanwhile, because the body of a traced function may visit other threads and come back.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::failure::fail;
use crate::ops::Op;

pub(crate) enum Message {
    Run(&'static Op, Sender<Self>),
    Done,
}

/// What a thread needs to take part.
pub(crate) struct Seat {
    name: String,
    inbox: Receiver<Message>,
    address: Sender<Message>,
}

pub(crate) type Addresses = HashMap<String, Sender<Message>>;

impl Seat {
    pub(crate) fn new(name: &str) -> Self {
        let (address, inbox) = channel();
        Self {
            name: name.to_owned(),
            inbox,
            address,
        }
    }

    pub(crate) fn address(&self) -> Sender<Message> {
        self.address.clone()
    }

    /// Has `op` run by the thread that it belongs to, and waits for it.
    pub(crate) fn perform(
        &self,
        op: &'static Op,
        addresses: &Addresses,
        run: &dyn Fn(&'static Op),
    ) {
        if op.thread == self.name {
            return run(op);
        }
        match addresses.get(&op.thread) {
            Some(address) if address.send(Message::Run(op, self.address())).is_ok() => {
                self.serve(run);
            }
            _ => fail(&format!("op {}: thread `{}` is gone", op.path, op.thread)),
        }
    }

    /// Runs what comes in until a message says that what this thread waits for is done.
    pub(crate) fn serve(&self, run: &dyn Fn(&'static Op)) {
        while let Ok(Message::Run(op, reply)) = self.inbox.recv() {
            run(op);
            // A reply that nobody waits for would be a mistake of `perform`.
            let _sent = reply.send(Message::Done);
        }
    }
}

/// Starts a thread for `seat` that first runs `greet`, then serves to the end of the process.
pub(crate) fn start(
    seat: Seat,
    greet: impl FnOnce() + Send + 'static,
    serve: impl FnOnce(&Seat) + Send + 'static,
) {
    let (greeted, wait) = channel();
    let spawned = thread::Builder::new()
        .name(seat.name.clone())
        .spawn(move || {
            greet();
            let _sent = greeted.send(());
            serve(&seat);
        });
    if spawned.is_err() || wait.recv().is_err() {
        fail("a thread could not be started");
    }
}
