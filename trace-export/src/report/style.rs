//! How to draw: width and colour.

/// Width and colours of the output.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to use ANSI colours.
    pub color: bool,
}

impl Style {
    /// No colours, for files and tests.
    pub fn plain(width: usize) -> Self {
        Self {
            width,
            color: false,
        }
    }

    pub(super) fn heading(&self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn error(&self, text: &str) -> String {
        self.paint("31", text)
    }

    pub(super) fn faint(&self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(super) fn bar(&self, text: &str) -> String {
        self.paint("36", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color && !text.trim().is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
