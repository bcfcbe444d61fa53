//! Problems as they are found → diagnostics in order, with lines, secrets masked.

use std::ops::Range;

use super::{
    diagnostic::{Diagnostic, Related, Severity, Snippet},
    source::{Site, Source},
};
use crate::resource::MASK;

/// More than this nobody reads; a broken file of 64 MiB must not fill the memory with complaints.
const MOST: usize = 10_000;
/// A line is shown with this many bytes before and behind the part that is meant.
const CONTEXT: usize = 120;

/// One problem, not yet tied to lines.
#[derive(Debug)]
pub(super) struct Problem {
    severity: Severity,
    code: &'static str,
    message: String,
    site: Option<Site>,
    hint: Option<String>,
    related: Vec<(Site, String)>,
    /// Whether the message repeats the value, in its only quotation marks.
    repeats_value: bool,
}

impl Problem {
    pub(super) fn error(code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let (severity, related) = (Severity::Error, Vec::new());
        Self { severity, code, message, site: None, hint: None, related, repeats_value: false }
    }

    pub(super) fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    pub(super) fn at(mut self, site: impl Into<Site>) -> Self {
        self.site = Some(site.into());
        self
    }

    /// Says that the message repeats the value, and nothing else in quotation marks: it is masked where its place is.
    pub(super) fn repeating(mut self) -> Self {
        self.repeats_value = true;
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = self.hint.or(hint);
        self
    }

    pub(super) fn related(mut self, site: impl Into<Site>, message: impl Into<String>) -> Self {
        self.related.push((site.into(), message.into()));
        self
    }
}

/// All problems of a run.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
    errors: usize,
    dropped: usize,
}

impl Problems {
    pub(super) fn report(&mut self, problem: Problem) {
        self.errors += usize::from(problem.severity == Severity::Error);
        if self.found.len() < MOST {
            self.found.push(problem);
        } else {
            self.dropped += 1;
        }
    }

    pub(super) fn extend(&mut self, other: Problems) {
        self.dropped += other.dropped;
        self.errors += other.errors;
        let room = MOST.saturating_sub(self.found.len());
        self.dropped += other.found.len().saturating_sub(room);
        self.found.extend(other.found.into_iter().take(room));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The diagnostics by file and line. `hidden` are the parts of the sources that hold secrets.
    pub(super) fn finish(mut self, sources: &[&Source], hidden: &[Site]) -> Vec<Diagnostic> {
        self.found.sort_by_key(|problem| (problem.site.is_none(), problem.site));
        let hidden = &disjoint(hidden);
        let shown = Shown { sources, hidden };
        let mut diagnostics: Vec<_> =
            self.found.into_iter().map(|problem| shown.diagnostic(problem)).collect();
        // Two layers of one tenant may complain about one and the same value.
        diagnostics.dedup();
        if self.dropped > 0 {
            let message = format!("{} more problems are not shown", self.dropped);
            let severity = if self.errors > 0 { Severity::Error } else { Severity::Warning };
            let problem = Problem { severity, ..Problem::error("too_many_problems", message) };
            diagnostics.push(shown.diagnostic(problem));
        }
        diagnostics
    }
}

/// Sorted, and without those that lie inside others.
fn disjoint(sites: &[Site]) -> Vec<Site> {
    let mut sorted = sites.to_vec();
    sorted.sort();
    let mut disjoint: Vec<Site> = Vec::new();
    for site in sorted {
        match disjoint.last_mut() {
            Some(last) if last.file == site.file && site.start < last.end => {
                last.end = last.end.max(site.end);
            }
            _ => disjoint.push(site),
        }
    }
    disjoint
}

struct Shown<'a> {
    sources: &'a [&'a Source],
    hidden: &'a [Site],
}

