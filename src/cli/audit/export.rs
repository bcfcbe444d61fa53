use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use serde_json::json;

use super::{filters::Filters, warn_of_unreadable};
use crate::{
    cli::{Error, Exit, globals::Globals, session::Session},
    render::{Ui, csv_heading, csv_row},
    state::{self, AuditFilter, AuditLine},
};

/// Write the audit trail for other tools: its lines as they are, or as a table
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  descope-mgmt audit export > audit.jsonl\n  descope-mgmt audit export --format csv --out audit.csv\n  \
                  descope-mgmt audit export --since 2026-07-01T00:00:00Z --until 2026-10-01T00:00:00Z --out q3.jsonl\n\n\
                  A cell of the CSV that a spreadsheet would take for a formula has an apostrophe before it. \
                  Exits with 1 if lines had to be left out because they are no audit lines."
)]
pub(in crate::cli) struct Args {
    /// What to write
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Format,
    /// Write to FILE, which only you can read; else to the standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    filters: Filters,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The lines as they stand in the trail, one JSON object each
    Jsonl,
    /// Comma-separated values under a heading
    Csv,
}

/// What an export came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    written: u64,
    unreadable: u64,
}

/// What stopped an export.
enum Stop {
    State(state::Error),
    Write(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

impl Args {
    pub(super) fn run(self, globals: &Globals, ui: &Ui) -> Result<Exit, Error> {
        if ui.is_json() && self.out.is_none() {
            let text =
                "with -o json the standard output is one document: name a file for the export with --out";
            return Err(Error::Usage(text.to_owned()));
        }
        let session = Session::open_offline(globals)?;
        let lines = session.state.audit_lines(&session.project_id()?)?;
        let filter = self.filters.filter();
        let export = |out: &mut dyn Write| export(lines, &filter, self.format, out);
        let count = match &self.out {
            Some(path) => to_file(path, export)?,
            None => to_results(ui, export)?,
        };
        if let Some(path) = &self.out {
            let Count { written, unreadable } = count;
            let text = format!("{written} lines in {}\n", path.display());
            let keys = json!({"file": path, "written": written, "unreadable": unreadable});
            ui.show_result(&text, &keys);
        }
        warn_of_unreadable(count.unreadable, ui);
        Ok(if count.unreadable == 0 { Exit::Done } else { Exit::Failed })
    }
}

/// Writes the file whole or not at all.
fn to_file(path: &Path, export: impl FnOnce(&mut dyn Write) -> Result<Count, Stop>) -> Result<Count, Error> {
    let failed = |source| Error::Out { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(error.kind().into()))?;
    let mut buffered = io::BufWriter::with_capacity(1 << 16, file);
    let count = export(&mut buffered).map_err(|stop| match stop {
        Stop::State(error) => error.into(),
        Stop::Write(error) => failed(error),
    })?;
    let file = buffered.into_inner().map_err(|error| failed(error.into_error()))?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(count)
}

/// Writes to the standard output; a reader that went away has read enough.
fn to_results(ui: &Ui, export: impl FnOnce(&mut dyn Write) -> Result<Count, Stop>) -> Result<Count, Error> {
    let mut out = ui.results();
    match export(&mut out).and_then(|count| Ok(out.flush().map(|()| count)?)) {
        Ok(count) => Ok(count),
        Err(Stop::State(error)) => Err(error.into()),
        Err(Stop::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Count::default()),
        Err(Stop::Write(source)) => Err(Error::Out { path: "the standard output".into(), source }),
    }
}

fn export(
    lines: impl Iterator<Item = Result<AuditLine, state::Error>>,
    filter: &AuditFilter,
    format: Format,
    out: &mut dyn Write,
) -> Result<Count, Stop> {
    let mut count = Count::default();
    if format == Format::Csv {
        out.write_all(csv_heading().as_bytes())?;
    }
    for line in lines {
        let line = line.map_err(Stop::State)?;
        let Ok(entry) = line.entry() else {
            count.unreadable += 1;
            continue;
        };
        if !filter.wants(&entry) {
            continue;
        }
        match format {
            // Byte for byte, so that its hash can be checked wherever it goes.
            Format::Jsonl => out.write_all(&line.bytes).and_then(|()| out.write_all(b"\n"))?,
            Format::Csv => out.write_all(csv_row(&entry).as_bytes())?,
        }
        count.written += 1;
    }
    Ok(count)
}
