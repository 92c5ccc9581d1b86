//! The open slices of a context.
//!
//! In sync code they form a stack. Traced futures of one context overlap as they like: their slices are open but not
//! on the stack, and what is opened while such a future is polled takes the slice that is current on the thread as its
//! parent. So the open slices are a forest, kept in the order in which they were opened; `tip` is the innermost one of the stack.

use std::mem::offset_of;

use crate::clock::Timestamp;
use crate::local::{Current, Local};
use crate::record::decode::SLICE_KEYS;
use crate::record::{AttrLog, Few, Flags};
use crate::{Attr, Stage};

/// The slice that the next top-level slice links to.
#[derive(Clone, Copy)]
pub(super) struct Previous {
    /// Its span id; 0 if there is none.
    pub(super) span_id: u64,
    /// What a record with this link has among its flags: `LINK_REMOTE` if the slice was ended by another thread's or
    /// process' context, `LINK_TRACE` if it is of another trace, the state's `foreign_trace`.
    pub(super) flags: Flags,
}

impl Previous {
    pub(super) const NONE: Self = Self {
        span_id: 0,
        flags: Flags::none(),
    };

    /// A slice of this very context.
    #[inline(always)]
    pub(super) const fn own(span_id: u64) -> Self {
        Self {
            span_id,
            flags: Flags::LINK,
        }
    }

    /// A slice that came in a carrier, of a trace that is another one or not.
    pub(super) const fn carried(span_id: u64, other_trace: bool) -> Self {
        let previous = Self::own(span_id).inherited();
        Self {
            span_id,
            flags: previous.flags.with_if(Flags::LINK_TRACE, other_trace),
        }
    }

    /// The same slice, seen from a copy.
    pub(super) const fn inherited(self) -> Self {
        Self {
            span_id: self.span_id,
            flags: self.flags.with_if(Flags::LINK_REMOTE, self.span_id != 0),
        }
    }
}

/// An open slice. What every slice has is in the first line of 64 bytes.
#[repr(C, align(64))]
pub(super) struct Open {
    pub(super) id: u64,
    pub(super) parent: u64,
    pub(super) stage: &'static Stage,
    pub(super) start: Timestamp,
    /// What the link leads to; 0 if there is none.
    pub(super) link: u64,
    /// What was current on the opening thread before.
    pub(super) outer: Current,
    /// What is known of the record's flags.
    pub(super) flags: Flags,
    /// Whether it was opened while the thread was unwinding: then a panic says nothing about it.
    pub(super) unwinding: bool,
    /// Whether it belongs to a traced future.
    in_task: bool,
    /// Whether any attribute has been set.
    has_attrs: bool,

    attrs: AttrLog,
    /// The slice of the traced future that this one belongs to: its own id if it is that slice.
    task: u64,
    /// The slice of a future only: what was current when a poll left something open (see [`Slot::suspend`]).
    ///
    /// [`Slot::suspend`]: super::Slot::suspend
    pub(super) suspended: Current,
}

const _: () = assert!(offset_of!(Open, attrs) == 64 || cfg!(not(target_pointer_width = "64")));

/// Puts `value` in `place` where that is seldom another one. A test is cheaper than a store: the next lock waits for every
/// store before it.
#[inline(always)]
fn change<T: PartialEq>(place: &mut T, value: T) {
    if *place != value {
        *place = value;
    }
}

static NO_STAGE: Stage = Stage::new("", "", 0);

impl Open {
    /// It begins; see its fields. `task` is 0 on the stack.
    #[inline(always)]
    pub(super) fn begin(
        &mut self,
        stage: &'static Stage,
        at: Timestamp,
        (parent, link): (u64, Previous),
        task: u64,
        unwinding: bool,
    ) {
        self.stage = stage;
        self.start = at;
        self.parent = parent;
        self.link = link.span_id;
        self.flags = link.flags;
        change(&mut self.unwinding, unwinding);
        change(&mut self.in_task, task != 0);
        if self.in_task {
            self.task = task;
        }
    }

    /// It has been recorded: what was current before is it again.
    #[inline(always)]
    pub(super) fn leave(&mut self, local: &Local) {
        local.leave(self.id, self.outer);
        if self.has_attrs {
            self.has_attrs = false;
            self.attrs.clear();
        }
    }

    /// The attributes, if there are any.
    #[inline(always)]
    pub(super) fn attrs(&self) -> Option<&AttrLog> {
        self.has_attrs.then_some(&self.attrs)
    }

