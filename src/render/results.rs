//! Every result in the format that was asked for.

use chrono::Utc;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Failure, Format, Header, Properties, Table, Telling, Ui,
    json::{self as document, Document},
    jsonl, markdown,
    plan_text::{self, Room},
    properties,
    quote::plain,
    report_text,
    style::Styles,
    ui::{WIDTH, write_err},
};
use crate::{
    api::Notice,
    apply::{Event, Report},
    config::Diagnostic,
    plan::Plan,
    units::RateLimit,
};

/// All of a plan as the text that a terminal without colours shows.
pub fn plan_as_text(plan: &Plan, header: &Header, rate: RateLimit) -> String {
    let room = Room { width: WIDTH, full: true, drift: false, now: Utc::now() };
    plan_text::plan(plan, header, rate, &Styles::new(false), room)
}

/// A plan as its JSON document.
pub fn plan_as_json(plan: &Plan, header: &Header, rate: RateLimit) -> Value {
    document::plan(plan, header, rate, false)
}

impl Ui {
    /// Shows a plan: as text and in lines always, as a document where nothing follows it.
    pub fn show_plan(&self, plan: &Plan, header: &Header, rate: RateLimit, telling: Telling) {
        let (drift, last) = (telling == Telling::Drift, telling != Telling::Prelude);
        match self.format() {
            Format::Text if last => self.write_long(&self.plan_text(plan, header, rate, telling)),
            Format::Text => self.write_out(&self.plan_text(plan, header, rate, telling)),
            Format::Markdown if last => {
                self.write_out(&markdown::plan(plan, header, rate, drift, self.share));
                if self.is_keeping() {
                    self.keep(&document::plan(plan, header, rate, false));
                }
            }
            Format::Json if last => self.write_json(&document::plan(plan, header, rate, self.options.full)),
            Format::Jsonl => self.plan_lines(plan, header, rate, last),
            Format::Markdown | Format::Json => {}
        }
        if last {
            self.summarize(|| markdown::plan(plan, header, rate, drift, 1));
        }
    }

    /// A plan as text, as a person may read it.
    pub fn plan_text(&self, plan: &Plan, header: &Header, rate: RateLimit, telling: Telling) -> String {
        let drift = telling == Telling::Drift;
        let room = Room { width: self.width(), full: self.options.full, drift, now: Utc::now() };
        plan_text::plan(plan, header, rate, &self.out, room)
    }

    fn plan_lines(&self, plan: &Plan, header: &Header, rate: RateLimit, last: bool) {
        let document = document::plan(plan, header, rate, self.options.full);
        let summary = last.then(|| jsonl::plan_summary(&document));
        self.keep(&document);
        self.write_line(&jsonl::line("plan", document));
        if let Some(line) = &summary {
            self.write_line(line);
        }
    }

    /// Shows what became of an apply; as text only where there was something to do.
    pub fn show_report(&self, plan: &Plan, header: &Header, rate: RateLimit, report: &Report) {
        match self.format() {
            Format::Text if plan.is_empty() => {}
            Format::Text => self.write_out(&report_text::report(report, &self.out, self.width())),
            Format::Markdown => self.write_out(&markdown::report(plan, header, rate, report)),
            Format::Jsonl => self.write_line(&jsonl::line("summary", document::result(report))),
            Format::Json => {
                let plan = document::plan(plan, header, rate, self.options.full);
                self.write_json(&document::report(plan, report));
            }
        }
        self.summarize(|| markdown::report(plan, header, rate, report));
    }

    /// Appends to the summary of a CI job, where there is one; that it can't be written stops nothing.
    fn summarize(&self, markdown: impl FnOnce() -> String) {
        if self.actions.summary.is_none() {
            return;
        }
        if let Err(error) = self.actions.append(&markdown()) {
            self.warn(&format!("the file in GITHUB_STEP_SUMMARY could not be written: {error}"));
        }
    }

    /// Tells an event of an apply, where events are the result.
    pub(super) fn show_event(&self, event: &Event<'_>) {
        if self.format() == Format::Jsonl {
            self.write_line(&jsonl::event(event));
        }
    }

    /// Tells what the way to Descope says: an event where events are the result, else a message.
    pub fn notice(&self, notice: &Notice) {
        if self.format() == Format::Jsonl {
            self.write_line(&jsonl::notice(notice));
        } else {
            self.note(&notice.to_string());
        }
    }

    /// Shows a list: a table, or its items as JSON, in lines an item each.
    pub fn show_list(&self, table: &Table, items: Vec<Value>) {
        match self.format() {
            Format::Json => self.write_json(&document::items(items)),
            Format::Jsonl => {
                let count = items.len();
                for item in items {
                    self.write_line(&jsonl::line("item", json!({"item": item})));
                }
                self.write_line(&jsonl::line("summary", json!({"items": count})));
            }
            Format::Markdown => self.write_out(&markdown::list(self.title(), None, table)),
            Format::Text => self.write_table(table),
        }
    }

