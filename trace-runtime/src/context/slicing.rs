//! What happens to slices and events of a context: opening, ending, what closes with what, who takes which event.
//!
//! Like the rest of the state's rules these run under the slot's lock and call no user code.

use super::emit;
use super::open::Open;
use super::previous::Previous;
use super::slot::Slot;
use super::state::State;
use crate::clock::Timestamp;
use crate::local::{Current, Kept, Local};
use crate::record::Flags;
use crate::{Attr, SliceDetails, Stage, ledger};

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
        let around = self.around(innermost);
        let of_task = if task { id } else { of_task };
        let open = self.slices.open(id, of_task == 0);
        open.begin(stage, at, around, of_task, std::thread::panicking());
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

    /// [`start_slice`](Self::start_slice) on the stack, on a thread that does not unwind; none if anything is unusual.
    #[inline(always)]
    pub(super) fn start_plainly(
        &mut self,
        slot: &'static Slot,
        local: &Local,
        stage: &'static Stage,
        at: Timestamp,
    ) -> Option<Current> {
        if self.thread == 0 || local.in_task.get() {
            return None;
        }
        let around = self.around(self.slices.tip());
        let id = local.ids.next()?;
        let open = self.slices.open_vacancy(id)?;
        open.begin(stage, at, around, 0, false);
        let current = Current {
            slot: Some(slot),
            id,
        };
        open.outer = local.replace_current(current);
        Some(current)
    }

    /// Parent and link of a slice in the slice `innermost`, or in the thread span if that is 0.
    #[inline(always)]
    const fn around(&self, innermost: u64) -> (u64, Previous) {
        match innermost {
            0 => (self.thread, self.previous()),
            parent => (parent, Previous::NONE),
        }
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
    pub(super) fn close_slice(&mut self, local: &Local, index: usize, at: Timestamp, flags: Flags) {
        let open = self.slices.get(index);
        if self.more || !emit::slice(local, &self.trace_id, open, at, flags) {
            self.record_with_parts(local, index, at, flags);
        }
        let open = self.slices.get(index);
        open.leave(local);
        let (id, parent) = (open.id, open.parent);
        let outer = self.closed(id, parent, flags);
        self.slices.remove(index, id, outer);
    }

    /// Ends the slice `id` of a thread that does not panic, if that is the last one and nothing about it is unusual.
    #[inline(always)]
    pub(super) fn end_plainly(&mut self, local: &Local, id: u64, at: Timestamp) -> bool {
        let Some(open) = self.slices.newest().filter(|open| open.id == id) else {
            return false;
        };
        if self.more || !emit::slice(local, &self.trace_id, open, at, Flags::none()) {
            return false;
        }
        open.leave(local);
        let parent = open.parent;
        let outer = self.closed(id, parent, Flags::none());
        self.slices.pop(id, outer);
        true
    }

    /// What the slice `id` leaves behind: the next one may link to it. Returns the slice around it; 0 if that is the thread
    /// span.
    #[inline(always)]
    fn closed(&mut self, id: u64, parent: u64, flags: Flags) -> u64 {
        if parent != self.thread {
            return parent;
        }
        if !flags.has(Flags::AUTO_CLOSED) {
            self.set_previous(Previous::own(id));
        }
        0
    }

    #[cold]
    #[inline(never)]
    fn record_with_parts(&mut self, local: &Local, index: usize, at: Timestamp, flags: Flags) {
        let start = self.slices.get(index).start;
        self.events.take_window(start, at, &mut self.attached);
        // What waits may be for another slice.
        let open = self.slices.get(index);
        let plain = self.attached.words().is_empty() && self.trace_state.is_empty();
        if !plain || !emit::slice(local, &self.trace_id, open, at, flags) {
            emit::slice_with_parts(self, local, index, at, flags);
        }
        self.look_for_more();
    }

    /// Ends a slice that a guard or a traced function has opened, if it is still open.
    pub(super) fn end_own(&mut self, local: &Local, id: u64, at: Timestamp, flags: Flags) {
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
                    self.slices.get(index).set_attrs(details.attrs);
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
                open.set_attrs(details.attrs);
            }
            for (name, at, attrs) in details.events {
                self.attached.push(name, *at, attrs);
            }
            self.attached.limit();
            self.more |= !details.events.is_empty();
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
            self.more = true;
        }
    }

    /// Sets attributes of an open slice; of the innermost one if `id` is 0.
    pub(super) fn set_slice_attrs(&mut self, local: &Local, id: u64, attrs: &[Attr<'_>]) {
        let id = if id == 0 { self.innermost(local).0 } else { id };
        if let Some(index) = self.slices.position(id) {
            self.slices.get(index).set_attrs(attrs);
        }
    }

    /// Marks an open slice as failed.
    pub(super) fn fail_slice(&mut self, id: u64, message: &str) {
        if let Some(index) = self.slices.position(id) {
            self.slices.get(index).fail(message);
        }
    }
}
