//! The files of a first configuration: proved by reading them, then written where nothing was before.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    cli::{
        Error,
        adopt::{Left, left_as_json},
        files::put,
        globals::Globals,
        session::inputs,
    },
    config::{self, Config, Editor, Inputs, SCHEMA_FILE, Starter, schema_text},
    render::Ui,
    resource::Place,
};

/// The files to write, the configuration first.
pub(super) struct Files {
    out: PathBuf,
    environment: Option<String>,
    texts: Vec<(PathBuf, String)>,
    next: Vec<String>,
    left: Vec<Left>,
}

impl Files {
    pub(super) fn new(
        out: &Path,
        starter: &Starter,
        beside: Vec<(PathBuf, String)>,
        next: Vec<String>,
    ) -> Self {
        let environment = starter.environments.first().map(|it| it.name.clone());
        let folder = out.parent().unwrap_or(Path::new(""));
        let beside = beside.into_iter().map(|(path, text)| (folder.join(path), text));
        let texts = std::iter::once((out.to_owned(), starter.text())).chain(beside).collect();
        Self { out: out.to_owned(), environment, texts, next, left: Vec::new() }
    }

    /// These files, and what of the tenants is left out of them.
    pub(super) fn leaving(self, left: Vec<Left>) -> Self {
        Self { left, ..self }
    }

    /// What of the tenants is left out.
    pub(super) fn left(&self) -> &[Left] {
        &self.left
    }

    /// The configuration that the files make, read in a passing folder.
    pub(super) fn load(&self, globals: &Globals) -> Result<Config, Error> {
        self.read(globals, |inputs| Ok(config::load(inputs)?))
    }

    /// The tenants at these places of the configuration.
    pub(super) fn tenants_at(&self, places: &[&Place], globals: &Globals) -> Result<Vec<String>, Error> {
        self.read(globals, |inputs| {
            let editor = Editor::open(inputs, self.environment.as_deref())?;
            Ok(places.iter().filter_map(|place| editor.tenant_at(place)).map(str::to_owned).collect())
        })
    }

    /// What can be read of the configuration that the files make.
    fn read<T>(&self, globals: &Globals, read: impl FnOnce(&Inputs) -> Result<T, Error>) -> Result<T, Error> {
        let mut inputs = inputs(globals, true)?;
        inputs.environment.clone_from(&self.environment);
        if let [(path, text)] = self.texts.as_slice() {
            inputs.overlay.insert(inputs.directory.join(path), text.clone());
            inputs.files = vec![path.clone()];
            return read(&inputs);
        }
        let folder = tempfile::tempdir().map_err(|source| self.failed(source))?;
        let base = self.out.parent().unwrap_or(Path::new(""));
        for (path, text) in &self.texts {
            let path = folder.path().join(path.strip_prefix(base).unwrap_or(path));
            put(&path, text).map_err(|source| self.failed(source))?;
        }
        inputs.files = vec![self.out.file_name().unwrap_or_default().into()];
        folder.path().clone_into(&mut inputs.directory);
        read(&inputs)
    }

    /// Makes sure that what is about to be written is a configuration.
    pub(super) fn prove(&self, globals: &Globals) -> Result<(), Error> {
        self.load(globals).map(drop)
    }

    /// Writes the files and says what comes next; with --dry-run shows the configuration only.
    pub(super) fn write(&self, globals: &Globals, ui: &Ui) -> Result<(), Error> {
        for (path, _) in &self.texts {
            must_be_new(path)?;
        }
        let names: Vec<String> = self.texts.iter().map(|(path, _)| path.display().to_string()).collect();
        let left: Vec<Value> = self.left.iter().map(left_as_json).collect();
        let keys = json!({"files": names, "written": !globals.dry_run, "next": self.next, "left": left});
        if globals.dry_run {
            let text = self.texts.first().map(|(_, text)| text.as_str()).unwrap_or_default();
            ui.show_source(text, &keys);
            return Ok(());
        }
        for (path, text) in self.texts.iter().rev() {
            put(path, text).map_err(|source| Error::Out { path: path.clone(), source })?;
        }
        let schema_file = self.out.with_file_name(SCHEMA_FILE);
        if !schema_file.exists() {
            put(&schema_file, &schema_text()).map_err(|source| self.failed(source))?;
        }
        ui.show_result(&self.closing(), &keys);
        Ok(())
    }

    fn closing(&self) -> String {
        let mut text = format!("Wrote {}.", self.out.display());
        let more = self.texts.len() - 1;
        if more > 0 {
            text = format!("Wrote {} and {more} files beside it.", self.out.display());
        }
        text += "\n\nNext:\n";
        for line in &self.next {
            text += &format!("  {line}\n");
        }
        let file = if self.out == Path::new("descope.yaml") {
            String::new()
        } else {
            format!("-c {} ", self.out.display())
        };
        text + &format!(
            "  descope-mgmt {file}doctor\n  descope-mgmt {file}plan\n\nOr without an account: descope-mgmt {file}--sandbox plan\n"
        )
    }

    fn failed(&self, source: std::io::Error) -> Error {
        Error::Out { path: self.out.clone(), source }
    }
}

/// Nothing is overwritten.
pub(super) fn must_be_new(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(Error::Exists { path: path.to_owned() }),
        Err(_) => Ok(()),
    }
}
