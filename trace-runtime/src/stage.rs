//! Stages: what a slice is called, which module it belongs to and from which level on it is recorded.
//!
//! A [`Stage`] is plain constant data, so that a reference to a stage constant is `&'static` and a slice
//! can carry it as one word. Whatever changes at run time (latency metrics, registration) is kept elsewhere.

/// One stage of a request: the name, module and level of the slices that are recorded for it.
///
/// Stages are compared by content. They are usually made with [`define_stages!`](crate::define_stages).
///
/// ```
/// use mooncake_trace::Stage;
/// static WRITE: Stage = Stage::new("mooncake", "rdma_write", 2);
/// assert_eq!((WRITE.module(), WRITE.name(), WRITE.level()), ("mooncake", "rdma_write", 2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stage {
    module: &'static str,
    name: &'static str,
    level: u8,
    metrics: bool,
}

impl Stage {
    /// A stage called `name` of `module`, recorded by contexts whose level is at least `level`.
    ///
    /// Level 0 is recorded by every enabled context.
    #[must_use]
    pub const fn new(module: &'static str, name: &'static str, level: u8) -> Self {
        Self {
            module,
            name,
            level,
            metrics: false,
        }
    }

    /// The same stage, with its latency observed as a metric too.
    #[must_use]
    pub const fn with_metrics(self) -> Self {
        Self {
            metrics: true,
            ..self
        }
    }

    /// The module that the stage belongs to, e.g. `mooncake`.
    #[must_use]
    pub const fn module(&self) -> &'static str {
        self.module
    }

    /// The name of its slices.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The trace level from which on it is recorded, 0–255.
    #[must_use]
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// Whether its latency is observed as a metric.
    #[must_use]
    pub const fn metrics(&self) -> bool {
        self.metrics
    }
}

/// A table of stages as [`define_stages!`](crate::define_stages) registers it at link time.
#[derive(Clone, Copy, Debug)]
pub struct StageTable {
    /// The table's type name, e.g. `MooncakeRequestStage`.
    pub name: &'static str,
    /// The module of all its stages.
    pub module: &'static str,
    /// The stages in the order of their declaration.
    pub stages: &'static [Stage],
}

#[cfg(feature = "enable")]
inventory::collect!(StageTable);

/// Every stage table that is linked into this process, in no particular order.
///
/// Empty in a build without the feature `enable`.
pub fn stage_tables() -> impl Iterator<Item = &'static StageTable> {
    #[cfg(feature = "enable")]
    return inventory::iter::<StageTable>.into_iter();
    #[cfg(not(feature = "enable"))]
    return std::iter::empty();
}

/// The names of all modules that have a stage table in this process, sorted, each once.
///
/// ```
/// assert!(mooncake_trace::modules().contains(&"mooncake"));
/// ```
#[must_use]
pub fn modules() -> Vec<&'static str> {
    let mut names: Vec<_> = stage_tables().map(|table| table.module).collect();
    names.sort_unstable();
    names.dedup();
    names
}
