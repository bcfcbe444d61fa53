//! A folder → the git branch that is checked out there. Reads files; runs no git.

use std::{fs, path::Path};

/// The branch checked out in the repository that holds `folder`; `None` outside of one and on no branch.
pub(super) fn current(folder: &Path) -> Option<String> {
    let git = folder.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists())?;
    let head = if git.is_dir() { git.join("HEAD") } else { linked(&git)?.join("HEAD") };
    let head = fs::read_to_string(head).ok()?;
    let branch = head.trim().strip_prefix("ref:")?.trim().strip_prefix("refs/heads/")?;
    // What repositories with reference tables say, so that old programs stop.
    (branch != ".invalid").then(|| branch.to_owned())
}

/// In a work tree or submodule `.git` is a file that names the folder.
fn linked(file: &Path) -> Option<std::path::PathBuf> {
    let text = fs::read_to_string(file).ok()?;
    let folder = text.lines().find_map(|line| line.strip_prefix("gitdir:"))?.trim();
    Some(file.parent()?.join(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(head: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join(".git/HEAD"), head).unwrap();
        folder
    }

    #[test]
    fn the_branch_is_found_from_any_folder_of_the_repository() {
        let folder = repository("ref: refs/heads/release/7\n");
        let deep = folder.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        assert_eq!(current(&deep).as_deref(), Some("release/7"));
    }

    #[test]
    fn a_detached_head_is_no_branch() {
        for head in ["9fceb02d0ae598e95dc970b74767f19372d61af8\n", "ref: refs/heads/.invalid\n", ""] {
            assert_eq!(current(repository(head).path()), None, "{head}");
        }
    }

    #[test]
    fn a_work_tree_has_a_branch_of_its_own() {
        let folder = repository("ref: refs/heads/main\n");
        let git = folder.path().join(".git/worktrees/x");
        fs::create_dir_all(&git).unwrap();
        fs::write(git.join("HEAD"), "ref: refs/heads/feature/x\n").unwrap();
        let tree = folder.path().join("trees/x");
        fs::create_dir_all(&tree).unwrap();
        fs::write(tree.join(".git"), "gitdir: ../../.git/worktrees/x\n").unwrap();
        assert_eq!(current(&tree).as_deref(), Some("feature/x"));
    }
}