    /// Sets attributes.
    #[inline]
    pub(super) fn set_attrs(&mut self, attrs: &[Attr<'_>]) {
        self.has_attrs = true;
        self.attrs.set(attrs, SLICE_KEYS);
    }

    /// [`set_attrs`](Self::set_attrs) right after it has begun, with room that there is for a few.
    #[inline(always)]
    pub(super) fn set_few(&mut self, few: &Few) {
        self.has_attrs = true;
        self.attrs.set_few(few);
    }

    /// Whether there is room for a few attributes.
    #[inline(always)]
    pub(super) fn has_room_for_few(&self) -> bool {
        self.attrs.has_room_for_few()
    }

    /// Makes that room.
    pub(super) fn reserve_few(&mut self) {
        self.attrs.reserve_few();
    }

    /// Marks it as failed.
    pub(super) fn fail(&mut self, message: &str) {
        self.flags = self.flags.with(Flags::ERROR);
        if !message.is_empty() {
            self.has_attrs = true;
            self.attrs.set_message(message, SLICE_KEYS);
        }
    }

    fn vacant() -> Self {
        Self {
            id: 0,
            parent: 0,
            stage: &NO_STAGE,
            start: Timestamp::from_unix_ns(0),
            link: 0,
            flags: Flags::none(),
            task: 0,
            outer: Current::NONE,
            suspended: Current::NONE,
            unwinding: false,
            in_task: false,
            has_attrs: false,
            attrs: AttrLog::default(),
        }
    }
}

pub(super) struct Slices {
    /// The first `len` are open; the others keep their memory.
    entries: Vec<Open>,
    len: usize,
    /// The id of the innermost slice of the stack, 0 if the stack is empty.
    tip: u64,
}

impl Slices {
    pub(super) const fn new() -> Self {
        Self {
            entries: Vec::new(),
            len: 0,
            tip: 0,
        }
    }

    /// Whether the slice at `index` is what an end for `stage` means: name and level count.
    pub(super) fn is_of(&self, index: usize, stage: &Stage) -> bool {
        let open = self.entries[index].stage;
        open.level() == stage.level() && open.name() == stage.name()
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Open> {
        self.entries[..self.len].iter()
    }

    #[inline(always)]
    pub(super) fn get(&mut self, index: usize) -> &mut Open {
        &mut self.entries[index]
    }

    /// The slice that was opened last.
    #[inline(always)]
    pub(super) fn newest(&mut self) -> Option<&mut Open> {
        self.entries.get_mut(self.len.wrapping_sub(1))
    }

    /// The id of the innermost slice of the stack, 0 if it is empty.
    #[inline(always)]
    pub(super) fn tip(&self) -> u64 {
        self.tip
    }

    /// The entry that [`open`](Self::open) takes, if it is there already.
    #[inline(always)]
    pub(super) fn vacancy(&self) -> Option<&Open> {
        self.entries.get(self.len)
    }

    /// A vacant entry behind the open ones; it becomes the open slice `id`, of the stack or not.
    #[inline(always)]
    pub(super) fn open(&mut self, id: u64, on_stack: bool) -> &mut Open {
        if self.vacancy().is_none() {
            self.grow();
        }
        let index = self.len;
        self.len += 1;
        if on_stack {
            self.tip = id;
        }
        let open = &mut self.entries[index];
        open.id = id;
        open
    }

    /// [`open`](Self::open) on the stack, if there is a vacant entry already.
    #[inline(always)]
    pub(super) fn open_vacancy(&mut self, id: u64) -> Option<&mut Open> {
        let open = self.entries.get_mut(self.len)?;
        self.len += 1;
        self.tip = id;
        open.id = id;
        Some(open)
    }

    #[cold]
    fn grow(&mut self) {
        // Of itself a vector begins with room for four, which most contexts do not need.
        self.entries.reserve_exact(self.len.max(1));
        self.entries.push(Open::vacant());
    }

    /// Index of an open slice.
    pub(super) fn position(&self, id: u64) -> Option<usize> {
        self.entries[..self.len]
            .iter()
            .rposition(|open| open.id == id)
    }

    /// The slice that was opened last of those that belong to the future with the slice `task`.
    pub(super) fn last_of(&self, task: u64) -> Option<u64> {
        let open = self.entries[..self.len].iter().rev();
        open.filter(|open| open.in_task && open.task == task)
            .map(|open| open.id)
            .next()
    }

    /// The chain from the slice `id` outwards.
    pub(super) fn chain(&self, id: u64) -> impl Iterator<Item = usize> {
        let mut next = self.position(id);
        std::iter::from_fn(move || {
            let index = next?;
            next = self.position(self.entries[index].parent);
            Some(index)
        })
    }

    /// The id of the outermost slice around the slice `id`, or its own.
    pub(super) fn outermost(&self, id: u64) -> Option<u64> {
        let outermost = self.chain(id).last()?;
        Some(self.entries[outermost].id)
    }

    /// Indexes of the slices that were opened inside that at `index`, innermost first.
    pub(super) fn inside(&self, index: usize) -> Vec<usize> {
        let id = self.entries[index].id;
        (index + 1..self.len)
            .rev()
            .filter(|&i| {
                self.chain(self.entries[i].id)
                    .any(|j| self.entries[j].id == id)
            })
            .collect()
    }

    /// Takes the slice `id` at `index` out. Slices inside it must have been taken out before. If it was the innermost one
    /// of the stack, `outer` is it now.
    pub(super) fn remove(&mut self, index: usize, id: u64, outer: u64) {
        if index + 1 != self.len {
            self.close_gap(index);
        }
        self.pop(id, outer);
    }

    /// [`remove`](Self::remove) of the slice that was opened last.
    #[inline(always)]
    pub(super) fn pop(&mut self, id: u64, outer: u64) {
        self.len -= 1;
        if self.tip == id {
            self.tip = outer;
        }
    }

    #[cold]
    #[inline(never)]
    fn close_gap(&mut self, index: usize) {
        self.entries[index..self.len].rotate_left(1);
    }
}
