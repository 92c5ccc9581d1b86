//! What users of the macros see: errors (`fail/`), expansions (`expansions/`), lints (`lints/`), odd functions (`pass/`).
//! The crate itself is empty; its tests are in `tests/`.
