//! A mistyped word → the word that was meant.

/// The one of `known` that `word` was most likely meant to be.
pub(super) fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = normalized(word);
    let length = word.chars().count();
    // Two letters wrong in a short word is another word.
    let most = (length / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= most)
        .map(|candidate| (strsim::damerau_levenshtein(&word, &normalized(candidate)), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean 'name'?", or else what there is to choose from.
pub(super) fn did_you_mean<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(found) = closest(word, known.clone()) {
        return Some(format!("did you mean '{found}'?"));
    }
    let known = list(known);
    (!known.is_empty()).then(|| format!("known are {known}"))
}

/// `'a', 'b'`, cut after twenty.
pub(super) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    let mut quoted: Vec<String> = words.into_iter().map(|word| format!("'{word}'")).collect();
    let more = quoted.len().saturating_sub(MOST);
    quoted.truncate(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    quoted.join(", ") + &more
}

/// `enforceSSO`, `Enforce-Sso` and `enforce_sso` are nearly one word.
fn normalized(word: &str) -> String {
    word.to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_meant() {
        let known = ["name", "domains", "enforce_sso"];
        assert_eq!(closest("nmae", known), Some("name"));
        assert_eq!(closest("enforceSSO", known), Some("enforce_sso"));
        assert_eq!(closest("Domain", known), Some("domains"));
        assert_eq!(closest("zebra", known), None);
        assert_eq!(closest("", known), None);
    }

    #[test]
    fn with_nothing_near_all_are_listed() {
        assert_eq!(did_you_mean("zebra", ["a", "b"]).as_deref(), Some("known are 'a', 'b'"));
        assert_eq!(did_you_mean("zebra", []), None);
        let many: Vec<String> = (0..25).map(|number| number.to_string()).collect();
        assert!(list(many.iter().map(String::as_str)).ends_with("'19' and 5 more"));
    }
}