impl Shown<'_> {
    fn diagnostic(&self, problem: Problem) -> Diagnostic {
        let Problem { severity, code, message, site, hint, related, repeats_value } = problem;
        let is_secret = repeats_value && site.is_some_and(|site| self.hides(site));
        let message = if is_secret { without_quoted(&message) } else { message };
        let source = site.and_then(|site| Some((self.source(site)?, site)));
        Diagnostic {
            severity,
            code,
            message: clean(&message),
            place: source.map(|(source, site)| source.place(site.start as usize)),
            snippet: source.map(|(source, site)| self.snippet(source, site)),
            hint: hint.map(|hint| clean(&hint)),
            related: related.into_iter().filter_map(|(site, message)| self.related(site, &message)).collect(),
        }
    }

    fn related(&self, site: Site, message: &str) -> Option<Related> {
        let source = self.source(site)?;
        let place = source.place(site.start as usize);
        Some(Related { place, snippet: self.snippet(source, site), message: clean(message) })
    }

    fn hides(&self, site: Site) -> bool {
        self.hidden.iter().any(|it| it.file == site.file && it.start <= site.start && site.end <= it.end)
    }

    fn source(&self, site: Site) -> Option<&Source> {
        self.sources.iter().copied().find(|source| source.number() == site.file)
    }

    fn snippet(&self, source: &Source, site: Site) -> Snippet {
        let line = source.line(site.start as usize);
        let meant = (site.start as usize).clamp(line.start, line.end)
            ..(site.end as usize).clamp(line.start, line.end);
        let meant = meant.start..meant.end.max(meant.start).min(meant.start + CONTEXT);
        let window = line.start.max(meant.start.saturating_sub(CONTEXT))..line.end.min(meant.end + CONTEXT);
        let window = if line.len() <= 2 * CONTEXT { line } else { window };
        let mut cut = Cut::default();
        for part in [window.start..meant.start, meant.clone(), meant.end..window.end] {
            cut.push(&self.masked(source, part, site.file));
        }
        let [start, end, _] = cut.ends;
        Snippet { line: cut.line, range: start..end }
    }

    /// The text of a part, with what is hidden replaced. The mask tells nothing of the length.
    fn masked(&self, source: &Source, part: Range<usize>, file: u32) -> String {
        let mut text = String::new();
        let mut at = part.start;
        let before = |site: &Site| site.file < file || (site.file == file && (site.end as usize) <= at);
        let first = self.hidden.partition_point(before);
        for secret in self.hidden.iter().skip(first).filter(|site| site.file == file) {
            let (start, end) = (secret.start as usize, secret.end as usize);
            if start >= part.end {
                break;
            }
            text.push_str(source.slice(at..start.max(at)));
            text.push_str("(masked)");
            at = end.min(part.end);
        }
        text.push_str(source.slice(at..part.end.max(at)));
        mask_keys(&text)
    }
}

#[derive(Default)]
struct Cut {
    line: String,
    ends: [usize; 3],
    parts: usize,
}

impl Cut {
    fn push(&mut self, text: &str) {
        self.line.push_str(&without_control(text));
        if let Some(end) = self.ends.get_mut(self.parts) {
            *end = self.line.len();
        }
        self.parts += 1;
    }
}

/// A message whose only quoted words are masked.
fn without_quoted(message: &str) -> String {
    match (message.find('\''), message.rfind('\'')) {
        (Some(start), Some(end)) if start < end => {
            let (before, rest) = message.split_at(start);
            let behind = rest.get(end - start + 1..).unwrap_or_default();
            format!("{before}{MASK}{behind}")
        }
        _ => message.to_owned(),
    }
}

/// A message without keys and without what would move a terminal.
fn clean(message: &str) -> String {
    without_control(&mask_keys(message))
}

