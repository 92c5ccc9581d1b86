//! The tables that are declared; every rule has been checked.

use proc_macro2::Ident;
use syn::{Attribute, Path, Visibility};

/// The tables of one call of the macro.
pub(super) struct Tables {
    /// The path of the runtime crate, `::mooncake_trace` unless `crate = …;` says otherwise.
    pub(super) krate: Option<Path>,
    pub(super) tables: Vec<Table>,
}

/// One table.
pub(super) struct Table {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) module: String,
    pub(super) stages: Vec<Stage>,
}

/// One stage of a table.
pub(super) struct Stage {
    pub(super) attrs: Vec<Attribute>,
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) level: u8,
    pub(super) metrics: bool,
}

/// The `#[cfg]`s among `attrs`, which everything that names the item repeats.
pub(super) fn cfgs(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
}
