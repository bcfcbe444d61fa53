//! A text as lines: where each starts and ends, and lines that come behind another.

use std::ops::Range;

use super::splice::Splice;

/// The text of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'a> {
    text: &'a str,
    line_break: &'static str,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, line_break: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    /// Lines behind the one that holds the byte before `end`.
    pub(super) fn behind(&self, end: usize, lines: &[String]) -> Splice {
        let at = self.line_end(end);
        let text = lines.iter().fold(String::new(), |text, line| text + self.line_break + line);
        Splice { range: at..at, text }
    }

    pub(super) fn slice(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    pub(super) fn line_start(&self, byte: usize) -> usize {
        self.slice(&(0..byte)).rfind('\n').map_or(0, |at| at + 1)
    }

    /// The end of the line, its line break left out.
    pub(super) fn line_end(&self, byte: usize) -> usize {
        let rest = self.text.get(byte..).unwrap_or_default();
        let line = rest.find('\n').map_or(rest, |at| rest.get(..at).unwrap_or_default());
        byte + line.trim_end_matches('\r').len()
    }

    pub(super) fn behind_line(&self, byte: usize) -> usize {
        let rest = self.text.get(byte..).unwrap_or_default();
        rest.find('\n').map_or(self.text.len(), |at| byte + at + 1)
    }

    /// The column of a byte, from 0, in characters.
    pub(super) fn column(&self, byte: usize) -> usize {
        let line = self.slice(&(self.line_start(byte)..byte));
        line.trim_start_matches('\u{feff}').chars().count()
    }
}
