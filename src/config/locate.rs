//! Flags, variables, usual places → the configuration files.

use std::path::{Path, PathBuf};

use super::{Error, Inputs};

/// The variable that names files and folders, separated by colons.
const VARIABLE: &str = "DESCOPE_MGMT_CONFIG";

/// The configuration files, in order: those of `-c`, else of `DESCOPE_MGMT_CONFIG`, else the first of the usual
/// places that has one. Empty where there is none at all.
///
/// # Errors
/// A named file or folder that is not there or is empty.
pub fn locate(inputs: &Inputs) -> Result<Vec<PathBuf>, Error> {
    if !inputs.files.is_empty() {
        return named(inputs, &inputs.files, "--config");
    }
    if inputs.variables.filled(VARIABLE).is_some() {
        return named(inputs, &inputs.files_of_variable(), VARIABLE);
    }
    Ok(usual(inputs).into_iter().find(|path| inputs.directory.join(path).is_file()).into_iter().collect())
}

impl Inputs {
    /// The files and folders that the variable names.
    pub fn files_of_variable(&self) -> Vec<PathBuf> {
        let list = self.variables.filled(VARIABLE).unwrap_or_default();
        list.split(':').filter(|part| !part.is_empty()).map(PathBuf::from).collect()
    }
}

/// The places that are looked at when no file is named.
pub(super) fn usual(inputs: &Inputs) -> Vec<PathBuf> {
    let here = ["descope.yaml", ".descope/config.yaml"].map(PathBuf::from);
    here.into_iter().chain(inputs.home.as_ref().map(|home| home.join(".descope/config.yaml"))).collect()
}

fn named(inputs: &Inputs, paths: &[PathBuf], named_by: &'static str) -> Result<Vec<PathBuf>, Error> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        let missing = |reason| Error::Missing { path: path.clone(), named_by, reason };
        let there = inputs.directory.join(path);
        let found = if there.is_dir() { in_folder(path, &there)? } else { vec![path.clone()] };
        if found.is_empty() {
            return Err(missing("holds no *.yaml or *.yml file"));
        }
        if !there.exists() && !inputs.overlay.contains_key(&there) {
            return Err(missing("does not exist"));
        }
        for file in found.into_iter().filter(|file| !files.contains(file)).collect::<Vec<_>>() {
            files.push(file);
        }
    }
    Ok(files)
}

fn in_folder(path: &Path, there: &Path) -> Result<Vec<PathBuf>, Error> {
    let fail = |source| Error::Read { path: path.to_owned(), source };
    let mut files = Vec::new();
    for entry in there.read_dir().map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = PathBuf::from(entry.file_name());
        let is_yaml = name.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        // Hidden files are an editor's, or a file system's own.
        let is_hidden = name.to_string_lossy().starts_with('.');
        if is_yaml && !is_hidden && entry.path().is_file() {
            files.push(path.join(name));
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::Variables;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "version: 1\n").unwrap();
        }
        folder
    }

    fn inputs(folder: &tempfile::TempDir) -> Inputs {
        let home = Some(folder.path().join("home"));
        Inputs { directory: folder.path().to_owned(), home, ..Inputs::default() }
    }

    #[test]
    fn the_first_of_the_usual_places_is_taken() {
        let all = ["descope.yaml", ".descope/config.yaml", "home/.descope/config.yaml"];
        for first in 0..all.len() {
            let folder = folder(&all[first..]);
            let found = locate(&inputs(&folder)).unwrap();
            let there: Vec<_> = found.iter().map(|path| folder.path().join(path)).collect();
            assert_eq!(there, [folder.path().join(all[first])]);
        }
        assert!(locate(&inputs(&folder(&[]))).unwrap().is_empty());
    }

    #[test]
    fn a_flag_wins_over_the_variable_and_the_variable_over_usual_places() {
        let folder = folder(&["descope.yaml", "a.yaml", "b.yaml", "c.yaml"]);
        let mut inputs = inputs(&folder);
        inputs.variables = Variables::from_iter([("DESCOPE_MGMT_CONFIG", "b.yaml:c.yaml")]);
        assert_eq!(locate(&inputs).unwrap(), [PathBuf::from("b.yaml"), PathBuf::from("c.yaml")]);
        inputs.files = vec!["a.yaml".into(), "a.yaml".into()];
        assert_eq!(locate(&inputs).unwrap(), [PathBuf::from("a.yaml")]);
    }

    #[test]
    fn a_folder_means_its_yaml_files_sorted_and_not_deeper() {
        let folder =
            folder(&["c/b.yml", "c/._a.yaml", "c/.hidden.yml", "c/a.yaml", "c/x.json", "c/deep/d.yaml"]);
        let inputs = Inputs { files: vec!["c".into()], ..inputs(&folder) };
        assert_eq!(locate(&inputs).unwrap(), [PathBuf::from("c/a.yaml"), PathBuf::from("c/b.yml")]);
    }

    #[test]
    fn a_named_file_that_is_not_there_is_an_error_that_says_who_named_it() {
        let folder = folder(&["empty/x.txt"]);
        let mut inputs = Inputs { files: vec!["nope.yaml".into()], ..inputs(&folder) };
        let error = locate(&inputs).unwrap_err();
        assert_eq!(error.to_string(), "configuration 'nope.yaml', named by --config, does not exist");
        inputs.files = vec!["empty".into()];
        let error = locate(&inputs).unwrap_err().to_string();
        assert_eq!(error, "configuration 'empty', named by --config, holds no *.yaml or *.yml file");
    }
}
