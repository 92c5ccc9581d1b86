//! A stage as one word.
//!
//! Invariant of the `unsafe` in this file: [`stage_from_word`] is only given words that [`stage_to_word`] made, in
//! this process: slice records are written by `context::emit` alone, their word 1 comes from here, and records never
//! leave the process. A `&'static Stage` stays good for as long as the process runs.

use crate::Stage;

/// The word for `stage`.
#[inline(always)]
pub(crate) fn stage_to_word(stage: &'static Stage) -> u64 {
    std::ptr::from_ref(stage).expose_provenance() as u64
}

/// The stage of a slice record's word 1.
pub(super) fn stage_from_word(word: u64) -> &'static Stage {
    let stage = std::ptr::with_exposed_provenance::<Stage>(word as usize);
    // SAFETY: the word was made from a `&'static Stage`, see the head of this file.
    unsafe { &*stage }
}
