//! Differences → whether somebody could no longer sign in.

use serde_json::Value;

use crate::resource::FieldChange;

/// Whether applying these differences stops somebody's login; `enforced` says whether SSO is enforced now.
pub fn lockout(fields: &[FieldChange], enforced: bool) -> bool {
    if enforced && loses_exclusions(fields) {
        return true;
    }
    let locks = |field: &FieldChange| matches!(field.path.words(), [word] if word == "disabled" || word == "enforce_sso");
    fields.iter().any(|field| locks(field) && field.after == Some(Value::Bool(true)))
}

/// Whether somebody who may sign in without SSO no longer may.
pub fn loses_exclusions(fields: &[FieldChange]) -> bool {
    let mut exclusions = fields.iter().filter(|field| field.path.words() == ["enforce_sso_exclusions"]);
    exclusions.any(|field| {
        let after = field.after.as_ref().and_then(Value::as_array);
        let before = field.before.as_ref().and_then(Value::as_array);
        before.into_iter().flatten().any(|name| !after.is_some_and(|after| after.contains(name)))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Path;

    #[test]
    fn switching_a_tenant_off_is_a_lockout_and_switching_it_on_is_not() {
        let change = |value| FieldChange::new(Path::new(["disabled"]), None, Some(json!(value)));
        assert!(lockout(&[change(true)], false));
        assert!(!lockout(&[change(false)], true));
        let exclusions =
            FieldChange::new(Path::new(["enforce_sso_exclusions"]), Some(json!(["U1"])), Some(json!([])));
        assert!(lockout(std::slice::from_ref(&exclusions), true));
        assert!(!lockout(&[exclusions], false));
    }
}
