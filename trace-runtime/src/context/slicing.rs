//! What happens to slices and events of a context: opening, ending, what closes with what, who takes which event.
//!
//! Like the rest of the state's rules these run under the slot's lock and call no user code.

use super::emit;
use super::slices::{Open, Previous};
use super::slot::Slot;
use super::state::State;
use crate::clock::Timestamp;
use crate::local::{Current, Kept, Local};
use crate::record::Flags;
use crate::record::decode::SLICE_KEYS;
use crate::{Attr, SliceDetails, Stage, ledger};

/// Puts `value` in `place` where that is seldom another one. A test is cheaper than a store: the next lock waits for every
/// store before it.
#[inline(always)]
fn change<T: PartialEq>(place: &mut T, value: T) {
    if *place != value {
        *place = value;
    }
}

impl State {
    /// The innermost open slice from the calling thread's point of view; 0 if there is none. And the slice of the future
    /// that is being polled, if it belongs to one.
    #[inline(always)]
    pub(super) fn innermost(&self, local: &Local) -> (u64, u64) {
        if local.in_task.get()
            && let Some(found) = self.innermost_in_task()
        {
            return found;
        }
        (self.slices.tip(), 0)
    }

    /// Looks from the innermost future outwards: other contexts may have slices and futures of their own in between.
    #[inline(never)]
    fn innermost_in_task(&self) -> Option<(u64, u64)> {
        Kept::with(|kept| {
            let tasks = kept.tasks.borrow();
            let mut tasks = tasks.iter().rev();
            tasks.find_map(|&task| Some((self.slices.last_of(task)?, task)))
        })
        .flatten()
    }

    /// Opens a slice; none if there is no thread context.
    ///
    /// The slice of a future (`task`) does not go on the stack, nor does what is opened inside of one.
    #[inline(always)]
    pub(super) fn start_slice(
        &mut self,
        slot: &'static Slot,
        local: &Local,
        stage: &'static Stage,
        at: Timestamp,
        task: bool,
    ) -> Option<&mut Open> {
        if self.thread == 0 {
            return None;
        }
        let id = local.ids.span();
        let (innermost, of_task) = self.innermost(local);
        let (parent, link) = match innermost {
            0 => (self.thread, self.previous),
            parent => (parent, Previous::NONE),
        };
        let of_task = if task { id } else { of_task };
        let open = self.slices.open(id, of_task == 0);
        change(&mut open.task, of_task);
        open.parent = parent;
        open.stage = stage;
        open.link = link.span_id;
        open.flags = link.flags;
        change(&mut open.unwinding, std::thread::panicking());
        open.start = at;
        open.outer = if task {
            local.current()
        } else {
            local.replace_current(Current {
                slot: Some(slot),
                id,
            })
        };
        Some(open)
    }

    /// Ends the open slice at `index` by its own end; what was opened inside is closed first.
    fn end_slice(&mut self, local: &Local, index: usize, at: Timestamp, flags: Flags) {
        if index + 1 != self.slices.len() {
            self.close_inner(local, index, at);
        }
        self.close_slice(local, index, at, flags);
    }

    fn close_inner(&mut self, local: &Local, index: usize, at: Timestamp) {
        for inner in self.slices.inside(index) {
            self.close_slice(local, inner, at, Flags::AUTO_CLOSED);
        }
    }

    /// Closes the open slice at `index`, in which nothing is open any more.
    #[inline(always)]
    pub(super) fn close_slice(&mut self, local: &Local, index: usize, at: Timestamp, flags: Flags) {
        // One test for all that is rare.
        let more = self.events.words().len() | self.attached.words().len() | self.trace_state.len();
        let open = self.slices.get(index);
        let (id, parent) = (open.id, open.parent);
        local.leave(id, open.outer);
        if more == 0 && emit::slice(local, &self.trace_id, open, at, flags) {
            open.attrs.clear();
        } else {
            self.record_with_parts(local, index, at, flags);
        }
        let outer = if parent == self.thread { 0 } else { parent };
        if outer == 0 && !flags.has(Flags::AUTO_CLOSED) {
            self.previous = Previous::own(id);
        }
        self.slices.remove(index, id, outer);
    }

