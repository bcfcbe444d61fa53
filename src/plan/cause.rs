//! (change, what this tool applied last) → who made the difference: the configuration, somebody else, or both.

use serde_json::Value;

use super::{
    Action, Cause, Change,
    kept::{Applied, Owner},
};
use crate::{
    resource::{Attributes, FieldChange, same_value},
    state::Baseline,
};

/// Says of each change, and of each attribute in it, who made the difference.
pub(super) fn trace(changes: &mut [Change], baseline: &Baseline) {
    for change in changes.iter_mut().filter(|change| change.versions.is_none()) {
        // An entry that can't be read is as good as none.
        let kept: Option<Attributes> = baseline.attributes(change.address.as_str()).ok().flatten();
        let owner = Owner { project: &baseline.project_id, address: &change.address };
        let applied: Option<Vec<Applied>> =
            kept.map(|kept| change.fields.iter().map(|field| owner.applied(&kept, field)).collect());
        change.cause = match (&change.action, &applied) {
            (Action::Create { .. }, Some(_)) => Cause::Console,
            (Action::Create { .. }, None) if !baseline.is_empty() => Cause::Config,
            (Action::Delete { .. }, Some(_)) => Cause::Config,
            (_, None) => Cause::Unknown,
            (Action::Update { .. } | Action::Replace { .. }, Some(applied)) => {
                let causes = change.fields.iter().zip(applied).map(|(field, applied)| match applied {
                    Applied::Untold => Cause::Unknown,
                    Applied::Known(value) => of(field, value.as_ref()),
                });
                causes.reduce(worse).unwrap_or(Cause::Unknown)
            }
        };
        let values = applied.into_iter().flatten().map(|it| match it {
            Applied::Known(value) => value,
            Applied::Untold => None,
        });
        change.applied = values.collect();
    }
}

/// Who made an attribute differ.
pub(super) fn of(field: &FieldChange, applied: Option<&Value>) -> Cause {
    // What was never applied is new in the configuration.
    let Some(applied) = applied else { return Cause::Config };
    let is = |other: &Option<Value>| {
        other.as_ref().is_some_and(|other| same_value(&lower(applied), &lower(other)))
    };
    match (is(&field.before), is(&field.after)) {
        (true, _) => Cause::Config,
        (false, true) => Cause::Console,
        (false, false) => Cause::Both,
    }
}

/// Of two causes the one that needs more care.
fn worse(left: Cause, right: Cause) -> Cause {
    let weight = |cause| match cause {
        Cause::Config => 0,
        Cause::Unknown => 1,
        Cause::Console => 2,
        Cause::Both => 3,
    };
    if weight(left) >= weight(right) { left } else { right }
}

/// Lists hold domains and the like, in which upper and lower case are one.
fn lower(value: &Value) -> Value {
    match value {
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.clone(), |it| it.to_lowercase().into()))
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Path;

    fn field(before: Option<Value>, after: Option<Value>) -> FieldChange {
        FieldChange::new(Path::new(["attributes", "plan"]), before, after)
    }

    #[test]
    fn whoever_left_what_was_applied_made_the_difference() {
        let gold = json!("gold");
        let cause = |before, after| of(&field(before, after), Some(&gold));
        assert_eq!(cause(Some(json!("gold")), Some(json!("free"))), Cause::Config);
        assert_eq!(cause(Some(json!("free")), Some(json!("gold"))), Cause::Console);
        assert_eq!(cause(None, Some(json!("gold"))), Cause::Console);
        assert_eq!(cause(Some(json!("free")), Some(json!("silver"))), Cause::Both);
        assert_eq!(cause(Some(json!("free")), None), Cause::Both);
        assert_eq!(of(&field(Some(json!("x")), Some(json!("y"))), None), Cause::Config);
    }

    #[test]
    fn case_of_domains_and_order_are_nobodys_doing() {
        let field = FieldChange {
            before: Some(json!(["B.com", "a.com"])),
            after: Some(json!(["c.com"])),
            ..field(None, None)
        };
        assert_eq!(of(&field, Some(&json!(["a.com", "b.com"]))), Cause::Config);
    }

    #[test]
    fn of_several_causes_the_one_that_needs_most_care_counts() {
        let rising = [Cause::Config, Cause::Unknown, Cause::Console, Cause::Both];
        for (weight, cause) in rising.into_iter().enumerate() {
            for (other_weight, other) in rising.into_iter().enumerate() {
                let heavier = if weight >= other_weight { cause } else { other };
                assert_eq!(worse(cause, other), heavier, "{cause:?} and {other:?}");
            }
        }
    }
}
