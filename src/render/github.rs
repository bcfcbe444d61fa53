//! What GitHub Actions reads: annotations at the lines of files, and the summary of a job.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::config::{Diagnostic, Severity};

/// What the environment says of GitHub Actions.
#[derive(Debug, Clone, Default)]
pub(super) struct Actions {
    /// Whether annotations are read.
    pub(super) annotates: bool,
    /// The file of the job's summary.
    pub(super) summary: Option<PathBuf>,
    /// The folder that files are named from, and the folder this run is in.
    workspace: Option<(PathBuf, PathBuf)>,
}

impl Actions {
    /// What the variables of this process say.
    pub(super) fn of_process() -> Self {
        let value = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            annotates: value("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
            summary: value("GITHUB_STEP_SUMMARY").map(PathBuf::from),
            workspace: value("GITHUB_WORKSPACE").map(PathBuf::from).zip(std::env::current_dir().ok()),
        }
    }

    /// The annotation of a problem, a line.
    pub(super) fn annotation(&self, diagnostic: &Diagnostic) -> String {
        let Diagnostic { severity, message, hint, place, .. } = diagnostic;
        let command = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = place.as_ref().map(|place| {
            let file = self.in_workspace(&place.file);
            format!(" file={},line={},col={}", property(&file), place.line, place.column)
        });
        let hint = hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        format!("::{command}{}::{}\n", place.unwrap_or_default(), escaped(&format!("{message}{hint}")))
    }

    /// A file as GitHub knows it: from the root of the repository, wherever the command was run.
    fn in_workspace(&self, file: &str) -> String {
        let Some((workspace, directory)) = &self.workspace else { return file.to_owned() };
        let absolute = directory.join(file);
        let inside = absolute.strip_prefix(workspace).map(Path::to_owned);
        inside.map_or_else(|_| file.to_owned(), |inside| inside.display().to_string())
    }

    /// Appends to the summary of the job, where there is one.
    pub(super) fn append(&self, markdown: &str) -> io::Result<()> {
        let Some(path) = &self.summary else { return Ok(()) };
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        file.write_all(format!("{markdown}\n").as_bytes())
    }
}

/// The text of a command: what would end it or begin another is written out.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, in which two more signs mean something.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Place;

    #[test]
    fn an_annotation_names_the_file_from_the_repository_and_can_not_be_broken_out_of() {
        let workspace = Some((PathBuf::from("/repo"), PathBuf::from("/repo/identity")));
        let actions = Actions { workspace, ..Actions::default() };
        let diagnostic = Diagnostic {
            severity: Severity::Error,
            code: "x",
            message: "100% wrong:\n::set-env name=X::".to_owned(),
            place: Some(Place { file: "a,b:c.yaml".into(), line: 3, column: 7 }),
            snippet: None,
            hint: Some("mend it".to_owned()),
            related: Vec::new(),
        };
        assert_eq!(
            actions.annotation(&diagnostic),
            "::error file=identity/a%2Cb%3Ac.yaml,line=3,col=7::100%25 wrong:%0A::set-env name=X::%0Ahint: mend it\n"
        );
        let elsewhere = Diagnostic { severity: Severity::Warning, place: None, hint: None, ..diagnostic };
        assert_eq!(actions.annotation(&elsewhere), "::warning::100%25 wrong:%0A::set-env name=X::\n");
    }
}
