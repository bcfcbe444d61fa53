//! A folder → the state of its git checkout, for the records.

use std::{
    io::Read,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// How long `git` may take before the records do without it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Which commit the configuration came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Git {
    /// The full hash of the commit.
    pub commit: String,
    /// The branch; none on a detached head.
    pub branch: Option<String>,
    /// Whether files that git follows differ from the commit.
    pub dirty: bool,
}

impl Git {
    /// The checkout that `folder` lies in; none without git, outside a checkout, before the first commit, or when
    /// git takes longer than three seconds.
    pub fn detect(folder: &Path) -> Option<Self> {
        Self::parse(&status(folder)?)
    }

    fn parse(status: &str) -> Option<Self> {
        let header = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix("# branch.")?.strip_prefix(name)?.strip_prefix(' '))
        };
        Some(Self {
            commit: header("oid").filter(|commit| *commit != "(initial)")?.to_owned(),
            branch: header("head").filter(|branch| *branch != "(detached)").map(str::to_owned),
            dirty: status.lines().any(|line| !line.starts_with('#')),
        })
    }
}

fn status(folder: &Path) -> Option<String> {
    let mut command = Command::new("git");
    // Set where git itself runs us, as in a hook; they would point away from the folder.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    let mut child = command
        // A checkout must not be able to run programs through us.
        .args(["-c", "core.fsmonitor=false", "-C"])
        .arg(folder)
        .args(["status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=dirty"])
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut output = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        let read = output.read_to_end(&mut text);
        // Nobody listens any more once the patience is over.
        let _ = sender.send(read.map(|_| text));
    });
    let text = receiver.recv_timeout(PATIENCE);
    if text.is_err() {
        let _ = child.kill();
    }
    let ended_well = child.wait().is_ok_and(|status| status.success());
    let text = text.ok()?.ok()?;
    ended_well.then(|| String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_branch_a_dirty_one_and_a_detached_head_are_told_apart() {
        let clean = Git::parse("# branch.oid abc1\n# branch.head release/7\n").unwrap();
        assert_eq!(clean, Git { commit: "abc1".into(), branch: Some("release/7".into()), dirty: false });
        let dirty =
            Git::parse("# branch.oid abc1\n# branch.head main\n1 .M N... 1 1 1 a a descope.yaml\n").unwrap();
        assert!(dirty.dirty);
        assert_eq!(Git::parse("# branch.oid abc1\n# branch.head (detached)\n").unwrap().branch, None);
        assert_eq!(Git::parse("# branch.oid (initial)\n# branch.head main\n"), None);
        assert_eq!(Git::parse(""), None);
    }

    #[test]
    fn a_checkout_is_read_and_a_plain_folder_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Git::detect(folder.path()), None);
        let git = |arguments: &[&str]| {
            Command::new("git")
                .args([
                    "-c",
                    "user.name=a",
                    "-c",
                    "user.email=a@example.com",
                    "-c",
                    "init.defaultBranch=trunk",
                ])
                .arg("-C")
                .arg(folder.path())
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        if !git(&["init"]) {
            return;
        }
        let file = folder.path().join("descope.yaml");
        std::fs::write(&file, "version: 1\n").unwrap();
        assert!(git(&["add", "."]) && git(&["commit", "-m", "first"]));
        let found = Git::detect(folder.path()).unwrap();
        assert_eq!((found.branch.as_deref(), found.dirty), (Some("trunk"), false));
        std::fs::write(&file, "version: 2\n").unwrap();
        assert!(Git::detect(folder.path()).unwrap().dirty);
    }
}
