//! The audit trail → every line that was edited, dropped, reordered or cut off.

use std::{
    fs::File,
    io::{BufRead, BufReader, ErrorKind},
    ops::RangeInclusive,
};

use serde::Deserialize;

use super::{
    super::{Error, State, canonical::digest_without, disk},
    AuditProblem,
    chain::{Link, read_head},
};

/// What an inspection of an audit trail found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditVerification {
    /// How many lines the trail has.
    pub lines: u64,
    /// The hash of its last line.
    pub head: Option<String>,
    /// What is wrong with it, in the order of the lines.
    pub problems: Vec<AuditProblem>,
}

impl AuditVerification {
    /// Whether nothing is wrong.
    pub fn is_intact(&self) -> bool {
        self.problems.is_empty()
    }
}

impl State {
    /// Inspects the whole audit trail of a project. `head` is the hash that a run's summary named, if one is known.
    ///
    /// # Errors
    /// The files cannot be read. What is wrong with their content is no error but a finding.
    pub fn verify_audit(&self, project: &str, head: Option<&str>) -> Result<AuditVerification, Error> {
        let path = self.audit_path(project)?;
        let failed = |error| Error::io("read", &path, error);
        let mut inspection = Inspection { named: head.map(str::to_owned), ..Inspection::default() };
        match File::open(&path) {
            Ok(file) => {
                // Nobody appends meanwhile; where files cannot be locked we look all the same.
                let _ = disk::lock_in_time(&file, true);
                inspection.head = read_head(&path).map_or_else(unreadable_head, Ok)?;
                let mut reader = BufReader::with_capacity(1 << 16, &file);
                let mut line = Vec::new();
                while reader.read_until(b'\n', &mut line).map_err(failed)? > 0 {
                    inspection.look_at(&line);
                    line.clear();
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                inspection.head = read_head(&path).map_or_else(unreadable_head, Ok)?;
            }
            Err(error) => return Err(failed(error)),
        }
        Ok(inspection.conclude())
    }
}

/// A damaged head is a finding like a missing one.
fn unreadable_head(error: Error) -> Result<Option<Link>, Error> {
    if matches!(error, Error::Malformed { .. }) { Ok(None) } else { Err(error) }
}

/// The keys of a line that make the chain.
#[derive(Deserialize)]
struct Chained {
    seq: u64,
    prev: Option<String>,
    hash: String,
}

/// A look at line after line.
#[derive(Default)]
struct Inspection {
    lines: u64,
    /// The line with the highest number so far.
    newest: Link,
    /// Numbers that were passed over.
    gaps: Vec<RangeInclusive<u64>>,
    problems: Vec<AuditProblem>,
    /// What the head file says, and whether that line was met.
    head: Option<Link>,
    head_met: bool,
    /// The hash a run's summary named, and whether it was met.
    named: Option<String>,
    named_met: bool,
}

impl Inspection {
    fn look_at(&mut self, bytes: &[u8]) {
        self.lines += 1;
        let line = self.lines;
        let Some(bytes) = bytes.strip_suffix(b"\n") else {
            return self.problems.push(AuditProblem::Torn { line });
        };
        let text = std::str::from_utf8(bytes).ok();
        let Some((text, chained)) = text.and_then(|text| Some((text, serde_json::from_str(text).ok()?)))
        else {
            return self.problems.push(AuditProblem::Unreadable { line });
        };
        let Chained { seq, prev, hash } = chained;
        if digest_without(text, "hash").ok().as_ref() != Some(&hash) {
            self.problems.push(AuditProblem::Edited { line, seq });
        }
        self.head_met |=
            self.head.as_ref().is_some_and(|head| head.seq == seq && head.hash.as_ref() == Some(&hash));
        self.named_met |= self.named.as_ref() == Some(&hash);
        if seq <= self.newest.seq {
            let problem = if self.found(seq) {
                AuditProblem::Reordered { line, seq }
            } else {
                AuditProblem::Repeated { line, seq }
            };
            return self.problems.push(problem);
        }
        if seq > self.newest.seq + 1 {
            self.gaps.push(self.newest.seq + 1..=seq - 1);
        } else if prev != self.newest.hash {
            self.problems.push(AuditProblem::Unchained { line, seq });
        }
        self.newest = Link { seq, hash: Some(hash) };
    }

    /// Whether the line with this number was missed so far: it was not dropped, but turned up late.
    fn found(&mut self, seq: u64) -> bool {
        let Some(at) = self.gaps.iter().position(|gap| gap.contains(&seq)) else { return false };
        let gap = self.gaps.remove(at);
        let (before, after) = (*gap.start()..=seq.saturating_sub(1), seq + 1..=*gap.end());
        self.gaps.splice(at..at, [before, after].into_iter().filter(|part| !part.is_empty()));
        true
    }

    fn conclude(mut self) -> AuditVerification {
        let dropped =
            self.gaps.iter().map(|gap| AuditProblem::Dropped { first: *gap.start(), last: *gap.end() });
        self.problems.extend(dropped);
        match &self.head {
            None if self.lines > 0 => self.problems.push(AuditProblem::NoHead),
            Some(Link { hash: Some(hash), .. }) if !self.head_met => {
                self.problems.push(AuditProblem::CutOff { head: hash.clone() });
            }
            _ => {}
        }
        if let Some(named) = self.named.filter(|_| !self.named_met) {
            self.problems.push(AuditProblem::CutOff { head: named });
        }
        AuditVerification { lines: self.lines, head: self.newest.hash, problems: self.problems }
    }
}
