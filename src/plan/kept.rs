//! Attributes as they were applied → what the baseline keeps of them; of what is sensitive only digests.

use serde_json::{Map, Value, json};

use crate::{
    resource::{Address, Attributes, FieldChange, Path, at, lay_over, remove},
    state::digest,
};

/// The key of the digests in an entry of the baseline; no attribute is called so.
const SEALS: &str = "sensitive";

/// The object whose attributes are kept. A digest is of no use for any other one, or in another project.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// The project.
    pub project: &'a str,
    /// The object.
    pub address: &'a Address,
}

/// What was last applied of an attribute that differs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Applied {
    /// Nobody noted it.
    Untold,
    /// It was this; `None` where it was not managed.
    Known(Option<Value>),
}

impl Owner<'_> {
    /// What the baseline keeps once `after` is applied over what was `known`: what is `gone` is forgotten, and of the
    /// `sensitive` values there are digests.
    pub fn kept<'p>(
        self,
        known: Option<Attributes>,
        after: &Attributes,
        gone: impl Iterator<Item = &'p Path>,
        sensitive: &[Path],
    ) -> Attributes {
        let mut kept = known.unwrap_or_default();
        let mut seals = match kept.shift_remove(SEALS) {
            Some(Value::Object(seals)) => seals,
            _ => Map::new(),
        };
        lay_over(&mut kept, after);
        for path in gone {
            remove(&mut kept, path);
            seals.shift_remove(&path.to_string());
        }
        let is_sensitive = |path: &str| sensitive.iter().any(|it| within(path, &it.to_string()));
        seals.retain(|path, _| is_sensitive(path));
        for path in sensitive {
            let value = at(after, path.words());
            for (path, value) in value.into_iter().flat_map(|value| parts(path, value)) {
                seals.insert(path.to_string(), self.seal(&path, value).into());
            }
            remove(&mut kept, path);
        }
        if !seals.is_empty() {
            kept.insert(SEALS.to_owned(), Value::Object(seals));
        }
        kept
    }

    /// What was last applied of an attribute, from what the baseline keeps.
    pub(super) fn applied(self, kept: &Attributes, field: &FieldChange) -> Applied {
        if !field.sensitive {
            return Applied::Known(at(kept, field.path.words()).cloned());
        }
        let seals = kept.get(SEALS).and_then(Value::as_object);
        let Some(seal) = seals.and_then(|seals| seals.get(&field.path.to_string())) else {
            // What was open before, and what an older version has left out.
            let open = at(kept, field.path.words()).cloned();
            return if open.is_none() && seals.is_none() { Applied::Untold } else { Applied::Known(open) };
        };
        let is_it = |value: &&Value| Value::String(self.seal(&field.path, value)) == *seal;
        let sides = [&field.before, &field.after].into_iter().flatten();
        // Neither of them: what it was can't be told, and the digest is not what anything else is.
        Applied::Known(sides.into_iter().find(is_it).or(Some(seal)).cloned())
    }

    fn seal(self, path: &Path, value: &Value) -> String {
        let text = json!([self.project, self.address, path, normal(value)]).to_string();
        // What is deeper than anything that Descope takes has no digest.
        digest(&text).unwrap_or_default()
    }
}

/// Whether an attribute is the one that `path` names, or an entry of it.
fn within(attribute: &str, path: &str) -> bool {
    attribute.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// An attribute by itself; of a whole map its entries, which differ one by one.
fn parts<'v>(path: &Path, value: &'v Value) -> Vec<(Path, &'v Value)> {
    match (path.words(), value) {
        ([word], Value::Object(map)) => map.iter().map(|(key, it)| (Path::new([word, key]), it)).collect(),
        _ => vec![(path.clone(), value)],
    }
}

