//! The actions of a flow → the ways to sign in that it offers.

use std::{collections::BTreeSet, fmt};

use serde_json::Value;

use super::{Content, content::text_at};

/// A family of ways to prove who one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// A code in a text message.
    OtpSms,
    /// A code in an e-mail.
    OtpEmail,
    /// A code in a call.
    OtpVoice,
    /// A code in a WhatsApp message.
    OtpWhatsapp,
    /// A code from an authenticator app.
    Totp,
    /// A link in an e-mail.
    MagicLinkEmail,
    /// A link in a text message.
    MagicLinkSms,
    /// A link to be chosen among others.
    EnchantedLink,
    /// A link that the application sends itself.
    EmbeddedLink,
    /// A password.
    Password,
    /// A passkey.
    Webauthn,
    /// A social or other OAuth login.
    OAuth,
    /// Single sign-on of a tenant.
    Sso,
    /// A message sent by the person to us.
    Notp,
    /// A code kept for emergencies.
    RecoveryCodes,
    /// Questions only the person can answer.
    SecurityQuestions,
}

/// Words that stand side by side in the names of a family's actions. The first that fits counts.
const FAMILIES: &[(&[&str], Method)] = &[
    (&["otp", "sms"], Method::OtpSms),
    (&["otp", "email"], Method::OtpEmail),
    (&["otp", "voice"], Method::OtpVoice),
    (&["otp", "whatsapp"], Method::OtpWhatsapp),
    (&["totp"], Method::Totp),
    (&["magic", "link", "email"], Method::MagicLinkEmail),
    (&["magic", "link", "sms"], Method::MagicLinkSms),
    (&["enchanted", "link"], Method::EnchantedLink),
    (&["embedded", "link"], Method::EmbeddedLink),
    (&["password"], Method::Password),
    (&["webauthn"], Method::Webauthn),
    (&["passkey"], Method::Webauthn),
    (&["passkeys"], Method::Webauthn),
    (&["oauth"], Method::OAuth),
    (&["saml"], Method::Sso),
    (&["sso"], Method::Sso),
    (&["notp"], Method::Notp),
    (&["recovery", "codes"], Method::RecoveryCodes),
    (&["security", "questions"], Method::SecurityQuestions),
];

impl Method {
    /// The family of an action; none where it proves nothing, or, as `verify-magic-link`, finishes what another began.
    pub fn of_action(action: &str) -> Option<Self> {
        let words: Vec<&str> = action.split('-').collect();
        let fits = |family: &[&str]| words.windows(family.len()).any(|window| window == family);
        FAMILIES.iter().find(|(family, _)| fits(family)).map(|(_, method)| *method)
    }

    /// The family of a task's action.
    pub(super) fn of_task(task: &Value) -> Option<Self> {
        Self::of_action(text_at(task, "action"))
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OtpSms => "otp-sms",
            Self::OtpEmail => "otp-email",
            Self::OtpVoice => "otp-voice",
            Self::OtpWhatsapp => "otp-whatsapp",
            Self::Totp => "totp",
            Self::MagicLinkEmail => "magic-link-email",
            Self::MagicLinkSms => "magic-link-sms",
            Self::EnchantedLink => "enchanted-link",
            Self::EmbeddedLink => "embedded-link",
            Self::Password => "password",
            Self::Webauthn => "webauthn",
            Self::OAuth => "oauth",
            Self::Sso => "sso",
            Self::Notp => "notp",
            Self::RecoveryCodes => "recovery-codes",
            Self::SecurityQuestions => "security-questions",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The families of ways to sign in that the flow's own actions belong to. Sub-flows have their own.
pub fn methods(content: &Content) -> BTreeSet<Method> {
    content.tasks().filter_map(|(_, task)| Method::of_task(task)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::flow::tests::sample;

    #[test]
    fn methods_are_the_families_of_the_actions() {
        let of = |name| methods(&sample(name)).into_iter().map(Method::as_str).collect::<Vec<_>>();
        assert_eq!(of("mfa-login"), ["otp-sms", "totp"]);
        assert_eq!(of("sign-up-or-in"), ["magic-link-email", "oauth"]);
    }

    #[test]
    fn only_whole_words_of_an_action_tell_its_family() {
        assert_eq!(Method::of_action("sign-in-webauthn-start"), Some(Method::Webauthn));
        assert_eq!(Method::of_action("exchange-saml-code"), Some(Method::Sso));
        for nothing in ["logged-in", "connector", "passwordless-check", "verify-magic-link", ""] {
            assert_eq!(Method::of_action(nothing), None, "{nothing}");
        }
    }
}
