//! A folder → how far a lock in it reaches.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

/// File systems that several hosts can share.
const SHARED: [&str; 22] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "ceph",
    "glusterfs",
    "lustre",
    "gpfs",
    "beegfs",
    "afs",
    "ocfs2",
    "gfs2",
    "9p",
    "virtiofs",
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.ceph",
    "fuse.s3fs",
    "fuse.gcsfuse",
    "fuse.juicefs",
    "acfs",
];

/// How far the locks, backups and records in a state folder reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// One user on one host: nobody else sees the folder.
    Host,
    /// The members of a group on one host.
    Group(String),
    /// Everyone who mounts this network file system.
    Network {
        /// Its type, such as `nfs4`.
        filesystem: String,
        /// Where it is mounted.
        mounted_on: PathBuf,
    },
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("this host only"),
            Self::Group(group) => write!(f, "group '{group}' on this host"),
            Self::Network { filesystem, mounted_on } => {
                write!(f, "every host that mounts {} ({filesystem})", mounted_on.display())
            }
        }
    }
}

/// How far a lock in `folder`, which need not exist yet, reaches.
pub(super) fn reach_of(folder: &Path, group: Option<&str>) -> Reach {
    let table = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let existing = absolute.ancestors().find_map(|ancestor| ancestor.canonicalize().ok()).unwrap_or(absolute);
    network_mount(&table, &existing)
        .unwrap_or_else(|| group.map_or(Reach::Host, |group| Reach::Group(group.to_owned())))
}

/// The network file system that `path` lies on, by a table of mounts. Of two on the same place the later one counts.
fn network_mount(table: &str, path: &Path) -> Option<Reach> {
    let mounts = table.lines().filter_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        Some((PathBuf::from(unescape(fields.next()?)), fields.next()?))
    });
    let (mounted_on, filesystem) = mounts
        .filter(|(mounted_on, _)| path.starts_with(mounted_on))
        .max_by_key(|(mounted_on, _)| mounted_on.components().count())?;
    SHARED.contains(&filesystem).then(|| Reach::Network { filesystem: filesystem.to_owned(), mounted_on })
}

/// The table writes spaces, tabs, line ends and backslashes as octal numbers.
fn unescape(field: &str) -> String {
    field.replace(r"\040", " ").replace(r"\011", "\t").replace(r"\012", "\n").replace(r"\134", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "/dev/sda / ext4 rw 0 0\nfiler:/x /mnt/team nfs4 rw 0 0\n\
        /dev/sdb /mnt/team/disk xfs rw 0 0\nfiler:/y /mnt/my\\040team cifs rw 0 0\nautofs /late autofs rw 0 0\n\
        filer:/z /late nfs rw 0 0\n";

    #[test]
    fn the_innermost_mount_decides() {
        let found = |path: &str| network_mount(TABLE, Path::new(path)).map(|reach| reach.to_string());
        assert_eq!(found("/home/ada/.descope-mgmt"), None);
        assert_eq!(found("/mnt/team/state").as_deref(), Some("every host that mounts /mnt/team (nfs4)"));
        assert_eq!(found("/mnt/team/disk/state"), None);
        assert_eq!(found("/mnt/teamwork"), None);
        assert_eq!(
            found("/mnt/my team/state").as_deref(),
            Some("every host that mounts /mnt/my team (cifs)")
        );
        assert_eq!(found("/late/state").as_deref(), Some("every host that mounts /late (nfs)"));
    }

    #[test]
    fn a_private_folder_reaches_this_host_only() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("not/yet");
        if matches!(reach_of(&missing, None), Reach::Network { .. }) {
            return;
        }
        assert_eq!(reach_of(&missing, None).to_string(), "this host only");
        assert_eq!(reach_of(&missing, Some("ops")).to_string(), "group 'ops' on this host");
    }
}
