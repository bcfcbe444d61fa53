//! The text of a plain YAML scalar → what it means, by the core schema of YAML 1.2.

use serde_json::{Number, Value};

/// What a plain scalar means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    /// `null`, `~` or nothing at all.
    Null,
    /// A truth value, a number or a text.
    Value(Value),
    /// A number that JSON or 64 bits can't hold.
    Unrepresentable,
}

/// Whether a plain scalar means null.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Reads a truth value as the core schema knows them; `yes` and `on` are none.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Reads a value as YAML reads a plain scalar, quotes aside: what a flag gives for an attribute.
///
/// # Errors
/// It means null, or a number that can't be held; the message says what to write.
pub fn parse_scalar(text: &str) -> Result<Value, String> {
    let quoted = |sign: char| text.len() >= 2 && text.starts_with(sign) && text.ends_with(sign);
    if quoted('"') || quoted('\'') {
        return Ok(Value::String(text.get(1..text.len() - 1).unwrap_or_default().to_owned()));
    }
    match meaning(text) {
        Meaning::Value(value) => Ok(value),
        Meaning::Null if text.is_empty() => Ok(Value::String(String::new())),
        Meaning::Null => Err(format!("'{text}' means null: write '\"{text}\"' for the text")),
        Meaning::Unrepresentable => Err(format!("'{text}' is a number that can't be held exactly")),
    }
}

/// What a plain scalar means.
pub(super) fn meaning(text: &str) -> Meaning {
    if is_null(text) {
        return Meaning::Null;
    }
    if let Some(value) = boolean(text) {
        return Meaning::Value(Value::Bool(value));
    }
    // Most texts start with a letter: those are no numbers.
    let first = text.as_bytes().first().copied().unwrap_or_default();
    let number =
        if first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.') { number(text) } else { None };
    number.unwrap_or_else(|| Meaning::Value(Value::String(text.to_owned())))
}

fn number(text: &str) -> Option<Meaning> {
    if let Some(meaning) = integer(text) {
        return Some(meaning);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Meaning::Unrepresentable);
    }
    if !is_float(unsigned) {
        return None;
    }
    Some(exact(text.parse().ok().and_then(Number::from_f64)))
}

fn exact(number: Option<Number>) -> Meaning {
    number.map_or(Meaning::Unrepresentable, |number| Meaning::Value(Value::Number(number)))
}

/// `None`: no whole number.
fn integer(text: &str) -> Option<Meaning> {
    let digits = |digits: &str, radix| !digits.is_empty() && digits.chars().all(|sign| sign.is_digit(radix));
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(rest) = text.strip_prefix(prefix) {
            return digits(rest, radix)
                .then(|| exact(u64::from_str_radix(rest, radix).ok().map(Number::from)));
        }
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits(unsigned, 10) {
        return None;
    }
    let whole = text.parse::<i64>().map(Number::from);
    Some(exact(whole.or_else(|_| text.parse::<u64>().map(Number::from)).ok()))
}

/// `[0-9]+` or `.[0-9]+` or `[0-9]+.[0-9]*`, then perhaps an exponent.
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    is_number && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_scalars_mean_what_the_core_schema_says() {
        for (text, value) in [
            ("50", json!(50)),
            ("+7", json!(7)),
            ("-3", json!(-3)),
            ("0123", json!(123)),
            ("0o17", json!(15)),
            ("0x1F", json!(31)),
            ("1.10", json!(1.1)),
            (".5", json!(0.5)),
            ("1.", json!(1.0)),
            ("1e3", json!(1000.0)),
            ("true", json!(true)),
            ("FALSE", json!(false)),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
        ] {
            assert_eq!(meaning(text), Meaning::Value(value), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_or_a_truth_value_is_text() {
        for text in [
            "yes",
            "NO",
            "on",
            "tRUE",
            "1_000",
            "1.2.3",
            "0o8",
            "0xG",
            "0x",
            "-",
            "+",
            ".",
            "1e",
            "e5",
            "-0x1",
            "12:30",
            "2026-01-01",
            "nan",
            "inf",
            "١",
            "-.",
            "+true",
        ] {
            assert_eq!(meaning(text), Meaning::Value(json!(text)), "{text}");
        }
    }

    #[test]
    fn a_number_that_would_lose_digits_is_refused_not_rounded() {
        for text in ["18446744073709551616", "-9223372036854775809", ".inf", "-.INF", ".nan", "1e999"] {
            assert_eq!(meaning(text), Meaning::Unrepresentable, "{text}");
        }
    }

    #[test]
    fn a_flag_gives_what_yaml_would_read_and_quotes_make_text() {
        assert_eq!(parse_scalar("50"), Ok(json!(50)));
        assert_eq!(parse_scalar("\"50\""), Ok(json!("50")));
        assert_eq!(parse_scalar("gold"), Ok(json!("gold")));
        assert_eq!(parse_scalar(""), Ok(json!("")));
        assert!(parse_scalar("null").is_err() && parse_scalar("1e999").is_err());
    }

    #[test]
    fn nothing_and_tilde_are_null() {
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(meaning(text), Meaning::Null);
        }
        assert_eq!(meaning("nULL"), Meaning::Value(json!("nULL")));
    }
}
