//! What can go wrong with the files in the state folder, and what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::lock::LockRecord;

/// Why a record could not be read, written or locked.
///
/// Cloneable: one failed write to the disk answers everyone who waited for it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The operating system refused something.
    #[error("Cannot {doing} '{}'", path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why it did not work.
        #[source]
        source: Arc<io::Error>,
    },
    /// A name that would become a file name is not fit for one.
    #[error("The {what} '{text}' cannot be a file name")]
    UnfitName {
        /// What the name is for.
        what: &'static str,
        /// The name.
        text: String,
    },
    /// `state_group` names a group that this host does not know.
    #[error("The group '{name}' (state_group) does not exist on this host")]
    UnknownGroup {
        /// The name of the group.
        name: String,
    },
    /// A file is not what this tool writes.
    #[error("'{}' is not a readable {what}", path.display())]
    Malformed {
        /// What the file should hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Where reading stopped.
        #[source]
        source: Arc<serde_json::Error>,
    },
    /// A file was written by a version of this tool with another format.
    #[error("'{}' has format version '{version}', which this version cannot read", path.display())]
    UnsupportedFormat {
        /// The file.
        path: PathBuf,
        /// The version it states.
        version: String,
    },
    /// A backup does not match its own checksum.
    #[error("The backup '{}' was changed after it was written: its checksum does not match", path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
    },
    /// A saved plan does not match its own checksum.
    #[error("The saved plan '{}' was changed after it was written: its checksum does not match", path.display())]
    PlanEdited {
        /// The file.
        path: PathBuf,
    },
    /// There is no backup of this id.
    #[error("There is no backup '{id}' of project '{project}'")]
    NoBackup {
        /// The project it was looked for in.
        project: String,
        /// Its id.
        id: String,
    },
    /// There is no backup at all.
    #[error("There is no backup of project '{project}' yet")]
    NoBackups {
        /// The project.
        project: String,
    },
    /// A backup lies where another one belongs.
    #[error("'{}' holds another backup: '{id}' of project '{project}'", path.display())]
    Misplaced {
        /// The file.
        path: PathBuf,
        /// The id it states.
        id: String,
        /// The project it states.
        project: String,
    },
    /// The audit trail tells of no such run.
    #[error("The audit trail of project '{project}' has no run '{run_id}'")]
    NoRun {
        /// The project whose trail it is.
        project: String,
        /// The id, or its beginning.
        run_id: String,
    },
    /// Several ids begin like this.
    #[error("Several {what}s have ids that begin with '{text}': {}", some_of(ids))]
    Ambiguous {
        /// What is called by these ids.
        what: &'static str,
        /// What was given.
        text: String,
        /// Those it could mean, in order.
        ids: Vec<String>,
    },
    /// There is no journal of this run.
    #[error("There is no journal of run '{run_id}' in project '{project}'")]
    NoJournal {
        /// The project it was looked for in.
        project: String,
        /// The run.
        run_id: String,
    },
    /// Another run holds the lock of the project, and the time to wait is over.
    #[error("Project '{project}' is locked{}", by(holder.as_deref()))]
    LockHeld {
        /// The project.
        project: String,
        /// Who holds it; none where the lock file cannot be read.
        holder: Option<Box<LockRecord>>,
        /// For how long its heartbeat stood still while we watched.
        still: Duration,
    },
    /// The lock is no longer ours: nothing more may be written.
    #[error("The lock of project '{project}' was lost{}", by(holder.as_deref()))]
    LockLost {
        /// The project.
        project: String,
        /// Who holds it now, if anyone readable does.
        holder: Option<Box<LockRecord>>,
    },
    /// Another process holds a file that is held for one write only: it must stand still.
    #[error("'{}' is held by another process, which stands still", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The thread that appends to a file is gone.
    #[error("Nothing more can be appended to '{}'", path.display())]
    WriterGone {
        /// The file.
        path: PathBuf,
    },
}

/// The first few of `ids`.
fn some_of(ids: &[String]) -> String {
    let shown = ids.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    if ids.len() > 5 { format!("{shown} and {} more", ids.len() - 5) } else { shown }
}