    #[cold]
    #[inline(never)]
    fn record_with_parts(&mut self, local: &Local, index: usize, at: Timestamp, flags: Flags) {
        let start = self.slices.get(index).start;
        self.events.take_window(start, at, &mut self.attached);
        if self.attached.words().is_empty() && self.trace_state.is_empty() {
            // What waits is not for this slice.
            let open = self.slices.get(index);
            if emit::slice(local, &self.trace_id, open, at, flags) {
                return open.attrs.clear();
            }
        }
        emit::slice_with_parts(self, local, index, at, flags);
    }

    /// Ends a slice that a guard or a traced function has opened, if it is still open.
    #[inline(always)]
    pub(super) fn end_own(&mut self, local: &Local, id: u64, at: Timestamp, flags: Flags) {
        match self.slices.last(id) {
            Some(last) if !std::thread::panicking() => self.close_slice(local, last, at, flags),
            _ => self.end_any(local, id, at, flags),
        }
    }

    #[cold]
    #[inline(never)]
    fn end_any(&mut self, local: &Local, id: u64, at: Timestamp, flags: Flags) {
        if let Some(index) = self.slices.position(id) {
            let panicked = std::thread::panicking() && !self.slices.get(index).unwinding;
            self.end_slice(local, index, at, flags.with_if(Flags::ERROR, panicked));
        }
    }

    /// Ends the innermost open slice of `stage`, as an explicit call says.
    pub(super) fn end_stage(
        &mut self,
        local: &Local,
        stage: &Stage,
        at: Timestamp,
        details: &SliceDetails<'_>,
    ) {
        if self.thread == 0 {
            return;
        }
        if stage.level() <= self.level {
            let (innermost, _) = self.innermost(local);
            let mut chain = self.slices.chain(innermost);
            let found = chain.find(|&index| self.slices.is_of(index, stage));
            drop(chain);
            match found {
                Some(index) => {
                    self.slices.get(index).attrs.set(details.attrs, SLICE_KEYS);
                    self.end_slice(local, index, at, Flags::none());
                }
                None => ledger::misuse(),
            }
        }
        if details.thread_finish {
            self.close_thread(local, at, Flags::none());
        }
    }

    /// Records a slice that is over.
    pub(super) fn record_slice(
        &mut self,
        slot: &'static Slot,
        local: &Local,
        stage: &'static Stage,
        start: Timestamp,
        end: Timestamp,
        details: &SliceDetails<'_>,
    ) {
        if self.thread == 0 {
            return;
        }
        if stage.level() <= self.level {
            if let Some(open) = self.start_slice(slot, local, stage, start, false) {
                open.attrs.set(details.attrs, SLICE_KEYS);
            }
            for (name, at, attrs) in details.events {
                self.attached.push(name, *at, attrs);
            }
            self.attached.limit();
            let index = self.slices.len() - 1;
            self.end_slice(local, index, end, Flags::none());
        }
        if details.thread_finish {
            self.close_thread(local, end, Flags::none());
        }
    }

    pub(super) fn event(&mut self, name: &str, level: u8, at: Timestamp, attrs: &[Attr<'_>]) {
        if self.thread != 0 && level <= self.level {
            self.events.push(name, at, attrs);
        }
    }

    /// Sets attributes of an open slice; of the innermost one if `id` is 0.
    pub(super) fn set_slice_attrs(&mut self, local: &Local, id: u64, attrs: &[Attr<'_>]) {
        let id = if id == 0 { self.innermost(local).0 } else { id };
        if let Some(index) = self.slices.position(id) {
            self.slices.get(index).attrs.set(attrs, SLICE_KEYS);
        }
    }

    /// Marks an open slice as failed.
    pub(super) fn fail_slice(&mut self, id: u64, message: &str) {
        if let Some(index) = self.slices.position(id) {
            let open = self.slices.get(index);
            open.flags = open.flags.with(Flags::ERROR);
            if !message.is_empty() {
                open.attrs.set_message(message, SLICE_KEYS);
            }
        }
    }
}
