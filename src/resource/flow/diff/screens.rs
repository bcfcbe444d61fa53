//! What differs in the screens.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{
    Diff,
    side::{component_words, input_of, kind_of, texts},
    tasks::quoted,
};
use crate::resource::{
    Object,
    flow::{leaves::Leaf, place::Place},
};

/// The values that changed in each component that both screens have, so that a copy of one is not told again.
type Told = HashMap<String, Vec<(Option<Value>, Option<Value>)>>;

impl<'a> Diff<'a> {
    pub(super) fn screens(&mut self) {
        let (live, desired) = (self.live.content, self.desired.content);
        let added: Vec<_> = desired.screens().filter(|(id, _)| !self.live.screens.contains_key(id)).collect();
        for (id, screen) in live.screens().chain(added) {
            match (self.live.screens.get(id).copied(), self.desired.screens.get(id).copied()) {
                (Some(live), Some(desired)) => self.changed_screen(id, live, desired),
                (Some(_), None) if !self.going.has_screen(&self.live, id) => self.removed_screen(id, screen),
                (None, _) if !self.coming.has_screen(&self.desired, id) => {
                    let label =
                        format!("screen added: {}", self.desired.screen_words(id).unwrap_or_default());
                    self.push(&["screens", id], label, None, Some(Value::Object(screen.clone())));
                }
                _ => {}
            }
        }
    }

    /// Whether both flows have a screen, and it is not the same.
    pub(super) fn screen_differs(&self, id: &str) -> bool {
        let components =
            |screens: &HashMap<&str, &'a Object>| screens.get(id).and_then(|it| it.get("contents"));
        let (live, desired) = (components(&self.live.screens), components(&self.desired.screens));
        !self.comparison.same_member(Place::Screen, "contents", live, desired)
    }

    fn removed_screen(&mut self, id: &str, screen: &'a Object) {
        let asked: HashSet<&str> =
            self.desired.screens.values().flat_map(|screen| inputs(screen.get("contents"))).collect();
        let lost: Vec<&str> = inputs(screen.get("contents")).filter(|name| !asked.contains(name)).collect();
        let breaking = (!lost.is_empty())
            .then(|| format!("the flow no longer asks for {}", quoted(lost.iter().copied())));
        let label = format!("screen removed: {}", self.live.screen_words(id).unwrap_or_default());
        let values = (Some(Value::Object(screen.clone())), None);
        self.push_breaking(&["screens", id], label, values, breaking);
    }

    fn changed_screen(&mut self, id: &str, live: &'a Object, desired: &'a Object) {
        let same =
            |key: &str| self.comparison.same_member(Place::Screen, key, live.get(key), desired.get(key));
        let added = desired.keys().filter(|key| !live.contains_key(*key));
        // Components first, so that it is known what a changed interaction only copies.
        let mut keys: Vec<&str> =
            live.keys().chain(added).map(String::as_str).filter(|key| !same(key)).collect();
        keys.sort_by_key(|key| (*key != "contents", *key == "interactions"));
        let words = self.desired.screen_words(id).unwrap_or_default();
        let label = format!("screen {words}:");
        let mut told = Told::new();
        for key in keys {
            let leaves = self
                .comparison
                .leaves_of_member(Place::Screen.get(live, key), Place::Screen.get(desired, key));
            match (key, live.get(key), desired.get(key)) {
                ("contents", Some(Value::Object(before)), Some(Value::Object(after))) => {
                    told = self.components(id, &label, before, after);
                }
                ("interactions", ..) => self.interactions(id, &label, leaves, &told),
                _ => self.tell(&["screens", id, key], &format!("{label} {key}"), leaves),
            }
        }
    }

    fn components(&mut self, screen: &str, label: &str, live: &'a Object, desired: &'a Object) -> Told {
        let mut told = Told::new();
        let added = desired.iter().filter(|(id, _)| !live.contains_key(*id));
        for (id, component) in live.iter().chain(added) {
            match (live.get(id), desired.get(id)) {
                (Some(before), Some(after)) if !self.comparison.same(Place::Exact, before, after) => {
                    let values = self.changed_component(screen, label, id, (live, desired));
                    told.insert(id.clone(), values);
                }
                (Some(_), None) if !self.going.has_component(&self.live, screen, id) => {
                    let lost = input_of(component).filter(|name| !inputs_in(desired).any(|it| it == *name));
                    let breaking = lost.map(|name| format!("the screen no longer asks for '{name}'"));
                    let label = format!("{label} {} removed", component_words(id, component));
                    let values = (Some(component.clone()), None);
                    self.push_breaking(&["screens", screen, "contents", id], label, values, breaking);
                }
                (None, _) if !self.coming.has_component(&self.desired, screen, id) => {
                    let label = format!("{label} {} added", component_words(id, component));
                    self.push(&["screens", screen, "contents", id], label, None, Some(component.clone()));
                }
                _ => {}
            }
        }
        told
    }