/// ` by …`, or nothing where nobody is known.
fn by(holder: Option<&LockRecord>) -> String {
    holder.map_or_else(String::new, |holder| format!(" by {holder}"))
}

impl Error {
    /// An operating system error with what was tried and where.
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), source: Arc::new(source) }
    }

    /// A file that is not what it should be.
    pub(super) fn malformed(what: &'static str, path: &Path, source: serde_json::Error) -> Self {
        Self::Malformed { what, path: path.to_owned(), source: Arc::new(source) }
    }

    /// A beginning that several ids have.
    pub(super) fn ambiguous(what: &'static str, text: &str, ids: impl Iterator<Item = String>) -> Self {
        Self::Ambiguous { what, text: text.to_owned(), ids: ids.collect() }
    }

    /// A stable name for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "state_io",
            Self::UnfitName { .. } => "state_name_unfit",
            Self::UnknownGroup { .. } => "state_group_unknown",
            Self::Malformed { .. } => "state_file_malformed",
            Self::UnsupportedFormat { .. } => "state_format_unsupported",
            Self::Checksum { .. } => "backup_checksum_mismatch",
            Self::PlanEdited { .. } => "plan_edited",
            Self::NoBackup { .. } => "backup_not_found",
            Self::NoBackups { .. } => "no_backups",
            Self::Misplaced { .. } => "backup_misplaced",
            Self::NoRun { .. } => "run_not_found",
            Self::Ambiguous { .. } => "id_ambiguous",
            Self::NoJournal { .. } => "journal_not_found",
            Self::LockHeld { .. } => "lock_held",
            Self::LockLost { .. } => "lock_lost",
            Self::Busy { .. } => "state_busy",
            Self::WriterGone { .. } => "state_writer_gone",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Io { source, path, .. } => {
                return hint_for(source.kind(), path, "choose another folder with --state-dir");
            }
            Self::UnfitName { .. } => "Use letters, digits, '-', '_' and '.', not starting with '.'.".to_owned(),
            Self::UnknownGroup { .. } => {
                "Create the group, correct 'state_group', or remove it to keep the files private.".to_owned()
            }
            Self::Malformed { .. } => {
                "It was changed by hand or damaged. Move it away, or bring back a copy.".to_owned()
            }
            Self::UnsupportedFormat { .. } => {
                "Another version of descope-mgmt wrote it: use that version or a newer one.".to_owned()
            }
            Self::Checksum { .. } => {
                "Do not restore from it. `backup list` shows the others; `backup verify` checks them.".to_owned()
            }
            Self::PlanEdited { .. } => "Make a new one with `plan --out`, and look at it.".to_owned(),
            Self::NoBackup { .. } => "`backup list` shows those there are.".to_owned(),
            Self::NoBackups { .. } => {
                "Every run that writes makes one first; `backup create` makes one now. Were they written with another \
                 --state-dir or --backup-dir?"
                    .to_owned()
            }
            Self::Misplaced { .. } => {
                "Somebody moved or renamed it: put it back where it belongs, and do not restore from it here.".to_owned()
            }
            Self::NoRun { .. } => "`audit list` shows the runs.".to_owned(),
            Self::Ambiguous { .. } => "Give more of the id.".to_owned(),
            Self::NoJournal { .. } => {
                "A run that ended well leaves none: there is nothing to resume. `audit show RUN` tells what it did."
                    .to_owned()
            }
            Self::LockHeld { still, .. } => lock_hint(*still),
            Self::LockLost { .. } => {
                "This process stood still too long and another took over, or someone broke the lock. Nothing more \
                 was written. Run `plan` again to see what is left."
                    .to_owned()
            }
            Self::Busy { .. } => {
                "It was suspended in the middle of a write: wake it with `kill -CONT PID`, or end it with `kill -KILL \
                 PID`. `lock show` tells which run it may be, `fuser FILE` which process."
                    .to_owned()
            }
            Self::WriterGone { .. } => "An earlier error stopped it; start the command again.".to_owned(),
        };
        Some(text)
    }

    /// The same for a file that a flag named, and not the state folder.
    pub fn hint_for_file(&self, flag: &str) -> Option<String> {
        match self {
            Self::Io { source, path, .. } if source.kind() == io::ErrorKind::PermissionDenied => Some(
                format!("Check who may write to '{}', or name another file with {flag}.", path.display()),
            ),
            Self::Io { source, path, .. } => {
                hint_for(source.kind(), path, &format!("name another file with {flag}"))
            }
            other => other.hint(),
        }
    }
}

