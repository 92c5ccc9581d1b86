//! One open slice.

use std::mem::offset_of;

use super::previous::Previous;
use crate::clock::Timestamp;
use crate::local::{Current, Local};
use crate::record::decode::SLICE_KEYS;
use crate::record::{AttrLog, Few, Flags};
use crate::{Attr, Stage};

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
    /// Whether `attrs` may have anything.
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

    /// Whether it belongs to the future with the slice `task`.
    pub(super) fn is_of_task(&self, task: u64) -> bool {
        self.in_task && self.task == task
    }

    /// The attributes, if there are any.
    #[inline(always)]
    pub(super) fn attrs(&self) -> Option<&AttrLog> {
        self.has_attrs.then_some(&self.attrs)
    }

    /// Sets attributes.
    #[inline]
    pub(super) fn set_attrs(&mut self, attrs: &[Attr<'_>]) {
        if !attrs.is_empty() {
            self.has_attrs = true;
            self.attrs.set(attrs, SLICE_KEYS);
        }
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

    /// One that is not open.
    pub(super) fn vacant() -> Self {
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
