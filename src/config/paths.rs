//! Paths as people write them: `~`, relative to the file or to the working folder.

use std::path::{Component, Path, PathBuf};

use super::{fields::Fields, inputs::Inputs, problems::Problem, tree::Node};

/// The path that a value means, relative to the file that it stands in.
pub(super) fn path(
    node: Node<'_>,
    name: &str,
    inputs: &Inputs,
    fields: &mut Fields<'_, '_>,
) -> Option<PathBuf> {
    let text = fields.filled(node, name)?;
    let folder = inputs.directory.join(node.source().folder());
    resolve(&text, &folder, inputs.home.as_deref()).or_else(|| {
        let message = format!("'{name}' starts with '~', and there is no home folder");
        fields
            .problems
            .report(Problem::error("no_home", message).at(node).hint("set HOME, or write the whole path"));
        None
    })
}

/// The path that `text` means, written in a file of `folder` or, for flags and variables, in the working folder.
/// `None`: it starts with `~` and there is no home folder.
pub(super) fn resolve(text: &str, folder: &Path, home: Option<&Path>) -> Option<PathBuf> {
    let path = match text.strip_prefix('~') {
        Some("") => home?.to_owned(),
        Some(rest) if rest.starts_with('/') => home?.join(rest.trim_start_matches('/')),
        _ => folder.join(text),
    };
    Some(tidy(&path))
}

/// The path without `.`; `..` stays, as it may cross a link.
fn tidy(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_starts_at_home_at_its_folder_or_at_the_root() {
        let resolve = |text| resolve(text, Path::new("/srv/conf"), Some(Path::new("/home/me")));
        assert_eq!(resolve("~/.descope-mgmt"), Some("/home/me/.descope-mgmt".into()));
        assert_eq!(resolve("~"), Some("/home/me".into()));
        assert_eq!(resolve("./templates"), Some("/srv/conf/templates".into()));
        assert_eq!(resolve("../shared"), Some("/srv/conf/../shared".into()));
        assert_eq!(resolve("/nfs/state"), Some("/nfs/state".into()));
        assert_eq!(resolve("~other"), Some("/srv/conf/~other".into()));
    }

    #[test]
    fn without_a_home_a_path_below_it_means_nothing() {
        assert_eq!(resolve("~/x", Path::new("/a"), None), None);
    }
}