    /// Shows a list below what is said of all of it; the items alone as JSON.
    pub fn show_list_of(&self, facts: &Value, table: &Table, items: Vec<Value>) {
        match self.format() {
            Format::Text => {
                self.write_out(&format!("{}\n", Properties::of(facts).within(self.room())));
                self.write_table(table);
            }
            Format::Markdown => self.write_out(&markdown::list(self.title(), Some(facts), table)),
            Format::Json | Format::Jsonl => self.show_list(table, items),
        }
    }

    fn write_table(&self, table: &Table) {
        self.write_out(&table.text(&self.out, self.room()));
    }

    /// How long a line of a result may be: a program that reads it, or somebody who wants it all, wants nothing cut.
    fn room(&self) -> usize {
        if self.options.full || !self.out_is_terminal { usize::MAX } else { self.width() }
    }

    /// A text behind its head, broken between words where a terminal is too narrow for it.
    pub fn hanging(&self, head: &str, text: &str) -> String {
        properties::hanging(head, &plain(text), self.room())
    }

    /// Shows what is said of something and its parts, by their names, for people.
    pub fn show_parts(&self, facts: &Value, parts: &[(String, String)]) {
        if self.format() == Format::Markdown {
            return self.write_out(&markdown::folded(self.title(), facts, parts));
        }
        self.write_out(&format!("{}\n", Properties::of(facts).within(self.room())));
        for (name, text) in parts {
            self.write_out(&format!("{}:\n{text}", plain(name)));
        }
    }

    /// Shows a result: text, or the document of these keys.
    pub fn show_result(&self, text: &str, keys: &impl Serialize) {
        match self.format() {
            Format::Text => self.write_out(text),
            Format::Markdown => {
                let document = serde_json::to_value(keys).unwrap_or_default();
                self.write_out(&markdown::object(self.title(), text, &document));
            }
            Format::Json | Format::Jsonl => self.write_json(&Document::of(keys)),
        }
    }

    /// Shows one object: text, or the document.
    pub fn show_object(&self, text: &str, document: &Value) {
        self.show_told(text, text, document);
    }

    /// Shows one object: names and values, or the document.
    pub fn show_properties(&self, document: &Value) {
        self.show_told(&Properties::of(document).within(self.room()), "", document);
    }

    /// Shows one object: text, or the document; as Markdown with these sentences above its tables.
    pub fn show_told(&self, text: &str, told: &str, document: &Value) {
        // Some documents are whole already.
        let bare = document.as_object().filter(|keys| !keys.contains_key("format_version"));
        match (self.format(), bare) {
            (Format::Text, _) => self.write_out(text),
            (Format::Markdown, _) => self.write_out(&markdown::object(self.title(), told, document)),
            (Format::Json | Format::Jsonl, Some(keys)) => self.write_json(&Document::of(keys)),
            (Format::Json | Format::Jsonl, None) => self.write_json(document),
        }
    }

    /// Shows a text that is shown as it is, or the document of these keys.
    pub fn show_source(&self, text: &str, keys: &impl Serialize) {
        match self.format() {
            Format::Text => self.write_out(text),
            Format::Markdown => self.write_out(&markdown::block(self.title(), text)),
            Format::Json | Format::Jsonl => self.write_json(&Document::of(keys)),
        }
    }

    /// Shows an error: as the document of the run, and among the messages where a person may read them.
    pub fn show_failure(&self, failure: &Failure) {
        self.annotate(&failure.diagnostics);
        match self.format() {
            Format::Json => self.write_json(&document::failure(failure)),
            Format::Jsonl => {
                let document = document::failure(failure);
                self.keep(&document);
                self.write_line(&jsonl::line("error", document));
            }
            Format::Text => write_err(&self.failure_text(failure)),
            Format::Markdown => {
                let plain = super::style::Styles::new(false);
                self.write_out(&markdown::failure(
                    &failure.text(&plain, self.width()),
                    self.environment(),
                    self.share,
                ));
                self.keep(&document::failure(failure));
                write_err(&self.failure_text(failure));
            }
        }
    }

    /// An error as text, as a person may read it.
    pub fn failure_text(&self, failure: &Failure) -> String {
        failure.text(&self.err, self.width())
    }

    /// Shows the problems of a configuration, errors and warnings, as messages.
    pub fn show_diagnostics(&self, diagnostics: &[Diagnostic]) {
        self.annotate(diagnostics);
        if !self.is_json() {
            write_err(&super::failure::diagnostics_text(diagnostics, &self.err, self.width()));
        }
    }

    /// Marks the lines of files in a pull request. GitHub reads both streams, so the result stays what it is.
    fn annotate(&self, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics.iter().filter(|_| self.actions.annotates) {
            write_err(&self.actions.annotation(diagnostic));
        }
    }

    /// Whether a configuration is valid, as a document.
    pub fn show_validity(&self, valid: bool, diagnostics: &[Diagnostic], text: &str) {
        match self.format() {
            Format::Json | Format::Jsonl => self.write_json(&document::validity(valid, diagnostics)),
            Format::Text => self.write_out(text),
            Format::Markdown => {
                let plain = super::style::Styles::new(false);
                let problems = super::failure::diagnostics_text(diagnostics, &plain, self.width());
                self.write_out(&markdown::block(self.title(), &format!("{problems}{text}")));
            }
        }
    }
}
