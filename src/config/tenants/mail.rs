//! Domains that everybody can have an address at.

/// Whether the domain belongs to a public mail service, so that no company can claim it.
pub(super) fn is_public(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    PUBLIC.binary_search(&domain.as_str()).is_ok()
}

const PUBLIC: &[&str] = &[
    "126.com",
    "163.com",
    "aol.com",
    "duck.com",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.fr",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "t-online.de",
    "tuta.com",
    "tutanota.com",
    "web.de",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.de",
    "yahoo.fr",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::Case;

    #[test]
    fn public_mail_services_are_known_in_any_case() {
        assert!(PUBLIC.is_sorted());
        assert!(is_public("GMail.com") && is_public("126.com") && is_public("zoho.com"));
        assert!(!is_public("acme.com") && !is_public("sub.gmail.com"));
    }

    #[test]
    fn public_mail_domains_are_warned_about() {
        insta::assert_snapshot!(Case::new("tenants: [{ id: acme, domains: [gmail.com] }]").problems(), @"
        descope.yaml:1:33: warning: 'gmail.com' is a public mail domain: everybody with an address there would join [public_mail_domain]
          hint: its ownership cannot be checked here; use a domain of the customer's own
        ");
    }
}