    fn changed_component(
        &mut self,
        screen: &str,
        label: &str,
        id: &str,
        (live, desired): (&Object, &Object),
    ) -> Vec<(Option<Value>, Option<Value>)> {
        let (Some(before), Some(after)) = (live.get(id), desired.get(id)) else { return Vec::new() };
        let leaves = self.comparison.leaves(Place::Exact, before, after);
        let values = leaves.iter().map(|leaf| (leaf.before.clone(), leaf.after.clone())).collect();
        let lost = input_of(before).filter(|name| !inputs_in(desired).any(|it| it == *name));
        for Leaf { path, before: old, after: new } in leaves {
            let inner: Vec<&str> = path.iter().map(String::as_str).collect();
            if inner == ["nodes"] && follows(id, live, desired) {
                continue;
            }
            let what = match inner.as_slice() {
                ["props", "children"] => format!("{} text", kind_of(after)),
                ["props", property] => format!("{} {property}", component_words(id, before)),
                ["parent"] => format!("{} moved", component_words(id, before)),
                ["nodes"] => format!("order of components in {}", component_words(id, before)),
                _ => format!("{} {}", component_words(id, before), inner.join(".")),
            };
            let breaking =
                lost.filter(|_| matches!(inner.as_slice(), ["props", "name" | "data-type"] | ["custom", ..]));
            let breaking = breaking.map(|name| format!("the screen no longer asks for '{name}'"));
            let path = [&["screens", screen, "contents", id], inner.as_slice()].concat();
            self.push_breaking(&path, format!("{label} {what}"), (old, new), breaking);
        }
        values
    }

    /// Interactions, where they say more than the components of the same ids.
    fn interactions(&mut self, screen: &str, label: &str, leaves: Vec<Leaf>, told: &Told) {
        for leaf in leaves {
            let on = |side: &super::Side, id: &str| side.component(screen, id).is_some();
            let copied = match leaf.path.as_slice() {
                [id] => {
                    let (live, desired) = (on(&self.live, id), on(&self.desired, id));
                    live != desired && live == leaf.before.is_some() && desired == leaf.after.is_some()
                }
                [id, ..] => told.get(id).is_some_and(|values| {
                    values.iter().any(|(before, after)| (before, after) == (&leaf.before, &leaf.after))
                }),
                [] => false,
            };
            if !copied {
                self.tell(&["screens", screen, "interactions"], &format!("{label} interaction"), vec![leaf]);
            }
        }
    }
}

/// Whether the children of a component differ only by such as come, go or move, which is told where they stand.
fn follows(id: &str, live: &Object, desired: &Object) -> bool {
    let children = |side: &'_ Object| -> Vec<String> {
        texts(side.get(id).and_then(|it| it.get("nodes"))).map(str::to_owned).collect()
    };
    let (before, after) = (children(live), children(desired));
    let parent = |side: &Object, child: &str| side.get(child).map(|it| it.get("parent").cloned());
    let moves = |child: &String| parent(live, child) != parent(desired, child);
    let stay = |list: &[String], other: &[String]| -> Vec<String> {
        list.iter().filter(|child| other.contains(child) || !moves(child)).cloned().collect()
    };
    let lists =
        [live, desired].map(|side| side.get(id).and_then(|it| it.get("nodes")).is_some_and(Value::is_array));
    lists == [true, true] && stay(&before, &after) == stay(&after, &before)
}

pub(super) fn inputs(contents: Option<&Value>) -> impl Iterator<Item = &str> {
    contents.and_then(Value::as_object).into_iter().flat_map(inputs_in)
}

fn inputs_in(components: &Object) -> impl Iterator<Item = &str> {
    components.values().filter_map(input_of)
}
