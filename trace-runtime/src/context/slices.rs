//! The open slices of a context.
//!
//! In sync code they form a stack. Traced futures of one context overlap as they like: their slices are open but not
//! on the stack, and what is opened while such a future is polled takes the slice that is current on the thread as its
//! parent. So the open slices are a forest, kept in the order in which they were opened; `tip` is the innermost one of the stack.

use super::open::Open;
use crate::Stage;

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
        open.filter(|open| open.is_of_task(task))
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
