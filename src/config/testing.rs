//! A folder with files and variables → what `load` makes of it, as lines to compare.

use std::{fs, path::PathBuf};

use super::{Config, Error, Inputs, Variables, load};
use crate::resource::tenant::Tenant;

/// A configuration to load.
pub(super) struct Case {
    folder: tempfile::TempDir,
    pub(super) inputs: Inputs,
}

impl Case {
    /// A folder whose only file, `descope.yaml`, holds `yaml`.
    pub(super) fn new(yaml: &str) -> Self {
        Self::empty().file("descope.yaml", yaml)
    }

    pub(super) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The temporary folder may itself lie in somebody's repository.
        fs::create_dir(folder.path().join(".git")).unwrap();
        let inputs = Inputs {
            directory: folder.path().to_owned(),
            home: Some(PathBuf::from("/home/me")),
            ..Inputs::default()
        };
        Self { folder, inputs }
    }

    pub(super) fn file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub(super) fn branch(self, name: &str) -> Self {
        self.file(".git/HEAD", &format!("ref: refs/heads/{name}\n"))
    }

    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        let variables = &self.inputs.variables;
        let others =
            variables.names().map(|name| (name.to_owned(), variables.value(name).unwrap().to_owned()));
        self.inputs.variables = others.chain([(name.to_owned(), value.to_owned())]).collect::<Variables>();
        self
    }

    pub(super) fn environment(mut self, name: &str) -> Self {
        self.inputs.environment = Some(name.to_owned());
        self
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Inputs)) -> Self {
        change(&mut self.inputs);
        self
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn load(&self) -> Result<Config, Error> {
        load(&self.inputs)
    }

    /// The configuration, which must have neither errors nor warnings.
    #[track_caller]
    pub(super) fn config(&self) -> Config {
        match self.load() {
            Ok(config) => {
                assert_eq!(config.warnings, []);
                config
            }
            Err(error) => panic!("{error}: {:#?}", error.diagnostics()),
        }
    }

    #[track_caller]
    pub(super) fn tenants(&self) -> Vec<Tenant> {
        self.config().desired.tenants.expect("tenants")
    }

    #[track_caller]
    pub(super) fn error(&self) -> Error {
        self.load().expect_err("an error")
    }

    /// Every problem in a line, its hint and related places below it.
    #[track_caller]
    pub(super) fn problems(&self) -> String {
        let diagnostics = match self.load() {
            Ok(config) => config.warnings,
            Err(Error::Invalid(diagnostics)) => diagnostics,
            Err(other) => panic!("{other}"),
        };
        let mut lines = Vec::new();
        for found in &diagnostics {
            lines.push(format!("{found} [{}]", found.code));
            lines.extend(found.related.iter().map(|other| format!("  {}: {}", other.place, other.message)));
            lines.extend(found.hint.iter().map(|hint| format!("  hint: {hint}")));
        }
        lines.join("\n").replace(&self.folder.path().display().to_string(), "<folder>")
    }
}
