//! The forms of ids, names and domains.

use crate::config::{fields::Fields, problems::Problem, tree::Node};

/// The service's own list of ids counts to 30; longer ones were made all the same.
const LONG_ID: usize = 30;
/// No name may be longer.
const LONGEST_NAME: usize = 254;

/// Reports an id that is none, and one that only an existing tenant may have.
pub(super) fn check_id(node: Node<'_>, id: &str, fields: &mut Fields<'_, '_>) {
    if !is_service_id(id) {
        let message = format!("'{id}' is not a tenant id");
        let hint =
            "use lower-case letters, digits and hyphens, 3 to 50 of them, a letter or digit first and last";
        fields.problems.report(Problem::error("bad_tenant_id", message).at(node).hint(hint));
        return;
    }
    if !is_own_id(id) {
        let message =
            format!("'{id}' fits only a tenant that exists already; a tenant of this id is never created");
        let hint = "for a new tenant: 3 to 50 lower-case letters, digits and hyphens, a letter or digit first and last";
        fields.problems.report(Problem::warning("id_of_existing_only", message).at(node).hint(hint));
    }
    if id.len() > LONG_ID {
        let message =
            format!("id '{id}' has {} characters; the service documents {LONG_ID} at most", id.len());
        fields
            .problems
            .report(Problem::warning("long_tenant_id", message).at(node).hint("choose a shorter id"));
    }
}

/// What this tool creates: `^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$`.
pub fn is_own_id(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = id.as_bytes();
    (3..=50).contains(&bytes.len())
        && bytes.iter().all(|byte| fits(*byte) || *byte == b'-')
        && !id.starts_with('-')
        && !id.ends_with('-')
}

/// What the service allows.
pub(super) fn is_service_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

pub(super) fn check_name(node: Node<'_>, name: &str, fields: &mut Fields<'_, '_>) {
    let length = name.chars().count();
    if length > LONGEST_NAME {
        let message = format!("the name has {length} characters; {LONGEST_NAME} are the most");
        fields.problems.report(Problem::error("long_name", message).at(node));
    }
    if name.chars().any(char::is_control) {
        let message = "the name holds a control character, a line break for instance";
        fields.problems.report(Problem::error("bad_name", message).at(node));
    }
}

/// Reports a domain that is none.
pub(super) fn check_domain(node: Node<'_>, domain: &str, fields: &mut Fields<'_, '_>) {
    if is_domain(domain) {
        return;
    }
    let hint = if domain.contains("://") || domain.contains('/') {
        "write the name alone, without https:// and path"
    } else if domain.contains('@') {
        "write what stands behind the @"
    } else if !domain.is_ascii() {
        "write it in its ASCII form, which starts with xn--"
    } else if domain.contains('*') {
        "no wildcards: write each domain"
    } else {
        "write a name such as acme.com: letters, digits and inner hyphens, at most 63 between two dots"
    };
    let problem = Problem::error("bad_domain", format!("'{domain}' is not a domain")).at(node);
    fields.problems.report(problem.repeating().hint(hint));
}

/// Reads a domain that a flag gives.
///
/// # Errors
/// It is none.
pub fn parse_domain(text: &str) -> Result<String, String> {
    if is_domain(text) { Ok(text.to_owned()) } else { Err("write a name such as acme.com".to_owned()) }
}

/// Reads a tenant's name that a flag gives.
///
/// # Errors
/// It is empty, too long, or holds control characters.
pub fn parse_name(text: &str) -> Result<String, String> {
    match text.chars().count() {
        0 => Err("a tenant has a name".to_owned()),
        count if count > LONGEST_NAME => Err(format!("{LONGEST_NAME} characters are the most")),
        _ if text.chars().any(char::is_control) => Err("it holds a control character".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

/// Two labels or more as RFC 1035 has them; like every registry since RFC 1123 we let them start with a digit.
fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let is_label = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last_is_name =
        labels.last().is_some_and(|last| last.starts_with(|sign: char| sign.is_ascii_alphabetic()));
    domain.len() <= 253 && labels.len() >= 2 && labels.iter().all(is_label) && last_is_name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_to_create_have_3_to_50_lower_case_letters_digits_and_inner_hyphens() {
        for id in ["abc", "a-b", "0a9", "a--b", &"a".repeat(50)] {
            assert!(is_own_id(id), "{id}");
        }
        for id in ["ab", "-ab", "ab-", "aBc", "a_b", "a.b", "aéb", "", &"a".repeat(51)] {
            assert!(!is_own_id(id), "{id}");
        }
        assert!(is_service_id("T2abcXYZ_-") && !is_service_id("a b") && !is_service_id(""));
    }

    #[test]
    fn domains_are_dns_names_with_a_dot() {
        for domain in ["acme.com", "3m.com", "a.b-c.Example", "xn--mnchen-3ya.de"] {
            assert!(is_domain(domain), "{domain}");
        }
        let long = format!("{}.com", "a".repeat(64));
        let longest = format!("{}com", "abcdefg.".repeat(32));
        for domain in [
            "acme",
            "acme.com.",
            ".com",
            "a..b",
            "-a.com",
            "a-.com",
            "a_b.com",
            "10.0.0.1",
            "mün.de",
            &long,
            &longest,
        ] {
            assert!(!is_domain(domain), "{domain}");
        }
    }
}
