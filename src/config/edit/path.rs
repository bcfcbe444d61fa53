//! Where in a file something stands, and what is to become of it.

use serde_json::Value;

/// One step from a map or a list into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// The steps from the top of a file to a node.
pub(super) type Path = Vec<Step>;

/// `above`, and these keys below it.
pub(super) fn below<S: AsRef<str>>(above: &[Step], words: &[S]) -> Path {
    above.iter().cloned().chain(words.iter().map(|word| Step::Key(word.as_ref().to_owned()))).collect()
}

/// One change of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Op {
    /// The value at `path` becomes this one; what is missing on the way is made.
    Put { path: Path, value: Value },
    /// The list at `path` gets these items at its end.
    Append { path: Path, items: Vec<Value> },
    /// The entry or item at `path` goes.
    Remove { path: Path },
}

impl Op {
    pub(super) fn path(&self) -> &[Step] {
        match self {
            Self::Put { path, .. } | Self::Append { path, .. } | Self::Remove { path } => path,
        }
    }

    /// Whether it moves the numbers of other items.
    pub(super) fn renumbers(&self) -> bool {
        matches!(self, Self::Remove { path } if matches!(path.last(), Some(Step::Item(_))))
    }
}