/// A heartbeat comes every ten seconds: one that stood still for so long was missed at least once.
const MISSED: Duration = Duration::from_secs(25);

fn lock_hint(still: Duration) -> String {
    let seen = if still >= MISSED {
        format!("Its heartbeat stood still for {} s. ", still.as_secs())
    } else {
        String::new()
    };
    format!(
        "{seen}Wait for it with a longer --lock-timeout (a lock whose heartbeat stands still for 60 s is taken \
         over), or, if you know that run is dead, `lock break`."
    )
}

fn hint_for(kind: io::ErrorKind, path: &Path, otherwise: &str) -> Option<String> {
    use io::ErrorKind as Kind;
    let elsewhere = format!("or {otherwise}.");
    match kind {
        Kind::StorageFull | Kind::QuotaExceeded => {
            Some(format!("The disk or the quota is full: free some space, {elsewhere}"))
        }
        Kind::PermissionDenied => Some(format!(
            "Check who may write to '{}' (a shared folder needs 'state_group' and your membership in it), {elsewhere}",
            path.display()
        )),
        Kind::ReadOnlyFilesystem => Some(format!("It is mounted read-only: remount it, {elsewhere}")),
        Kind::NotADirectory => {
            Some(format!("A file stands where a folder is needed: move it away, {elsewhere}"))
        }
        Kind::NotFound => Some("It vanished meanwhile, or the folder above it is missing.".to_owned()),
        Kind::AlreadyExists => {
            Some("Something of that name exists already and is not overwritten.".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_ids_five_are_named_and_the_rest_is_counted() {
        let said = |count: usize| {
            let ids = (1..=count).map(|n| n.to_string());
            Error::ambiguous("run", "0", ids).to_string()
        };
        assert_eq!(said(5), "Several runs have ids that begin with '0': 1, 2, 3, 4, 5");
        assert_eq!(said(6), "Several runs have ids that begin with '0': 1, 2, 3, 4, 5 and 1 more");
    }

    #[test]
    fn what_the_system_refuses_has_its_own_way_out() {
        use io::ErrorKind as Kind;
        let hint = |kind: Kind| Error::io("write", Path::new("/x"), kind.into()).hint();
        let says = |kind, word: &str| assert!(hint(kind).unwrap().contains(word), "{kind}");
        says(Kind::StorageFull, "full");
        says(Kind::QuotaExceeded, "quota");
        says(Kind::PermissionDenied, "'/x'");
        says(Kind::ReadOnlyFilesystem, "remount");
        says(Kind::NotADirectory, "A file stands");
        says(Kind::NotFound, "vanished");
        says(Kind::AlreadyExists, "not overwritten");
        assert_eq!(hint(Kind::BrokenPipe), None);
    }

    #[test]
    fn a_heartbeat_that_was_missed_is_told() {
        let hint = |seconds| lock_hint(Duration::from_secs(seconds));
        assert!(hint(24).starts_with("Wait for it"));
        assert!(hint(25).starts_with("Its heartbeat stood still for 25 s."));
    }

    #[test]
    fn a_file_that_a_flag_named_is_not_hinted_into_another_state_folder() {
        use io::ErrorKind as Kind;
        for kind in [Kind::PermissionDenied, Kind::StorageFull, Kind::ReadOnlyFilesystem, Kind::NotADirectory]
        {
            let error = Error::io("write", Path::new("/x"), kind.into());
            let hint = error.hint_for_file("--out").unwrap();
            assert!(hint.ends_with("or name another file with --out."), "{hint}");
            assert!(error.hint().unwrap().ends_with("with --state-dir."));
        }
        let other = Error::NoBackups { project: "P1".to_owned() };
        assert_eq!(other.hint_for_file("--out"), other.hint());
    }
}
