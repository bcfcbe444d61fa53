//! The one printer of errors: what failed, why, what to do; and problems of a configuration at their places.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::{
    plan_text::wrap,
    quote::{is_harmless, plain},
    style::Styles,
    told::plural,
};
use crate::{
    config::{Diagnostic, Related, Severity},
    plan::Problem,
};

/// Problems that are shown; the rest is counted.
const SHOWN: usize = 100;

/// An error as it is told, in text and in JSON.
#[derive(Debug, Clone, Default)]
pub struct Failure {
    /// A stable word for it.
    pub(super) code: String,
    /// What failed.
    pub(super) message: String,
    /// What to do next.
    pub(super) hint: Option<String>,
    /// Why.
    pub(super) causes: Vec<String>,
    /// Where the configuration is wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// An error with these words.
    pub fn new(code: &str, message: &str, hint: Option<&str>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.to_owned(),
            hint: hint.map(str::to_owned),
            ..Self::default()
        }
    }

    /// The same with its causes.
    #[must_use]
    pub fn with_causes(mut self, causes: impl IntoIterator<Item = String>) -> Self {
        self.causes.extend(causes);
        self
    }

    /// The same with what caused `error`.
    #[must_use]
    pub fn with_source(self, error: &dyn std::error::Error) -> Self {
        let mut causes = Vec::new();
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        self.with_causes(causes)
    }

    /// The same with the problems of a configuration.
    #[must_use]
    pub fn with_diagnostics(mut self, diagnostics: &[Diagnostic]) -> Self {
        self.diagnostics.extend_from_slice(diagnostics);
        self
    }

    /// The same with what stands in the way of a plan.
    #[must_use]
    pub fn with_problems(mut self, problems: &[Problem]) -> Self {
        self.diagnostics.extend(problems.iter().map(|problem| Diagnostic {
            severity: Severity::Error,
            code: problem.code,
            message: problem.message.clone(),
            place: problem.place.clone(),
            snippet: None,
            hint: Some(problem.hint.clone()),
            related: Vec::new(),
        }));
        self
    }

    pub(super) fn text(&self, styles: &Styles, width: usize) -> String {
        let mut out = diagnostics_text(&self.diagnostics, styles, width);
        out += &format!("{} {}\n", styles.error.apply_to("error:"), plain(&self.message));
        for cause in &self.causes {
            out += &format!("caused by: {}\n", plain(cause));
        }
        if let Some(hint) = &self.hint {
            out += &hint_text(hint, styles, width, "");
        }
        out
    }
}

fn hint_text(hint: &str, styles: &Styles, width: usize, indent: &str) -> String {
    let lines = wrap(&plain(hint), width, "      ");
    let text = lines.join("\n");
    format!("{indent}{} {}\n", styles.hint.apply_to("hint:"), text.trim_start())
}

/// Problems of a configuration, each with its place, its line and a caret.
pub(super) fn diagnostics_text(diagnostics: &[Diagnostic], styles: &Styles, width: usize) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(SHOWN) {
        out += &one_text(diagnostic, styles, width);
        out.push('\n');
    }
    let more = diagnostics.len().saturating_sub(SHOWN);
    if more > 0 {
        out += &format!("… {more} more problem{}\n\n", plural(more));
    }
    out
}

fn one_text(diagnostic: &Diagnostic, styles: &Styles, width: usize) -> String {
    let mut out = match (&diagnostic.place, &diagnostic.snippet) {
        (Some(place), Some(source)) => {
            let level = match diagnostic.severity {
                Severity::Error => Level::ERROR,
                Severity::Warning => Level::WARNING,
            };
            let message = plain(&diagnostic.message);
            let line = plain_line(&source.line);
            let snippet = Snippet::source(line.as_str())
                .line_start(place.line)
                .path(place.file.as_ref())
                .annotation(AnnotationKind::Primary.span(source.range.clone()));
            let report: &[Group<'_>] = &[level.primary_title(message.as_str()).element(snippet)];
            let coloured = styles.error.apply_to("x").to_string() != "x";
            let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
            format!("{}\n", renderer.term_width(width).render(report))
        }
        (place, _) => {
            let place = place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            let (style, word) = match diagnostic.severity {
                Severity::Error => (&styles.error, "error:"),
                Severity::Warning => (&styles.warning, "warning:"),
            };
            format!("{} {place}{}\n", style.apply_to(word), plain(&diagnostic.message))
        }
    };
    for Related { place, message, .. } in &diagnostic.related {
        out += &format!("  note: {place}: {}\n", plain(message));
    }
    if let Some(hint) = &diagnostic.hint {
        out += &hint_text(hint, styles, width, "  ");
    }
    out
}

/// A source line without what a terminal would obey, each sign of it as many bytes long as before.
fn plain_line(line: &str) -> String {
    let stand_in = |sign: char| match sign.len_utf8() {
        1 => '?',
        2 => '¿',
        _ => '\u{fffd}',
    };
    line.chars().map(|sign| if sign == '\t' || is_harmless(sign) { sign } else { stand_in(sign) }).collect()
}

/// A problem as JSON.
pub(super) fn diagnostic(diagnostic: &Diagnostic) -> Value {
    let place = diagnostic.place.as_ref();
    json!({
        "severity": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "code": diagnostic.code,
        "message": diagnostic.message,
        "file": place.map(|it| it.file.as_ref()),
        "line": place.map(|it| it.line),
        "column": place.map(|it| it.column),
        "hint": diagnostic.hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Place;

    #[test]
    fn a_line_of_a_file_is_shown_at_its_place_and_cannot_repaint_the_screen() {
        let line = "nme: a\u{1b}b\u{9b}c\u{2028}d\u{202e}e\u{feff}";
        let problem = Diagnostic {
            severity: Severity::Error,
            code: "unknown_key",
            message: "unknown key".to_owned(),
            place: Some(Place { file: "a.yaml".into(), line: 3, column: 1 }),
            snippet: Some(crate::config::Snippet {
                line: line.to_owned(),
                range: line.len() - 3..line.len(),
            }),
            hint: None,
            related: Vec::new(),
        };
        let text = diagnostics_text(&[problem], &Styles::new(false), 80);
        assert!(text.contains("nme: a?b¿c"), "{text}");
        assert!(text.chars().all(|sign| sign == '\n' || is_harmless(sign)), "{text:?}");
    }
}
