//! What is traced: the switch, the level and the module list of this process.
//!
//! They are read when a context is made and decide for good whether it records; changing them later concerns
//! contexts made afterwards.

use std::env;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering::Relaxed};
use std::sync::{PoisonError, RwLock};

/// The level while neither [`set_trace_level`] nor `SGLANG_TRACE_LEVEL` says another.
const DEFAULT_LEVEL: u8 = 3;
const LEVEL_UNSET: u16 = u16::MAX;

static ENABLED: AtomicBool = AtomicBool::new(false);
static LEVEL: AtomicU16 = AtomicU16::new(LEVEL_UNSET);
/// Whether there is a module list at all, so that the common case reads no lock.
static LISTED: AtomicBool = AtomicBool::new(false);
pub(crate) static MODULES: RwLock<Vec<ModuleEntry>> = RwLock::new(Vec::new());

#[cfg_attr(
    not(feature = "enable"),
    expect(dead_code, reason = "nobody is admitted")
)]
pub(crate) struct ModuleEntry {
    name: String,
    level: Option<u8>,
}

/// Switches tracing on or off for contexts made from now on.
///
/// [`install`](crate::install) switches it on, a shutdown off; in between it serves as a kill switch. Contexts that are
/// already recording go on.
pub fn set_tracing_enabled(enabled: bool) {
    ENABLED.store(enabled, Relaxed);
}

/// Whether tracing is installed and switched on.
#[must_use]
#[inline]
pub fn tracing_enabled() -> bool {
    ENABLED.load(Relaxed)
}

/// Sets the trace level, 0–255, of contexts made from now on: they record the stages of this level and below.
/// 0 records nothing.
pub fn set_trace_level(level: u8) {
    LEVEL.store(u16::from(level), Relaxed);
}

/// The trace level: what [`set_trace_level`] said last, else the environment's `SGLANG_TRACE_LEVEL` (read once), else 3.
#[must_use]
pub fn trace_level() -> u8 {
    match u8::try_from(LEVEL.load(Relaxed)) {
        Ok(level) => level,
        Err(_) => level_from_env(),
    }
}

#[cold]
#[inline(never)]
fn level_from_env() -> u8 {
    let level = env::var("SGLANG_TRACE_LEVEL")
        .ok()
        .and_then(|text| text.trim().parse::<i64>().ok())
        .map_or(DEFAULT_LEVEL, |level| level.clamp(0, 255) as u8);
    // A level that somebody set meanwhile stays.
    match LEVEL.compare_exchange(LEVEL_UNSET, u16::from(level), Relaxed, Relaxed) {
        Ok(_) => level,
        Err(set) => set as u8,
    }
}

/// Sets the list of modules that contexts made from now on may belong to: names separated by commas, each with an
/// optional level of its own (`request=1,mooncake=3`).
///
/// Blanks around names and empty entries are dropped. A context without a module always passes; an empty list lets no
/// named module through.
///
/// ```
/// mooncake_trace::set_trace_modules("request, mooncake=2");
/// mooncake_trace::clear_trace_modules();
/// ```
pub fn set_trace_modules(list: &str) {
    let entries = list
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(ModuleEntry::parse)
        .collect();
    *MODULES.write().unwrap_or_else(PoisonError::into_inner) = entries;
    LISTED.store(true, Relaxed);
}

/// Takes the module list away: every module is traced.
pub fn clear_trace_modules() {
    LISTED.store(false, Relaxed);
}

impl ModuleEntry {
    fn parse(entry: &str) -> Self {
        if let Some((name, level)) = entry.split_once('=')
            && let Ok(level) = level.trim().parse()
        {
            return Self {
                name: name.trim_end().to_owned(),
                level: Some(level),
            };
        }
        Self {
            name: entry.to_owned(),
            level: None,
        }
    }
}

/// The level of a new context of `module` that asks for `level` or for the process' own; 0 if it must not record.
#[cfg(feature = "enable")]
#[inline]
pub(crate) fn admit(module: &str, level: Option<u8>) -> u8 {
    if !tracing_enabled() {
        return 0;
    }
    if module.is_empty() || !LISTED.load(Relaxed) {
        return level.unwrap_or_else(trace_level);
    }
    admit_listed(module, level)
}

#[cfg(feature = "enable")]
#[inline(never)]
fn admit_listed(module: &str, level: Option<u8>) -> u8 {
    let list = MODULES.read().unwrap_or_else(PoisonError::into_inner);
    match list.iter().find(|entry| entry.name == module) {
        Some(entry) => level.or(entry.level).unwrap_or_else(trace_level),
        None => 0,
    }
}
