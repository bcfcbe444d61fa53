//! Words that are no command → the commands that may have been meant, on whatever level they are.

use clap::Command;

/// Commands of one name that are all listed.
const LISTED: usize = 4;

/// How alike two commands must be, from 0 to 1.
const ALIKE: f64 = 0.72;

/// The commands that the words may mean, best first; `place` are the commands that they stand behind.
pub(super) fn meant(place: &[&str], words: &[&str], root: &Command) -> Vec<String> {
    let leaves = leaves(root);
    let typed = |count: usize| place.iter().chain(words.iter().take(count)).copied().collect::<Vec<_>>();
    for count in (1..=words.len().min(2)).rev() {
        let exact: Vec<_> = leaves.iter().filter(|leaf| bag(&typed(count)) == bag(leaf)).map(join).collect();
        if !exact.is_empty() {
            return exact;
        }
    }
    let word = words.first().copied().unwrap_or_default();
    let named = leaves.iter().filter(|leaf| place.is_empty() && leaf.len() > 1 && leaf.last() == Some(&word));
    let named: Vec<_> = named.map(join).take(LISTED).collect();
    if named.is_empty() { alike(&[typed(2), typed(1)], &leaves) } else { named }
}

/// The one command that is written most alike, if any is alike at all.
fn alike(typed: &[Vec<&str>], leaves: &[Vec<&str>]) -> Vec<String> {
    let score = |leaf: &Vec<&str>| {
        let likeness = |words: &Vec<&str>| strsim::normalized_levenshtein(&words.join(" "), &leaf.join(" "));
        typed.iter().map(likeness).fold(0.0, f64::max)
    };
    let best = leaves.iter().map(|leaf| (score(leaf), leaf)).max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score >= ALIKE).map(|(_, leaf)| join(leaf)).into_iter().collect()
}

/// The words of every command that does something, each with those before it.
fn leaves(root: &Command) -> Vec<Vec<&str>> {
    let below = |command: &&Command| command.get_name() != "help";
    let mut found = Vec::new();
    for command in root.get_subcommands().filter(below) {
        let name = command.get_name();
        found.push(vec![name]);
        found.extend(leaves(command).into_iter().map(|rest| [vec![name], rest].concat()));
    }
    found
}

/// Words without their order, hyphens and number: `list-tenants` is `tenant list`.
fn bag(words: &[&str]) -> Vec<String> {
    let parts = words.iter().flat_map(|word| word.split(['-', '_', ':']));
    let singular = parts.map(|part| part.to_lowercase().trim_end_matches('s').to_owned());
    let mut bag: Vec<_> = singular.filter(|part| !part.is_empty()).collect();
    bag.sort();
    bag
}

fn join(words: &Vec<&str>) -> String {
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn of(place: &[&str], words: &[&str]) -> Vec<String> {
        meant(place, words, &crate::cli::Cli::command())
    }

    #[test]
    fn a_command_is_found_on_whatever_level_it_is() {
        for (place, words) in [
            (&[][..], &["list-tenants"][..]),
            (&[], &["tenants", "list"]),
            (&[], &["list", "tenants"]),
            (&[], &["tennant", "list"]),
            (&["tenant"], &["lst"]),
            (&[], &["tenant-list", "acme"]),
        ] {
            assert_eq!(of(place, words), ["tenant list"], "{place:?} {words:?}");
        }
        assert_eq!(of(&[], &["sync"]), ["tenant sync"]);
        assert_eq!(of(&[], &["deploy"]), ["flow deploy"]);
        assert_eq!(of(&[], &["aply"]), ["apply"]);
        assert_eq!(of(&["tenant"], &["plans"]), [""; 0]);
        assert_eq!(of(&[], &["frobnicate"]), [""; 0]);
    }

    #[test]
    fn where_several_may_be_meant_all_are_named() {
        let found = of(&[], &["verify"]);
        assert_eq!(found, ["backup verify", "audit verify"]);
        assert!(of(&[], &["list"]).contains(&"tenant list".to_owned()));
    }
}
