//! The lists below `protect` → patterns of addresses.

use super::{fields::Fields, problems::Problem, sections::Sections, suggest};
use crate::resource::Pattern;

/// Kinds that addresses can have.
const KINDS: &[&str] = &["tenant", "flow", "theme", "project"];

/// What no run may delete or replace.
pub(super) fn read(sections: &Sections<'_>, fields: &mut Fields<'_, '_>) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for list in &sections.protect {
        for (node, text) in fields.texts(*list, "protect").unwrap_or_default() {
            match text.parse::<Pattern>() {
                Ok(pattern) => {
                    let kind = text.split('.').next().unwrap_or_default();
                    if !kind.contains('*') && !KINDS.contains(&kind) {
                        let message = format!("'{text}' has an unknown kind '{kind}'");
                        let hint = suggest::did_you_mean(kind, KINDS.iter().copied());
                        fields
                            .problems
                            .report(Problem::error("unknown_kind", message).at(node).maybe_hint(hint));
                    }
                    patterns.push(pattern);
                }
                Err(error) => {
                    let hint = if text.starts_with("tenant") {
                        "write tenant.ID".to_owned()
                    } else {
                        format!("write tenant.{text}")
                    };
                    fields
                        .problems
                        .report(Problem::error("bad_address", error.to_string()).at(node).hint(hint));
                }
            }
        }
    }
    patterns
}

#[cfg(test)]
mod tests {
    use crate::config::testing::Case;

    #[test]
    fn protect_takes_addresses_of_known_kinds() {
        insta::assert_snapshot!(Case::new("protect: [acme, tenent.x, tenant.*, '*', flow.y]").problems(), @"
        descope.yaml:1:11: error: 'acme' is not an address: write the kind, a dot and the id, as in 'tenant.acme-corp' [bad_address]
          hint: write tenant.acme
        descope.yaml:1:17: error: 'tenent.x' has an unknown kind 'tenent' [unknown_kind]
          hint: did you mean 'tenant'?
        ");
    }
}
