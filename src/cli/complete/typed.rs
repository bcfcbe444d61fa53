//! Words typed so far → what is to stand at their end, as the commands and flags say.

use std::path::PathBuf;

use clap::{Arg, Command};

/// What sort of name is to stand at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An environment.
    Environment,
    /// An address of whatever kind.
    Address,
    /// A tenant's id.
    Tenant,
    /// A flow's id.
    Flow,
    /// A flow template's name.
    Template,
}

/// What is to stand at the end of the words, and which configuration they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) kind: Kind,
    /// The unfinished word.
    pub(super) begun: String,
    /// Whether `all` is an environment here, too.
    pub(super) takes_all: bool,
    pub(super) config: Vec<PathBuf>,
    pub(super) environment: Option<String>,
}

/// Reads the words, the unfinished one last; `None` where no name of the configuration is to stand there.
pub(super) fn read(words: &[String], root: &Command) -> Option<Typed> {
    // Bash makes a word of its own of the sign between a flag and its value.
    let ends_in_sign = words.last().is_some_and(|word| word == "=");
    let words = words.iter().map(String::as_str).filter(|word| *word != "=");
    let words: Vec<&str> = words.chain(ends_in_sign.then_some("")).collect();
    let (begun, before) = words.split_last()?;
    let mut walk =
        Walk { root, command: root, path: Vec::new(), positions: 0, open: None, given: Vec::new() };
    for word in before {
        walk.take(word);
    }
    let (arg, begun) = walk.at_the_end(begun)?;
    Some(Typed {
        kind: kind(&walk.path, arg)?,
        begun: begun.to_owned(),
        takes_all: walk.path == ["plan"],
        config: walk.values("config").map(PathBuf::from).collect(),
        environment: walk.values("environment").last().map(str::to_owned),
    })
}

/// What sort of name a flag or a word of a command takes.
pub(super) fn kind(path: &[&str], arg: &Arg) -> Option<Kind> {
    let id = arg.get_id().as_str();
    let named = arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    match (path, id, named) {
        (_, "environment", _) | (["compare"], _, "ENV") => Some(Kind::Environment),
        (["backup", ..], _, "ADDRESS") => None,
        (_, _, "ADDRESS") => Some(Kind::Address),
        (["tenant", "show" | "update" | "delete" | "import"], "id" | "ids", _)
        | (["tenant", ..], "parent", _) => Some(Kind::Tenant),
        (["flow", "show" | "export" | "delete"], "id", _) | (["flow", ..], _, "FLOW") => Some(Kind::Flow),
        (["flow", "templates"], "name", _) => Some(Kind::Template),
        _ => None,
    }
}

/// Where in the commands the words have come to.
struct Walk<'a> {
    root: &'a Command,
    command: &'a Command,
    path: Vec<&'a str>,
    /// How many words there were that are neither commands nor flags.
    positions: usize,
    /// The flag whose value comes next.
    open: Option<&'a Arg>,
    given: Vec<(&'a str, String)>,
}

impl<'a> Walk<'a> {
    fn take(&mut self, word: &str) {
        if let Some(arg) = self.open.take() {
            self.given.push((arg.get_id().as_str(), word.to_owned()));
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) =
                long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            match (self.long(name), value) {
                (Some(arg), Some(value)) => self.given.push((arg.get_id().as_str(), value.to_owned())),
                (arg, None) => self.open = arg.filter(|arg| wants_a_value(arg)),
                (None, Some(_)) => {}
            }
        } else if let Some(cluster) = word.strip_prefix('-') {
            for (at, sign) in cluster.char_indices() {
                let Some(arg) = self.short(sign).filter(|arg| wants_a_value(arg)) else { continue };
                match cluster.get(at + sign.len_utf8()..).unwrap_or_default() {
                    "" => self.open = Some(arg),
                    value => {
                        let value = value.trim_start_matches('=').to_owned();
                        self.given.push((arg.get_id().as_str(), value));
                    }
                }
                break;
            }
        } else if let Some(next) = self.command.find_subcommand(word) {
            (self.command, self.positions) = (next, 0);
            self.path.push(next.get_name());
        } else {
            self.positions += 1;
        }
    }

    /// What the unfinished word is the value of, and as far as it goes.
    fn at_the_end<'w>(&self, word: &'w str) -> Option<(&'a Arg, &'w str)> {
        if let Some(arg) = self.open {
            return Some((arg, word));
        }
        if let Some((name, value)) = word.strip_prefix("--").and_then(|long| long.split_once('=')) {
            return Some((self.long(name)?, value));
        }
        if word.starts_with('-') || self.command.has_subcommands() {
            return None;
        }
        let places: Vec<&Arg> = self.command.get_positionals().collect();
        let many = |arg: &&Arg| arg.get_num_args().is_some_and(|count| count.max_values() > 1);
        let place = places.get(self.positions).or_else(|| places.last().filter(|arg| many(arg)))?;
        Some((place, word))
    }

    fn values(&self, id: &str) -> impl Iterator<Item = &str> {
        self.given.iter().filter(move |(name, _)| *name == id).map(|(_, value)| value.as_str())
    }

    fn arguments(&self) -> impl Iterator<Item = &'a Arg> {
        self.command.get_arguments().chain(self.root.get_arguments())
    }

    fn long(&self, name: &str) -> Option<&'a Arg> {
        self.arguments().find(|arg| arg.get_long() == Some(name))
    }

    fn short(&self, sign: char) -> Option<&'a Arg> {
        self.arguments().find(|arg| arg.get_short() == Some(sign))
    }
}

/// Whether the next word is the flag's value, whatever it is.
fn wants_a_value(arg: &Arg) -> bool {
    arg.get_action().takes_values() && !arg.is_require_equals_set()
}