/// The same for values that mean the same: lists have no order and no capitals, `1.0` is `1`.
fn normal(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(normal).collect();
            for item in &mut items {
                if let Value::String(text) = item {
                    *text = text.to_lowercase();
                }
            }
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map_or(Value::Null, |it| format!("{it}").into())
        }
        Value::Number(number) => number.to_string().into(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(texts: &[&str]) -> Vec<Path> {
        texts.iter().map(|text| Path::new(text.split('.'))).collect()
    }

    fn kept(known: Option<Attributes>, after: &Value, gone: &[&str], sensitive: &[&str]) -> Attributes {
        let address = Address::new("tenant", "acme");
        let owner = Owner { project: "P2", address: &address };
        owner.kept(known, after.as_object().unwrap(), paths(gone).iter(), &paths(sensitive))
    }

    fn applied(kept: &Attributes, path: &str, before: Option<Value>, after: Option<Value>) -> Applied {
        let address = Address::new("tenant", "acme");
        let field =
            FieldChange { sensitive: true, ..FieldChange::new(Path::new(path.split('.')), before, after) };
        Owner { project: "P2", address: &address }.applied(kept, &field)
    }

    #[test]
    fn of_what_is_sensitive_a_digest_is_kept_and_no_value() {
        let after = json!({"name": "Acme", "attributes": {"token": "s3cret", "plan": "gold"}, "domains": ["Hidden.com"]});
        let kept = kept(None, &after, &[], &["attributes.token", "domains"]);
        assert_eq!((&kept["name"], &kept["attributes"]), (&json!("Acme"), &json!({"plan": "gold"})));
        let text = Value::Object(kept.clone()).to_string();
        assert!(!text.contains("s3cret") && !text.to_lowercase().contains("hidden"), "{text}");
        let keys: Vec<_> = kept[SEALS].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["attributes.token", "domains"]);
    }

    #[test]
    fn a_digest_tells_which_side_is_as_it_was_applied() {
        let kept = kept(
            None,
            &json!({"attributes": {"token": "s3cret", "n": 1}, "domains": ["B.com", "a.com"]}),
            &[],
            &["attributes", "domains"],
        );
        let (old, new) = (Some(json!("s3cret")), Some(json!("other")));
        assert_eq!(applied(&kept, "attributes.token", old.clone(), new.clone()), Applied::Known(old.clone()));
        assert_eq!(applied(&kept, "attributes.token", new.clone(), old.clone()), Applied::Known(old));
        let neither = applied(&kept, "attributes.token", new, Some(json!("third")));
        assert!(
            matches!(neither, Applied::Known(Some(Value::String(ref seal))) if seal.len() == 64),
            "{neither:?}"
        );
        let one = Some(json!(1.0));
        assert_eq!(applied(&kept, "attributes.n", one.clone(), None), Applied::Known(one));
        let list = Some(json!(["A.com", "b.com"]));
        assert_eq!(applied(&kept, "domains", list.clone(), None), Applied::Known(list));
        assert_eq!(applied(&kept, "attributes.new", None, Some(json!("x"))), Applied::Known(None));
    }

    #[test]
    fn where_no_digest_was_ever_kept_nobody_can_tell() {
        let kept = kept(None, &json!({"name": "Acme"}), &[], &["attributes.token"]);
        assert!(!kept.contains_key(SEALS));
        assert_eq!(applied(&kept, "attributes.token", None, Some(json!("x"))), Applied::Untold);
        // What is sensitive only by now was kept as it is.
        let open = self::kept(None, &json!({"attributes": {"token": "x"}}), &[], &[]);
        assert_eq!(applied(&open, "attributes.token", None, None), Applied::Known(Some(json!("x"))));
    }

    #[test]
    fn a_digest_goes_with_its_attribute_and_with_the_word_that_it_is_sensitive() {
        let first = kept(
            None,
            &json!({"attributes": {"a": "1", "b": "2", "bc": "3"}}),
            &[],
            &["attributes.a", "attributes.b"],
        );
        let gone =
            kept(Some(first.clone()), &json!({}), &["attributes.a"], &["attributes.a", "attributes.b"]);
        assert_eq!(gone[SEALS].as_object().unwrap().keys().collect::<Vec<_>>(), ["attributes.b"]);
        assert_eq!(gone["attributes"], json!({"bc": "3"}));
        let one = kept(Some(first.clone()), &json!({}), &[], &["attributes.a"]);
        assert_eq!(one[SEALS].as_object().unwrap().keys().collect::<Vec<_>>(), ["attributes.a"]);
        let open = kept(Some(first), &json!({"attributes": {"a": "1", "b": "2"}}), &[], &[]);
        assert_eq!(Value::Object(open), json!({"attributes": {"bc": "3", "a": "1", "b": "2"}}));
    }

    #[test]
    fn one_value_has_another_digest_elsewhere() {
        let path = Path::new(["attributes", "token"]);
        let (acme, other) = (Address::new("tenant", "acme"), Address::new("tenant", "other"));
        let seal = |project, address| Owner { project, address }.seal(&path, &json!("s3cret"));
        let seals = [seal("P1", &acme), seal("P2", &acme), seal("P1", &other)];
        assert!(seals[0] != seals[1] && seals[0] != seals[2] && seals[1] != seals[2]);
        // Whole numbers beyond 2^53 share a float, and no digest.
        let of = |number: u64| Owner { project: "P1", address: &acme }.seal(&path, &json!(number));
        assert_ne!(of(9_007_199_254_740_992), of(9_007_199_254_740_993));
    }
}
