//! JSON text → its canonical bytes and their SHA-256: keys sorted, no spaces, numbers as they were written.
//!
//! It works on text, not on parsed values: no number changes its digits on the way, and a key that stands
//! there twice counts twice.

use std::io::{self, Write};

use serde::{Deserialize, Deserializer, de::MapAccess, de::Visitor};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// Nesting beyond which a document is refused; what Descope sends stays far below.
const DEEPEST: usize = 128;

/// Writes `text` in canonical form. Members of the outermost object named `without` are left out.
pub(super) fn write_canonical(
    text: &str,
    without: Option<&str>,
    out: &mut dyn Write,
) -> serde_json::Result<()> {
    write_value(text, without, out, DEEPEST)
}

/// The SHA-256, in lower-case hexadecimal digits, of `text` in canonical form, without the outermost member `without`.
pub(super) fn digest_without(text: &str, without: &str) -> serde_json::Result<String> {
    let mut hash = Hash::default();
    write_canonical(text, Some(without), &mut hash)?;
    Ok(hash.finish())
}

/// The SHA-256 of any JSON text in canonical form, in lower-case hexadecimal digits: equal documents have equal
/// digests, however they are spaced and ordered.
///
/// # Errors
/// `text` is not JSON, or nested deeper than 128 levels.
pub fn digest(text: &str) -> serde_json::Result<String> {
    let mut hash = Hash::default();
    write_canonical(text, None, &mut hash)?;
    Ok(hash.finish())
}

/// The SHA-256 of `bytes` in lower-case hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn write_value(
    text: &str,
    without: Option<&str>,
    out: &mut dyn Write,
    deeper: usize,
) -> serde_json::Result<()> {
    let Some(deeper) = deeper.checked_sub(1) else {
        return Err(io_error(io::Error::new(io::ErrorKind::InvalidData, "nested too deep")));
    };
    let text = text.trim_ascii();
    match text.as_bytes().first() {
        Some(b'{') => write_object(text, without, out, deeper),
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            out.write_all(b"[").map_err(io_error)?;
            for (index, item) in items.iter().enumerate() {
                out.write_all(if index == 0 { b"" } else { b"," }).map_err(io_error)?;
                write_value(item.get(), None, out, deeper)?;
            }
            out.write_all(b"]").map_err(io_error)
        }
        // One way to escape each character.
        Some(b'"') => serde_json::to_writer(out, &serde_json::from_str::<String>(text)?),
        _ => {
            let scalar: &RawValue = serde_json::from_str(text)?;
            out.write_all(scalar.get().as_bytes()).map_err(io_error)
        }
    }
}

fn write_object(
    text: &str,
    without: Option<&str>,
    out: &mut dyn Write,
    deeper: usize,
) -> serde_json::Result<()> {
    let Members(mut members) = serde_json::from_str(text)?;
    members.retain(|(key, _)| without != Some(key.as_str()));
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    out.write_all(b"{").map_err(io_error)?;
    for (index, (key, value)) in members.iter().enumerate() {
        out.write_all(if index == 0 { b"" } else { b"," }).map_err(io_error)?;
        serde_json::to_writer(&mut *out, key)?;
        out.write_all(b":").map_err(io_error)?;
        write_value(value.get(), None, out, deeper)?;
    }
    out.write_all(b"}").map_err(io_error)
}

fn io_error(error: io::Error) -> serde_json::Error {
    serde_json::Error::io(error)
}

/// The members of an object, in their order, the same key twice included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A SHA-256 to write into.
#[derive(Default)]
struct Hash {
    digest: Sha256,
    /// Gathers the many small writes.
    waiting: Vec<u8>,
}

impl Hash {
    fn finish(mut self) -> String {
        self.digest.update(&self.waiting);
        hexadecimal(&self.digest.finalize())
    }
}

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= 1 << 13 {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.digest.update(&self.waiting);
        self.waiting.clear();
        Ok(())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn canonical(text: &str) -> String {
        let mut out = Vec::new();
        write_canonical(text, None, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn keys_are_sorted_at_every_depth_and_spaces_go() {
        assert_eq!(
            canonical(" { \"b\" : [ {\"z\":1, \"a\":2} ] , \"a\" : null } "),
            r#"{"a":null,"b":[{"a":2,"z":1}]}"#
        );
    }

    #[test]
    fn numbers_keep_their_digits() {
        let text = r"[123456789012345678901234567890,1.0,1e400,-0,0.10]";
        assert_eq!(canonical(text), text);
    }

    #[test]
    fn a_string_has_one_way_to_be_written() {
        assert_eq!(canonical(r#""\u0041\/\u00e9""#), canonical("\"A/é\""));
    }

    #[test]
    fn a_member_is_left_out_only_at_the_top() {
        let with = r#"{"sha256":"x","a":{"sha256":"y"}}"#;
        assert_eq!(digest_without(with, "sha256").unwrap(), digest(r#"{"a":{"sha256":"y"}}"#).unwrap());
        assert_ne!(digest_without(with, "sha256").unwrap(), digest(r#"{"a":{}}"#).unwrap());
    }

    #[test]
    fn a_key_that_stands_there_twice_is_seen() {
        assert_ne!(digest(r#"{"a":1,"a":2}"#).unwrap(), digest(r#"{"a":2}"#).unwrap());
    }

    #[test]
    fn the_digest_is_what_sha256sum_says() {
        // printf '{"a":1}' | sha256sum
        assert_eq!(
            digest("{ \"a\": 1 }").unwrap(),
            "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        );
    }

    #[test]
    fn bytes_have_the_digest_that_sha256sum_says_too() {
        assert_eq!(sha256(b"{\"a\":1}"), "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
    }

    #[test]
    fn what_is_as_long_as_may_be_is_no_error() {
        assert!(digest(&format!("{}{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST))).is_ok());
        assert!(digest(&format!("{}{}", "[".repeat(DEEPEST + 1), "]".repeat(DEEPEST + 1))).is_err());
        // Longer than what is gathered before it is digested.
        let long = format!("[\"{}\",\"{}\"]", "x".repeat(9_000), "y".repeat(9_000));
        assert_eq!(digest(&long).unwrap(), sha256(long.as_bytes()));
    }

    #[test]
    fn what_is_too_deep_or_no_json_is_an_error() {
        assert!(digest(&"[".repeat(100_000)).is_err());
        assert!(digest(&format!("{}{}", "[".repeat(200), "]".repeat(200))).is_err());
        for text in ["", "{", "{\"a\"}", "01", "nul", "\"", "[1,]", "{} {}"] {
            assert!(digest(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_says_the_same_and_is_its_own_canonical_form(value in value()) {
            let text = canonical(&serde_json::to_string_pretty(&value).unwrap());
            prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), &value);
            prop_assert_eq!(canonical(&text), text);
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{0,3}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }
}
