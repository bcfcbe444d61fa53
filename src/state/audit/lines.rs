//! `audit/<project_id>.jsonl` → its lines as they stand there, whoever appends meanwhile.

use std::{
    fs::File,
    io::{BufRead, BufReader, ErrorKind, Read, Take},
    path::PathBuf,
};

use super::{
    super::{Error, State, disk},
    AuditEntry,
};

/// One line of an audit trail as it stands in the file: not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Where it stands, from 1.
    pub number: u64,
    /// Its bytes, without the end of the line.
    pub bytes: Vec<u8>,
}

impl AuditLine {
    /// What it says.
    ///
    /// # Errors
    /// It is no audit line.
    pub fn entry(&self) -> serde_json::Result<AuditEntry> {
        serde_json::from_slice(&self.bytes)
    }
}

/// The lines of an open trail, up to the length that it had when it was opened.
struct Lines {
    path: PathBuf,
    reader: Option<BufReader<Take<File>>>,
    number: u64,
}

impl State {
    /// The lines of the audit trail of a project, oldest first; none where there is no trail.
    ///
    /// What is appended after the call is not among them, so that no half of a line is seen.
    ///
    /// # Errors
    /// The file cannot be read. An error on the way is the last thing that comes.
    pub fn audit_lines(
        &self,
        project: &str,
    ) -> Result<impl Iterator<Item = Result<AuditLine, Error>> + use<>, Error> {
        let path = self.audit_path(project)?;
        let failed = |error| Error::io("read", &path, error);
        let reader = match File::open(&path) {
            Ok(file) => {
                // Nobody appends meanwhile; where files cannot be locked we look all the same.
                let _ = disk::lock_in_time(&file, true);
                let length = file.metadata().map_err(failed)?.len();
                let _ = file.unlock();
                Some(BufReader::with_capacity(1 << 16, file.take(length)))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        Ok(Lines { path, reader, number: 0 })
    }
}

impl Iterator for Lines {
    type Item = Result<AuditLine, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut bytes = Vec::new();
        match self.reader.as_mut()?.read_until(b'\n', &mut bytes) {
            Ok(0) => {
                self.reader = None;
                None
            }
            Ok(_) => {
                self.number += 1;
                if bytes.last() == Some(&b'\n') {
                    bytes.pop();
                }
                Some(Ok(AuditLine { number: self.number, bytes }))
            }
            Err(error) => {
                self.reader = None;
                Some(Err(Error::io("read", &self.path, error)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use super::super::super::tests::state;

    #[test]
    fn lines_are_those_that_were_there_at_the_call_whatever_they_say() {
        let (_folder, state) = state();
        assert_eq!(state.audit_lines("P1").unwrap().count(), 0);
        let path = state.audit_path("P1").unwrap();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"{}\n\n\xff\ntorn").unwrap();
        let lines = state.audit_lines("P1").unwrap();
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b" and more\nlater\n").unwrap();
        let lines: Vec<_> = lines.map(Result::unwrap).collect();
        assert!(lines.iter().all(|line| line.entry().is_err()));
        let found: Vec<_> = lines.iter().map(|line| (line.number, line.bytes.as_slice())).collect();
        assert_eq!(found, [(1, b"{}".as_slice()), (2, b""), (3, b"\xff"), (4, b"torn")]);
    }

    #[test]
    fn a_trail_that_cannot_be_read_ends_with_the_error() {
        let (_folder, state) = state();
        fs::create_dir_all(state.audit_path("P1").unwrap()).unwrap();
        let lines: Vec<_> = state.audit_lines("P1").into_iter().flatten().take(3).collect();
        assert!(lines.len() <= 1 && lines.iter().all(Result::is_err), "{lines:?}");
    }
}
