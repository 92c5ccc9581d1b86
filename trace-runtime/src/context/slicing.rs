//! What happens to slices and events of a context: opening, ending, what closes with what, who takes which event.
//!
//! Like the rest of the state's rules these run under the slot's lock and call no user code.

use super::emit;
use super::slices::Previous;
use super::slot::Slot;
use super::state::State;
use crate::clock::Timestamp;
use crate::local::{Current, Local};
use crate::record::Flags;
use crate::record::decode::SLICE_KEYS;
use crate::{Attr, SliceDetails, Stage, ledger};

impl State {
    /// The innermost open slice from the calling thread's point of view; 0 if there is none. And the slice of the future
    /// that is being polled, if it belongs to one.
    #[inline(always)]
    pub(super) fn innermost(&self, local: &Local) -> (u64, u64) {
        if local.in_task.get()
            && let Some(found) = self.innermost_in_task(local)
        {
            return found;
        }
        (self.slices.top_id(), 0)
    }

    /// Looks from the innermost future outwards: other contexts may have slices and futures of their own in between.
    #[inline(never)]
    fn innermost_in_task(&self, local: &Local) -> Option<(u64, u64)> {
        let tasks = local.tasks.borrow();
        let mut tasks = tasks.iter().rev();
        tasks.find_map(|&task| Some((self.slices.last_of(task)?, task)))
    }

    /// Opens a slice and returns its id; 0 if there is no thread context.
    ///
    /// The slice of a future (`task`) does not go on the stack, nor does what is opened inside of one.
    #[inline(always)]
    pub(super) fn start_slice(
        &mut self,
        slot: &'static Slot,
        local: &Local,
        stage: &'static Stage,
        attrs: &[Attr<'_>],
        at: Timestamp,
        task: bool,
    ) -> u64 {
        if self.thread == 0 {
            return 0;
        }
        let id = local.ids.span();
        let (innermost, of_task) = self.innermost(local);
        let (parent, link) = match innermost {
            0 => (self.thread, self.previous),
            parent => (parent, Previous::NONE),
        };
        let of_task = if task { id } else { of_task };
        let open = self.slices.open(of_task == 0);
        open.id = id;
        open.task = of_task;
        open.parent = parent;
        open.stage = stage;
        open.link = link.span_id;
        open.flags = link.flags;
        open.unwinding = std::thread::panicking();
        if !attrs.is_empty() {
            open.attrs.set(attrs, SLICE_KEYS);
        }
        open.outer = local.current.get();
        if !task {
            local.current.set(Current {
                slot: Some(slot),
                id,
            });
        }
        open.start = at;
        id
    }

    /// Ends the open slice at `index` by its own end; what was opened inside is closed first.
    #[inline(always)]
    fn end_slice(
        &mut self,
        slot: &'static Slot,
        local: &Local,
        index: usize,
        at: Timestamp,
        flags: Flags,
    ) {
        if index + 1 != self.slices.len() {
            self.close_inner(slot, local, index, at);
        }
        let open = self.slices.get(index);
        if open.parent == self.thread {
            self.previous = Previous::own(open.id);
        }
        self.close_slice(slot, local, index, at, flags);
    }

    #[cold]
    #[inline(never)]
    fn close_inner(&mut self, slot: &'static Slot, local: &Local, index: usize, at: Timestamp) {
        for inner in self.slices.inside(index) {
            self.close_slice(slot, local, inner, at, Flags::AUTO_CLOSED);
        }
    }

    #[inline(always)]
    pub(super) fn close_slice(
        &mut self,
        slot: &'static Slot,
        local: &Local,
        index: usize,
        at: Timestamp,
        flags: Flags,
    ) {
        let open = self.slices.get(index);
        if local.current.get().is(slot, open.id) {
            local.current.set(open.outer);
        }
        if !self.events.is_empty() {
            self.events.take_window(open.start, at, &mut self.attached);
        }
        emit::slice(self, local, index, at, flags);
        self.slices.remove(index);
    }

    /// Ends a slice that a guard or a traced function has opened, if it is still open.
    #[inline(always)]
    pub(super) fn end_own(
        &mut self,
        slot: &'static Slot,
        local: &Local,
        id: u64,
        at: Timestamp,
        flags: Flags,
    ) {
        if let Some(index) = self.slices.position(id) {
            let unwinding = self.slices.get(index).unwinding;
            let flags = flags.with_if(Flags::ERROR, std::thread::panicking() && !unwinding);
            self.end_slice(slot, local, index, at, flags);
        }
    }

    /// Ends the innermost open slice of `stage`, as an explicit call says.
    pub(super) fn end_stage(
        &mut self,
        slot: &'static Slot,
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
                    self.end_slice(slot, local, index, at, Flags::none());
                }
                None => ledger::misuse(),
            }
        }
        if details.thread_finish {
            self.close_thread(slot, local, at, Flags::none());
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
            self.start_slice(slot, local, stage, details.attrs, start, false);
            for (name, at, attrs) in details.events {
                self.attached.push(name, *at, attrs);
            }
            self.attached.limit();
            let index = self.slices.len() - 1;
            self.end_slice(slot, local, index, end, Flags::none());
        }
        if details.thread_finish {
            self.close_thread(slot, local, end, Flags::none());
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
