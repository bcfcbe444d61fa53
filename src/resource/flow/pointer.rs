//! Words of a path → a JSON pointer.

/// The JSON pointer of these words.
pub(super) fn pointer(words: &[&str]) -> String {
    let mut pointer = String::new();
    for word in words {
        pointer.push('/');
        pointer.push_str(&word.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tildes_and_slashes_are_escaped() {
        assert_eq!(pointer(&["a/b", "c~d", "0"]), "/a~1b/c~0d/0");
    }
}
