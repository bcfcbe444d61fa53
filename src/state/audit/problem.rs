//! What can be wrong with an audit trail, and how it is told.

use std::fmt;

/// One break in an audit trail. Lines count from 1 as they stand in the file, `seq` as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditProblem {
    /// A line that is no audit line.
    Unreadable {
        /// The line.
        line: u64,
    },
    /// The last line has no end: a crash cut it short. The next run repairs it.
    Torn {
        /// The line.
        line: u64,
    },
    /// What a line says is not what was hashed.
    Edited {
        /// The line.
        line: u64,
        /// Its number.
        seq: u64,
    },
    /// A line does not follow the one before it: that one, or this one, was rewritten with a new hash.
    Unchained {
        /// The line.
        line: u64,
        /// Its number.
        seq: u64,
    },
    /// A line stands behind one that was written later.
    Reordered {
        /// The line.
        line: u64,
        /// Its number.
        seq: u64,
    },
    /// A line has a number that another one before it has: one of them was put in.
    Repeated {
        /// The line.
        line: u64,
        /// Its number.
        seq: u64,
    },
    /// Lines that were written are not there.
    Dropped {
        /// The first of them, by its number.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// The trail ends before the line that the head names, or that line was rewritten.
    CutOff {
        /// The hash of the line that should be there.
        head: String,
    },
    /// There are lines but no readable head: a cut-off tail would not be noticed.
    NoHead,
}

impl fmt::Display for AuditProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { line } => write!(f, "line {line} is not an audit line"),
            Self::Torn { line } => write!(f, "line {line} was cut short by a crash; the next run repairs it"),
            Self::Edited { line, seq } => write!(f, "line {line} (seq {seq}) was edited"),
            Self::Unchained { line, seq } => {
                write!(
                    f,
                    "line {line} (seq {seq}) does not follow the line before it: one of them was rewritten"
                )
            }
            Self::Reordered { line, seq } => write!(f, "line {line} (seq {seq}) is out of order"),
            Self::Repeated { line, seq } => {
                write!(f, "line {line} repeats seq {seq}: it, or the other line of that number, was inserted")
            }
            Self::Dropped { first, last } if first == last => {
                write!(f, "the line with seq {first} was dropped")
            }
            Self::Dropped { first, last } => write!(f, "the lines with seq {first} to {last} were dropped"),
            Self::CutOff { head } => {
                write!(f, "the line with hash {head} is missing: the end was cut off or rewritten")
            }
            Self::NoHead => {
                f.write_str("the head file is missing or unreadable: a cut-off end would not be noticed")
            }
        }
    }
}

impl AuditProblem {
    /// A stable name for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::Torn { .. } => "torn",
            Self::Edited { .. } => "edited",
            Self::Unchained { .. } => "unchained",
            Self::Reordered { .. } => "reordered",
            Self::Repeated { .. } => "repeated",
            Self::Dropped { .. } => "dropped",
            Self::CutOff { .. } => "cut_off",
            Self::NoHead => "no_head",
        }
    }

    /// The line of the file that it is about; none where that line is not there.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Unreadable { line }
            | Self::Torn { line }
            | Self::Edited { line, .. }
            | Self::Unchained { line, .. }
            | Self::Reordered { line, .. }
            | Self::Repeated { line, .. } => Some(*line),
            Self::Dropped { .. } | Self::CutOff { .. } | Self::NoHead => None,
        }
    }
}
