//! A streaming JSON writer: one `Vec<u8>`, no tree, output in the order of the calls.
//!
//! Invariant: whoever opens an object or array closes it; commas are the writer's business.

use std::io::Write as _;

/// Writes JSON into a buffer.
#[derive(Debug, Default)]
pub(crate) struct JsonWriter {
    out: Vec<u8>,
    /// Whether the next member needs a comma in front.
    comma: bool,
}

impl JsonWriter {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.out
    }

    /// Forgets what is written; keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.out.clear();
        self.comma = false;
    }

    /// A line break between documents.
    pub(crate) fn newline(&mut self) {
        self.out.push(b'\n');
        self.comma = false;
    }

    /// A line break between the items of a container.
    pub(crate) fn break_line(&mut self) {
        self.separate();
        self.out.push(b'\n');
        self.comma = false;
    }

    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.container(b'{', b'}', members);
    }

    pub(crate) fn array<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut item: impl FnMut(&mut Self, T),
    ) {
        self.container(b'[', b']', |w| {
            for i in items {
                item(w, i);
            }
        });
    }

    pub(crate) fn container(&mut self, open: u8, close: u8, content: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(open);
        self.comma = false;
        content(self);
        self.out.push(close);
        self.comma = true;
    }

    /// A member's name; its value follows.
    pub(crate) fn key(&mut self, key: &str) -> &mut Self {
        self.string(key);
        self.out.push(b':');
        self.comma = false;
        self
    }

    pub(crate) fn string(&mut self, s: &str) {
        self.separate();
        self.out.push(b'"');
        let mut plain = 0;
        for (i, b) in s.bytes().enumerate() {
            let short = match b {
                b'"' | b'\\' => b,
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                0..0x20 => 0,
                _ => continue,
            };
            self.out.extend_from_slice(&s.as_bytes()[plain..i]);
            plain = i + 1;
            if short == 0 {
                self.print(format_args!("\\u{b:04x}"));
            } else {
                self.out.extend_from_slice(&[b'\\', short]);
            }
        }
        self.out.extend_from_slice(&s.as_bytes()[plain..]);
        self.out.push(b'"');
        self.comma = true;
    }

    pub(crate) fn bool(&mut self, v: bool) {
        self.raw(format_args!("{v}"));
    }

    pub(crate) fn int(&mut self, v: impl Into<i128>) {
        self.raw(format_args!("{}", v.into()));
    }

    /// An integer in quotes, as OTLP writes those of 64 bits.
    pub(crate) fn int_string(&mut self, v: impl Into<i128>) {
        self.raw(format_args!("\"{}\"", v.into()));
    }

    /// A double that reads back exactly; what JSON has no number for becomes the name protobuf gives it.
    pub(crate) fn double(&mut self, v: f64) {
        if v.is_nan() {
            self.string("NaN");
        } else if v.is_infinite() {
            self.string(if v > 0.0 { "Infinity" } else { "-Infinity" });
        } else {
            self.raw(format_args!("{v:?}"));
        }
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, text: std::fmt::Arguments<'_>) {
        self.separate();
        self.print(text);
        self.comma = true;
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
    }

    fn print(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a Vec cannot fail.
        let _ = self.out.write_fmt(text);
    }
}
