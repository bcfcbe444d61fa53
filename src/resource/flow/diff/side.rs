//! One of the two flows, with its parts at hand and the words for them.

use std::collections::HashMap;

use serde_json::Value;

use crate::resource::{
    Object,
    flow::{
        Content,
        content::{text, text_at},
    },
};

/// One of the two flows.
pub(super) struct Side<'a> {
    pub(super) content: &'a Content,
    pub(super) screens: HashMap<&'a str, &'a Object>,
    /// The tasks that show each screen, by screen.
    pub(super) shown_by: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Side<'a> {
    pub(super) fn of(content: &'a Content) -> Self {
        let mut shown_by: HashMap<&str, Vec<&str>> = HashMap::new();
        for (id, task) in content.tasks() {
            shown_by.entry(text_at(task, "screenId")).or_default().push(id);
        }
        Self { content, screens: content.screens().collect(), shown_by }
    }

    pub(super) fn task(&self, id: &str) -> Option<&'a Value> {
        self.content.task(id)
    }

    /// The components of a screen.
    pub(super) fn components(&self, screen: &str) -> Option<&'a Value> {
        self.screens.get(screen)?.get("contents")
    }

    /// The component of a screen with this id.
    pub(super) fn component(&self, screen: &str, id: &str) -> Option<&'a Value> {
        self.components(screen)?.get(id)
    }

    /// `4 "Send the code"`.
    pub(super) fn task_words(&self, id: &str) -> Option<String> {
        let name = text_at(self.task(id)?, "name");
        Some(if name.is_empty() || name == id { id.to_owned() } else { format!("{id} \"{name}\"") })
    }

    /// `"Sign in"`, as the first task that shows the screen is called; its id where none does.
    pub(super) fn screen_words(&self, id: &str) -> Option<String> {
        self.screens.get(id)?;
        let task = self.shown_by.get(id).and_then(|tasks| self.task(tasks.first()?));
        let name = task.map_or("", |task| text_at(task, "name"));
        Some(if name.is_empty() { id.to_owned() } else { format!("\"{name}\"") })
    }

    /// Where a rule leads to, for people.
    pub(super) fn target(&self, id: &str) -> Value {
        self.task_words(id).unwrap_or_else(|| id.to_owned()).into()
    }

    /// What an interaction of a task is called; its id where it has no label.
    pub(super) fn interaction_words(&self, task: &Value, id: &str) -> String {
        let interactions =
            self.screens.get(text_at(task, "screenId")).and_then(|screen| screen.get("interactions"));
        let listed = interactions.or_else(|| task.get("conditions")).and_then(Value::as_array);
        let found = listed
            .into_iter()
            .flatten()
            .find(|it| [text_at(it, "id"), text_at(it, "interactionId")].contains(&id));
        let label = found.map(|it| [text_at(it, "label"), text_at(it, "name")].concat()).unwrap_or_default();
        if label.is_empty() { id.to_owned() } else { label }
    }
}

/// What people call a component: `button`, `phone field`.
pub(super) fn kind_of(component: &Value) -> String {
    let custom = component.get("custom").map_or("", |custom| text_at(custom, "type"));
    if !custom.is_empty() {
        return custom.to_owned();
    }
    let name = component.get("type").map_or("", |kind| text_at(kind, "resolvedName"));
    let mut words = String::new();
    for sign in name.chars() {
        if sign.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(sign.to_lowercase());
    }
    if words.is_empty() { "component".to_owned() } else { words }
}

/// `button "Continue"`; with the id where the component has no title.
pub(super) fn component_words(id: &str, component: &Value) -> String {
    let title = title_of(component);
    let title = if title.is_empty() { id.to_owned() } else { format!("\"{title}\"") };
    format!("{} {title}", kind_of(component))
}

fn title_of(component: &Value) -> String {
    const LONGEST: usize = 40;
    let Some(props) = component.get("props") else { return String::new() };
    let title = ["children", "label", "name"].iter().map(|key| text_at(props, key)).find(|it| !it.is_empty());
    let title = title.unwrap_or_default();
    match title.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", title.get(..end).unwrap_or_default()),
        None => title.to_owned(),
    }
}

/// The name of the input that a component asks for.
pub(super) fn input_of(component: &Value) -> Option<&str> {
    let is_input = component.get("custom").is_some_and(|custom| text_at(custom, "type") == "input")
        || component.get("props").is_some_and(|props| text_at(props, "data-type") == "input");
    component
        .get("props")
        .filter(|_| is_input)
        .map(|props| text_at(props, "name"))
        .filter(|it| !it.is_empty())
}

/// The texts in a list.
pub(super) fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().map(text)
}
