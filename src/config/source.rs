//! One configuration file: its text, and where in it a byte stands.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use super::SourceFile;
use crate::resource::Place;

/// A part of a file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Site {
    /// The number of the file, in the order in which files were found.
    pub(super) file: u32,
    /// Its first byte.
    pub(super) start: u32,
    /// The byte behind its last one.
    pub(super) end: u32,
}

/// One file and its text.
#[derive(Debug)]
pub(super) struct Source {
    number: u32,
    name: Arc<str>,
    path: PathBuf,
    text: String,
    lines: OnceLock<Vec<u32>>,
}

impl Source {
    pub(super) fn new(number: u32, name: &str, path: PathBuf, text: String) -> Self {
        Self { number, name: name.into(), path, text, lines: OnceLock::new() }
    }

    /// The whole file.
    pub(super) fn to_file(&self) -> SourceFile {
        SourceFile { path: self.name.as_ref().into(), text: self.text.clone() }
    }

    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// The name that messages use.
    pub(super) fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The folder of the file: what its relative paths start from.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The text between two bytes, both moved to the nearest character border before them.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        let (start, end) =
            (self.text.floor_char_boundary(range.start), self.text.floor_char_boundary(range.end));
        self.text.get(start..end.max(start)).unwrap_or_default()
    }

    /// The place of a byte.
    pub(super) fn place(&self, byte: usize) -> Place {
        let line = self.line_number(byte);
        let column = self.slice(self.line_start(line)..byte).chars().count() + 1;
        Place { file: self.name.clone(), line: line + 1, column }
    }

    /// The bytes of the line that holds `byte`, its line break left out.
    pub(super) fn line(&self, byte: usize) -> Range<usize> {
        let line = self.line_number(byte);
        let start = self.line_start(line);
        let end = self.lines().get(line + 1).map_or(self.text.len(), |next| *next as usize);
        let kept = self.slice(start..end).trim_end_matches(['\n', '\r']).len();
        start..start + kept
    }

    fn line_number(&self, byte: usize) -> usize {
        self.lines().partition_point(|start| *start as usize <= byte).saturating_sub(1)
    }

    fn line_start(&self, line: usize) -> usize {
        self.lines().get(line).map_or(self.text.len(), |start| *start as usize)
    }

    /// Where each line starts: built once, and only when somebody asks for a place.
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.filter_map(|(at, _)| u32::try_from(at + 1).ok())).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new(0, "a.yaml", PathBuf::from("/x/a.yaml"), text.to_owned())
    }

    #[test]
    fn a_column_counts_characters_not_bytes() {
        let source = source("a: 1\nü: é\n");
        let place = source.place(source.text().find('é').unwrap());
        assert_eq!(place.to_string(), "a.yaml:2:4");
        assert_eq!(source.slice(source.line(7)), "ü: é");
    }

    #[test]
    fn a_byte_inside_a_character_or_behind_the_end_has_a_place() {
        let source = source("¡\u{7f}");
        for byte in 0..9 {
            assert_eq!(source.place(byte).line, 1);
            assert_eq!(source.line(byte), 0..3);
        }
    }

    #[test]
    fn a_line_ends_before_its_line_break() {
        let source = source("a\r\nb\r\n\r\nc");
        let lines: Vec<_> = [0, 3, 6, 8].map(|byte| source.slice(source.line(byte)).to_owned()).into();
        assert_eq!(lines, ["a", "b", "", "c"]);
    }
}
