//! What a file means, references unexpanded: the proof that an edit changed what it should and nothing else.

use serde_json::Value;

use super::path::{Op, Step};
use crate::config::{
    scalar::{self, Meaning},
    tree::{Kind, Node, Tree},
};

/// The meaning of one node. Scalars keep their texts: `1.10` as a name is not `1.1`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meant {
    Plain(String),
    Text(String),
    List(Vec<Meant>),
    Map(Vec<(String, Meant)>),
    /// What an edit writes: compared by value with what is read.
    Written(Value),
}

impl Meant {
    /// The meaning of a file, aliases followed and merge keys applied.
    pub(super) fn of(tree: &Tree) -> Self {
        tree.root().map_or(Self::Map(Vec::new()), of_node)
    }

    /// Whether both mean the same; the order of keys means nothing.
    pub(super) fn same(&self, read: &Self) -> bool {
        match (self, read) {
            (Self::Written(value), read) => read.is(value),
            (Self::List(ours), Self::List(theirs)) => {
                ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(our, their)| our.same(their))
            }
            (Self::Map(ours), Self::Map(theirs)) => {
                let pairs = |key: &str| theirs.iter().find(|(other, _)| other == key);
                ours.len() == theirs.len()
                    && ours.iter().all(|(key, our)| pairs(key).is_some_and(|(_, their)| our.same(their)))
            }
            _ => self == read,
        }
    }

    /// Whether this is how `value` reads.
    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::List(items), Value::Array(values)) => {
                items.len() == values.len() && items.iter().zip(values).all(|(item, value)| item.is(value))
            }
            (Self::Map(entries), Value::Object(map)) => {
                entries.len() == map.len()
                    && entries.iter().all(|(key, read)| map.get(key).is_some_and(|value| read.is(value)))
            }
            (Self::Plain(text) | Self::Text(text), Value::String(wanted)) => *text == escaped(wanted),
            (Self::Plain(text), value) => scalar::meaning(text) == Meaning::Value(value.clone()),
            _ => false,
        }
    }

    /// Makes the change that `op` asks for; `None` where there is no such place.
    pub(super) fn change(&mut self, op: &Op) -> Option<()> {
        match op {
            Op::Put { path, value } => self.put(path, value),
            Op::Append { path, items } => match self.at(path) {
                Some(Self::List(own)) => {
                    own.extend(items.iter().cloned().map(Self::Written));
                    Some(())
                }
                Some(_) => None,
                None => self.put(path, &Value::Array(items.clone())),
            },
            Op::Remove { path } => {
                let (last, above) = path.split_last()?;
                match (self.at(above)?, last) {
                    (Self::List(items), Step::Item(number)) if *number < items.len() => {
                        drop(items.remove(*number));
                        Some(())
                    }
                    (Self::Map(entries), Step::Key(key)) => {
                        entries.retain(|(other, _)| other != key);
                        Some(())
                    }
                    _ => None,
                }
            }
        }
    }

    fn put(&mut self, path: &[Step], value: &Value) -> Option<()> {
        let Some((first, rest)) = path.split_first() else {
            *self = Self::Written(value.clone());
            return Some(());
        };
        match (self, first) {
            (Self::List(items), Step::Item(number)) => items.get_mut(*number)?.put(rest, value),
            (Self::Map(entries), Step::Key(key)) => {
                if let Some((_, inner)) = entries.iter_mut().find(|(other, _)| other == key) {
                    return inner.put(rest, value);
                }
                let mut inner = Self::Map(Vec::new());
                inner.put(rest, value)?;
                entries.push((key.clone(), inner));
                Some(())
            }
            _ => None,
        }
    }

    fn at(&mut self, path: &[Step]) -> Option<&mut Self> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        match (self, first) {
            (Self::List(items), Step::Item(number)) => items.get_mut(*number)?.at(rest),
            (Self::Map(entries), Step::Key(key)) => {
                entries.iter_mut().find(|(other, _)| other == key)?.1.at(rest)
            }
            _ => None,
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

fn of_node(node: Node<'_>) -> Meant {
    match node.kind() {
        Kind::Plain | Kind::Alias => Meant::Plain(node.text().to_owned()),
        Kind::Quoted => Meant::Text(node.text().to_owned()),
        Kind::List => Meant::List(node.items().map(of_node).collect()),
        Kind::Map => {
            Meant::Map(node.entries().map(|(key, value)| (key.text().to_owned(), of_node(value))).collect())
        }
    }
}
