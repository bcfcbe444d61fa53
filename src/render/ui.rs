//! The streams of a run, and everything that goes to them.

use std::{
    io::{self, IsTerminal, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::Serialize;
use serde_json::Value;

use super::{
    ColorChoice, Failure, Header, Table, json,
    plan_text::{self, Room},
    report_text,
    style::{Styles, Surroundings},
};
use crate::{apply::Report, plan::Plan, units::RateLimit};

/// What results look like (`--output`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

/// What a plan is shown for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// It is the result.
    Plan,
    /// It is the result, told as drift: desired -> live.
    Drift,
    /// It goes before an apply.
    Prelude,
}

/// How a run talks.
#[derive(Debug, Clone, Copy, Default)]
pub struct UiOptions {
    /// What results look like.
    pub format: Format,
    /// Whether to colour.
    pub color: ColorChoice,
    /// Whether everything is shown, however long.
    pub full: bool,
    /// Whether only results and errors are told.
    pub quiet: bool,
    /// Whether nobody may be asked.
    pub no_input: bool,
}

/// The streams of a run: results on one, progress and messages on the other.
#[derive(Debug, Clone)]
pub struct Ui {
    options: UiOptions,
    out: Styles,
    err: Styles,
    width: usize,
    interactive: bool,
    err_is_terminal: bool,
    out_is_terminal: bool,
    /// Whether a result could not be written.
    failed: Arc<AtomicBool>,
    /// Where documents go that are to be parts of one.
    parts: Option<Arc<Mutex<Vec<Value>>>>,
}

/// Columns where nobody says how many there are.
const WIDTH: usize = 80;

impl Ui {
    /// The streams of this process.
    pub fn new(options: UiOptions) -> Self {
        let surroundings = Surroundings::of_process();
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let coloured = |terminal| options.color.applies(terminal, surroundings);
        let columns = console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
        Self {
            out: Styles::new(coloured(out)),
            err: Styles::new(coloured(err)),
            width: columns.filter(|_| out).unwrap_or(WIDTH).max(40),
            interactive: io::stdin().is_terminal()
                && err
                && !options.no_input
                && options.format == Format::Text,
            err_is_terminal: err && !surroundings.dumb,
            out_is_terminal: out,
            failed: Arc::default(),
            parts: None,
            options,
        }
    }

    /// The same streams, but documents are kept, for the caller to make one of them.
    #[must_use]
    pub fn keeping_documents(&self) -> Self {
        Self { parts: Some(Arc::default()), ..self.clone() }
    }

    /// The documents that were kept.
    pub fn kept_documents(&self) -> Vec<Value> {
        let parts =
            self.parts.as_ref().map(|parts| parts.lock().unwrap_or_else(PoisonError::into_inner).clone());
        parts.unwrap_or_default()
    }

    /// Whether somebody is there to be asked.
    pub fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Whether a result could not be written, other than to a reader who went away.
    pub fn has_lost_output(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Whether results are JSON.
    pub fn is_json(&self) -> bool {
        self.options.format == Format::Json
    }

    /// Whether a bar may move on the messages' stream.
    pub(super) fn may_move(&self) -> bool {
        self.err_is_terminal && !self.options.quiet && !self.is_json()
    }

    /// Whether progress is told at all.
    pub(super) fn tells_progress(&self) -> bool {
        !self.options.quiet
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn out_styles(&self) -> &Styles {
        &self.out
    }

    pub(super) fn err_styles(&self) -> &Styles {
        &self.err
    }

    /// Shows a plan: as text always, as JSON where nothing follows it.
    pub fn show_plan(&self, plan: &Plan, header: &Header, rate: RateLimit, telling: Telling) {
        if !self.is_json() {
            let drift = telling == Telling::Drift;
            let room = Room { width: self.width, full: self.options.full, drift, now: chrono::Utc::now() };
            self.write_out(&plan_text::plan(plan, header, rate, &self.out, room));
        } else if telling != Telling::Prelude {
            self.write_json(&json::plan(plan, header, rate, self.options.full));
        }
    }

    /// Shows what became of an apply.
    pub fn show_report(&self, plan: &Plan, header: &Header, rate: RateLimit, report: &Report) {
        if self.is_json() {
            let plan = json::plan(plan, header, rate, self.options.full);
            self.write_json(&json::report(plan, report));
        } else {
            self.write_out(&report_text::report(report, &self.out, self.width));
        }
    }

    /// Shows a list: a table, or its items as JSON.
    pub fn show_list(&self, table: &Table, items: Vec<Value>) {
        if self.is_json() {
            self.write_json(&json::items(items));
        } else {
            // A program that reads it, or somebody who wants it all, wants no cut cells.
            let whole = self.options.full || !self.out_is_terminal;
            let width = if whole { usize::MAX } else { self.width };
            self.write_out(&table.text(&self.out, width));
        }
    }

    /// Shows a result: text, or the document of these keys.
    pub fn show_result(&self, text: &str, keys: &impl Serialize) {
        if self.is_json() { self.write_json(&json::Document::of(keys)) } else { self.write_out(text) }
    }

    /// The stream for a result that is too long to be held.
    pub fn results(&self) -> impl Write {
        io::BufWriter::with_capacity(1 << 16, io::stdout().lock())
    }

    /// Shows one object: text, or the JSON document.
    pub fn show_object(&self, text: &str, document: &Value) {
        match document.as_object().filter(|_| self.is_json()) {
            Some(keys) => self.write_json(&json::Document::of(keys)),
            None if self.is_json() => self.write_json(document),
            None => self.write_out(text),
        }
    }

    /// Shows an error: with JSON as the document of the run, else among the messages.
    pub fn show_failure(&self, failure: &Failure) {
        if self.is_json() {
            self.write_json(&json::failure(failure));
        } else {
            write_err(&failure.text(&self.err, self.width));
        }
    }

    /// Shows the problems of a configuration, errors and warnings, as messages.
    pub fn show_diagnostics(&self, diagnostics: &[crate::config::Diagnostic]) {
        if !self.is_json() {
            write_err(&super::failure::diagnostics_text(diagnostics, &self.err, self.width));
        }
    }

    /// Whether a configuration is valid, as a document.
    pub fn show_validity(&self, valid: bool, diagnostics: &[crate::config::Diagnostic], text: &str) {
        if self.is_json() {
            self.write_json(&json::validity(valid, diagnostics));
        } else {
            self.write_out(text);
        }
    }

    /// Tells something on the way, unless quiet.
    pub fn note(&self, text: &str) {
        if !self.options.quiet {
            write_err(&format!("{}\n", super::quote::plain(text)));
        }
    }

    /// Warns of something, however quiet.
    pub fn warn(&self, text: &str) {
        let label = self.err.warning.apply_to("warning:");
        write_err(&format!("{label} {}\n", super::quote::plain(text)));
    }

    /// Writes a result as it is.
    pub fn write_out(&self, text: &str) {
        self.note_loss(write_all(&mut io::stdout().lock(), text));
    }

    /// Remembers that a result was lost. A reader that went away has heard enough.
    fn note_loss(&self, written: io::Result<()>) {
        if let Err(error) = written.inspect_err(complain)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.failed.store(true, Ordering::Relaxed);
            write_err(&format!("error: the result could not be written: {error}\n"));
        }
    }

    /// Writes a message as it is.
    pub fn write_message(&self, text: &str) {
        write_err(text);
    }

    /// Writes a document of the run.
    pub fn write_json(&self, document: &impl Serialize) {
        if let Some(parts) = &self.parts {
            let document = serde_json::to_value(document).unwrap_or_default();
            parts.lock().unwrap_or_else(PoisonError::into_inner).push(document);
            return;
        }
        let mut out = io::stdout().lock();
        let written = serde_json::to_writer_pretty(&mut out, document).map_err(io::Error::from);
        self.note_loss(written.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()));
    }
}

fn write_err(text: &str) {
    // Where messages can't be written, nobody can be told so.
    let _ = write_all(&mut io::stderr().lock(), text).inspect_err(complain);
}

fn write_all(stream: &mut impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
}

fn complain(error: &io::Error) {
    if error.kind() != io::ErrorKind::BrokenPipe {
        tracing::error!(%error, "the output could not be written");
    }
}
