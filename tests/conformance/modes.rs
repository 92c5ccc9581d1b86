//! The ways in which every vector is replayed. All must leave the same spans.

/// How ops on slices are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Start and end calls that are told the time.
    Stamped,
    /// Calls that read the clock, where the op happens at the time of its call.
    Clocked,
    /// Guards, as far as the script lets slices end by their own.
    Guarded,
}

/// How a traced function is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    /// A guard by hand that is told of the failure.
    Guard,
    /// A guard by hand; failing is a panic.
    GuardPanic,
    /// The attribute on a function that returns a `Result`.
    Checked,
    /// The attribute on a function that panics.
    Panicking,
    /// The attribute on an `async fn` that returns a `Result`.
    Async,
    /// The attribute on a function that returns `impl Future`, which panics.
    Future,
    /// The attribute on a function that returns a boxed future of a `Result`.
    Boxed,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode {
    pub(crate) name: &'static str,
    pub(crate) style: Style,
    pub(crate) function: Function,
}

impl Mode {
    const fn new(name: &'static str, style: Style, function: Function) -> Self {
        Self {
            name,
            style,
            function,
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        MODES.iter().copied().find(|mode| mode.name == name)
    }

    /// Whether functions carry the attribute.
    pub(crate) fn is_annotated(self) -> bool {
        !matches!(self.function, Function::Guard | Function::GuardPanic)
    }
}

pub(crate) const MODES: [Mode; 8] = [
    Mode::new("calls", Style::Stamped, Function::Guard),
    Mode::new("clock", Style::Clocked, Function::GuardPanic),
    Mode::new("guards", Style::Guarded, Function::Guard),
    Mode::new("attribute", Style::Clocked, Function::Checked),
    Mode::new("attribute-panic", Style::Guarded, Function::Panicking),
    Mode::new("attribute-async", Style::Clocked, Function::Async),
    Mode::new("attribute-future", Style::Guarded, Function::Future),
    Mode::new("attribute-boxed", Style::Stamped, Function::Boxed),
];
