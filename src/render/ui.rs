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
    ColorChoice,
    github::Actions,
    jsonl,
    pager::Pager,
    style::{Styles, Surroundings},
};

/// What results look like (`--output`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
    /// One Markdown document, for a pull request.
    Markdown,
    /// JSON lines: one event a line, as it happens.
    Jsonl,
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
    pub(super) options: UiOptions,
    pub(super) out: Styles,
    pub(super) err: Styles,
    pub(super) actions: Actions,
    width: usize,
    interactive: bool,
    err_is_terminal: bool,
    pub(super) out_is_terminal: bool,
    pager: Option<Pager>,
    /// Whether a result could not be written.
    failed: Arc<AtomicBool>,
    /// Where documents go that are to be parts of one.
    parts: Option<Arc<Mutex<Vec<Value>>>>,
    /// The words of the command, which head its Markdown.
    title: String,
    /// How many pages of Markdown share the length of one.
    pub(super) share: usize,
    /// The environment that every line belongs to, where a run is about several.
    environment: Option<String>,
}

/// Columns where nobody says how many there are.
pub(super) const WIDTH: usize = 80;

impl Ui {
    /// The streams of this process.
    pub fn new(options: UiOptions) -> Self {
        let surroundings = Surroundings::of_process();
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let coloured = |terminal| options.color.applies(terminal, surroundings);
        let interactive =
            io::stdin().is_terminal() && err && !options.no_input && options.format == Format::Text;
        let columns = console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
        Self {
            out: Styles::new(coloured(out)),
            err: Styles::new(coloured(err)),
            width: columns.filter(|_| out).unwrap_or(WIDTH).max(40),
            interactive,
            pager: Pager::of_process().filter(|_| interactive && out && !surroundings.dumb),
            actions: Actions::of_process(),
            err_is_terminal: err && !surroundings.dumb,
            out_is_terminal: out,
            failed: Arc::default(),
            parts: None,
            title: "result".to_owned(),
            share: 1,
            environment: None,
            options,
        }
    }

    /// The same streams, for the command of these words.
    #[must_use]
    pub fn entitled(self, words: String) -> Self {
        Self { title: words, ..self }
    }

    /// The environment that it is about, where a run is about several.
    pub(super) fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// The words of the command.
    pub(super) fn title(&self) -> &str {
        &self.title
    }

    /// The same streams, but so many documents are kept, for the caller to make one of them.
    #[must_use]
    pub fn keeping_documents(&self, count: usize) -> Self {
        Self { parts: Some(Arc::default()), share: count.max(1), ..self.clone() }
    }

    /// The same streams for one environment of several: every line names it.
    #[must_use]
    pub fn of_environment(&self, name: &str) -> Self {
        Self { environment: Some(name.to_owned()), ..self.clone() }
    }

    /// Whether documents are to be parts of one.
    pub(super) fn is_keeping(&self) -> bool {
        self.parts.is_some()
    }

    /// Keeps a document that is to be a part of one, if that is how it is, and says whether it did.
    pub(super) fn keep(&self, document: &impl Serialize) -> bool {
        let Some(parts) = &self.parts else { return false };
        let document = serde_json::to_value(document).unwrap_or_default();
        parts.lock().unwrap_or_else(PoisonError::into_inner).push(document);
        true
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

    /// Whether results are JSON, as one document or in lines.
    pub fn is_json(&self) -> bool {
        matches!(self.options.format, Format::Json | Format::Jsonl)
    }

    /// Whether results are for people, and nothing else.
    pub fn is_text(&self) -> bool {
        self.format() == Format::Text
    }

    /// What results look like.
    pub(super) fn format(&self) -> Format {
        self.options.format
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

    /// Tells something on the way, unless quiet.
    pub fn note(&self, text: &str) {
        if !self.options.quiet {
            write_err(&self.message(text));
        }
    }

    /// Warns of something, however quiet.
    pub fn warn(&self, text: &str) {
        const LABEL: &str = "warning:";
        let label = self.err.warning.apply_to(LABEL).to_string();
        write_err(&self.message(&format!("{LABEL} {text}")).replacen(LABEL, &label, 1));
    }

    /// A message as lines; a terminal would break it in the middle of a word.
    fn message(&self, text: &str) -> String {
        let text = super::quote::plain(text);
        if !self.err_is_terminal {
            return format!("{text}\n");
        }
        super::plan_text::wrap(&text, self.width, "").join("\n") + "\n"
    }

    /// The stream for a result that is too long to be held.
    pub fn results(&self) -> impl Write {
        io::BufWriter::with_capacity(1 << 16, io::stdout().lock())
    }

    /// Writes a result as it is.
    pub fn write_out(&self, text: &str) {
        self.note_loss(write_all(&mut io::stdout().lock(), text));
    }

    /// Writes a result that may be longer than the screen, which a pager then shows.
    pub(super) fn write_long(&self, text: &str) {
        let paged = self.pager.as_ref().is_some_and(|pager| pager.show(text));
        if !paged {
            self.write_out(text);
        }
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

    /// Writes a document of the run; of JSON lines, it is the last one.
    pub fn write_json(&self, document: &impl Serialize) {
        if self.keep(document) {
            return;
        }
        if self.format() == Format::Jsonl {
            let keys = serde_json::to_value(document).unwrap_or_default();
            return self.write_line(&jsonl::line("result", keys));
        }
        // Not a system call for each line.
        let mut out = self.results();
        let written = serde_json::to_writer_pretty(&mut out, document).map_err(io::Error::from);
        self.note_loss(written.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()));
    }

    /// Writes a JSON line, with the environment that it belongs to where there are several.
    pub(super) fn write_line(&self, line: &Value) {
        match (&self.environment, line) {
            (Some(name), Value::Object(keys)) => {
                let mut keys = keys.clone();
                keys.insert("environment".to_owned(), Value::from(name.as_str()));
                self.write_out(&format!("{}\n", Value::Object(keys)));
            }
            _ => self.write_out(&format!("{line}\n")),
        }
    }
}

pub(super) fn write_err(text: &str) {
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
