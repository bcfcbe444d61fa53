//! Placeholders → values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Template, VariableProblem};
use crate::resource::{Object, flow::Content};

/// How a placeholder begins, and how it ends.
const OPEN: &str = "${{";
const CLOSE: &str = "}}";

/// What a plain [`OPEN`] is written as.
pub(super) const ESCAPED: &str = "$${{";

impl Template {
    /// The flow with these values for the variables. It has the id that `flow.json` says, which is often none.
    ///
    /// # Errors
    /// Everything that is wrong with the variables.
    pub fn render(&self, variables: &Object) -> Result<Content, Vec<VariableProblem>> {
        let mut problems = Vec::new();
        let values = self.values(variables, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut filling = Filling { values: self.with_choices(&values), used: BTreeSet::new(), problems };
        let flow = filling.fill(&self.flow);
        let Filling { used, mut problems, .. } = filling;
        let unused = variables.keys().filter(|name| !used.contains(*name));
        problems.extend(unused.map(|name| VariableProblem::Unused { name: name.clone() }));
        if !problems.is_empty() {
            return Err(problems);
        }
        let (content, _) = Content::from_json(flow).map_err(|error| vec![VariableProblem::NoFlow(error)])?;
        Ok(content)
    }

    /// The value of each variable, given or by default.
    fn values<'v>(
        &'v self,
        given: &'v Object,
        problems: &mut Vec<VariableProblem>,
    ) -> BTreeMap<&'v str, &'v Value> {
        for name in given.keys().filter(|name| !self.variables.contains_key(*name)) {
            problems.push(VariableProblem::Unknown { name: name.clone(), schema: self.schema() });
        }
        let mut values = BTreeMap::new();
        for (name, variable) in &self.variables {
            match given.get(name).or(variable.default.as_ref()) {
                Some(value) if variable.takes(value) => drop(values.insert(name.as_str(), value)),
                Some(value) => problems.push(VariableProblem::Wrong {
                    name: name.clone(),
                    found: value.to_string(),
                    schema: variable.schema(),
                }),
                None => {
                    problems.push(VariableProblem::Missing { name: name.clone(), schema: variable.schema() });
                }
            }
        }
        self.check_different(&values, problems);
        values
    }

    fn check_different(&self, values: &BTreeMap<&str, &Value>, problems: &mut Vec<VariableProblem>) {
        for (index, other) in self.different.iter().enumerate() {
            let value = values.get(other.as_str());
            let same = |name: &&String| value.is_some() && values.get(name.as_str()) == value;
            if let Some(name) = self.different.iter().take(index).find(same) {
                problems.push(VariableProblem::Equal {
                    name: name.clone(),
                    other: other.clone(),
                    found: value.map(ToString::to_string).unwrap_or_default(),
                });
            }
        }
    }

    /// All variables and what they take, for messages.
    fn schema(&self) -> String {
        let all: Vec<String> =
            self.variables.iter().map(|(name, variable)| format!("{name} ({})", variable.schema())).collect();
        if all.is_empty() { "none".to_owned() } else { all.join(", ") }
    }

    /// The values, and what they stand for, by the words of their placeholders.
    fn with_choices<'v>(&'v self, values: &BTreeMap<&'v str, &'v Value>) -> BTreeMap<String, &'v Value> {
        let mut all = BTreeMap::new();
        for (name, value) in values {
            let choice = value.as_str().and_then(|value| self.choices.get(value));
            all.extend(choice.into_iter().flatten().map(|(key, value)| (format!("{name}.{key}"), value)));
            all.insert((*name).to_owned(), *value);
        }
        all
    }
}

/// The filling in of placeholders.
struct Filling<'v> {
    values: BTreeMap<String, &'v Value>,
    /// The variables met so far.
    used: BTreeSet<String>,
    problems: Vec<VariableProblem>,
}

impl Filling<'_> {
    fn fill(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.fill_text(text),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(map) => {
                let filled = map.iter().map(|(key, value)| (self.text(key), self.fill(value)));
                Value::Object(filled.collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    fn fill_text(&mut self, text: &str) -> Value {
        let whole = text.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix(CLOSE));
        match whole.filter(|name| !name.contains(CLOSE)) {
            Some(name) => self.value(name).unwrap_or_default(),
            None => self.text(text).into(),
        }
    }

    /// The text with the texts of its placeholders.
    fn text(&mut self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(OPEN) {
            let escaped = before.strip_suffix('$');
            filled.push_str(escaped.unwrap_or(before));
            if let Some((name, behind)) = behind.split_once(CLOSE).filter(|_| escaped.is_none()) {
                filled.push_str(&self.value_text(name));
                rest = behind;
            } else {
                filled.push_str(OPEN);
                rest = behind;
            }
        }
        filled + rest
    }

    fn value(&mut self, name: &str) -> Option<Value> {
        let name = name.trim();
        self.used.insert(name.split('.').next().unwrap_or(name).to_owned());
        let value = self.values.get(name).map(|value| (*value).clone());
        if value.is_none() {
            self.report(VariableProblem::Undeclared { name: name.to_owned() });
        }
        value
    }

    fn value_text(&mut self, name: &str) -> String {
        let text = match self.value(name) {
            None => return String::new(),
            Some(Value::Array(items)) => {
                items.iter().map(scalar).collect::<Option<Vec<_>>>().map(|it| it.join(", "))
            }
            Some(value) => scalar(&value),
        };
        if text.is_none() {
            self.report(VariableProblem::NoText { name: name.trim().to_owned() });
        }
        text.unwrap_or_default()
    }

    /// A placeholder that stands in many places is one problem.
    fn report(&mut self, problem: VariableProblem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