/// A control character in a file must not reach the reader's terminal.
fn without_control(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

/// Masks whatever looks like a management key, wherever it stands: `K` and 27 or more letters and digits.
fn mask_keys(text: &str) -> String {
    const LEAST: usize = 28;
    let words = text.split_inclusive(|sign: char| !sign.is_ascii_alphanumeric());
    words
        .map(|word| {
            let key = word.trim_end_matches(|sign: char| !sign.is_ascii_alphanumeric());
            if key.starts_with('K') && key.len() >= LEAST {
                word.replacen(key, "(masked)", 1)
            } else {
                word.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn site(start: u32, end: u32) -> Site {
        Site { file: 0, start, end }
    }

    fn finish(text: &str, problems: Vec<Problem>, hidden: &[Site]) -> Vec<Diagnostic> {
        let source = Source::new(0, "a.yaml", PathBuf::from("a.yaml"), text.to_owned());
        let mut all = Problems::default();
        for problem in problems {
            all.report(problem);
        }
        all.finish(&[&source], hidden)
    }

    #[test]
    fn problems_come_in_the_order_of_the_file_and_those_without_a_place_last() {
        let problems = vec![
            Problem::warning("c", "nowhere"),
            Problem::error("b", "second").at(site(5, 6)),
            Problem::error("a", "first").at(site(0, 1)),
        ];
        let found = finish("a: 1\nb: 2\n", problems, &[]);
        let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["a.yaml:1:1: error: first", "a.yaml:2:1: error: second", "warning: nowhere"]);
    }

    #[test]
    fn a_snippet_marks_the_part_that_is_meant() {
        let found = finish("a: ü\nb: 2\n", vec![Problem::error("a", "x").at(site(3, 5))], &[]);
        let snippet = found[0].snippet.clone().unwrap();
        assert_eq!((snippet.line.as_str(), &snippet.line[snippet.range.clone()]), ("a: ü", "ü"));
    }

    #[test]
    fn a_part_over_several_lines_is_marked_on_its_first() {
        let found = finish("a: [1,\n 2]\n", vec![Problem::error("a", "x").at(site(3, 10))], &[]);
        let snippet = found[0].snippet.clone().unwrap();
        assert_eq!(&snippet.line[snippet.range], "[1,");
    }

    #[test]
    fn what_is_hidden_is_masked_whoever_complains_about_the_line() {
        let text = "x: { management_key: hunter2, y: 1 }";
        let found = finish(text, vec![Problem::error("a", "x").at(site(30, 31))], &[site(21, 28)]);
        let snippet = found[0].snippet.clone().unwrap();
        assert_eq!(snippet.line, "x: { management_key: (masked), y: 1 }");
        assert_eq!(&snippet.line[snippet.range], "y");
    }

    #[test]
    fn what_looks_like_a_management_key_is_masked_anywhere() {
        let key = format!("K{}", "a1".repeat(20));
        let text = format!("managment_key: \"{key}\" # {key}");
        let found = finish(&text, vec![Problem::error("a", "x").at(site(0, 13))], &[]);
        assert_eq!(found[0].snippet.clone().unwrap().line, "managment_key: \"(masked)\" # (masked)");
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_part() {
        let text = format!("{}X{}", "a".repeat(1_000_000), "b".repeat(1_000_000));
        let found = finish(&text, vec![Problem::error("a", "x").at(site(1_000_000, 1_000_001))], &[]);
        let snippet = found[0].snippet.clone().unwrap();
        assert_eq!(snippet.line.len(), 2 * CONTEXT + 1);
        assert_eq!(&snippet.line[snippet.range], "X");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let problem = Problem::error("a", "key '\u{1b}[2J'").at(site(0, 1));
        let found = finish("a: \u{1b}[31m", vec![problem], &[]);
        assert_eq!(found[0].message, "key ' [2J'");
        assert_eq!(found[0].snippet.clone().unwrap().line, "a:  [31m");
    }

    #[test]
    fn beyond_ten_thousand_problems_are_counted_only() {
        let problems = (0..=MOST).map(|number| Problem::error("a", number.to_string())).collect();
        let found = finish("", problems, &[]);
        assert_eq!(found.len(), MOST + 1);
        assert_eq!(found.last().unwrap().message, "1 more problems are not shown");
    }
}
