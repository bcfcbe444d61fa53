//! Which tasks come and go with a method.
//!
//! To the people who read a plan a method that goes is one change. So the tasks that only one flow has are told as
//! part of their method: those with its actions, and those without a method that only such tasks lead to, or that
//! lead only to such.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::{Diff, Side};
use crate::resource::flow::{Method, content::rules, methods};

/// The tasks that only one of two flows has and that belong to methods that only it offers.
pub(super) struct Folded<'a> {
    methods: BTreeSet<Method>,
    tasks: HashMap<&'a str, Method>,
}

impl<'a> Folded<'a> {
    /// What `from` has beyond `to`.
    pub(super) fn of(from: &Side<'a>, to: &Side<'a>) -> Self {
        let methods = &methods(from.content) - &methods(to.content);
        let mut folded = Self { methods, tasks: HashMap::new() };
        if !folded.methods.is_empty() {
            folded.collect(from, to);
        }
        folded
    }

    fn collect(&mut self, from: &Side<'a>, to: &Side<'a>) {
        let mut before: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut undecided = Vec::new();
        for (id, task) in from.content.tasks() {
            rules(task).for_each(|(_, target)| before.entry(target).or_default().push(id));
            if to.task(id).is_none() {
                match Method::of_task(task) {
                    Some(method) if self.methods.contains(&method) => drop(self.tasks.insert(id, method)),
                    Some(_) => {}
                    None => undecided.push((id, task)),
                }
            }
        }
        loop {
            let decided = self.tasks.len();
            undecided.retain(|(id, task)| {
                let sources = before.get(id).into_iter().flatten().copied();
                let targets = rules(task).map(|(_, target)| target);
                let method = self.all_in(sources).or_else(|| self.all_in(targets));
                method.is_none_or(|method| {
                    self.tasks.insert(id, method);
                    false
                })
            });
            if self.tasks.len() == decided {
                return;
            }
        }
    }

    /// The method of these tasks, if there are any and all of them are folded.
    fn all_in<'t>(&self, tasks: impl Iterator<Item = &'t str>) -> Option<Method> {
        let mut method = None;
        for task in tasks {
            method = Some(*self.tasks.get(task)?);
        }
        method
    }

    pub(super) fn has_task(&self, id: &str) -> bool {
        self.tasks.contains_key(id)
    }

    /// Whether a screen is shown by such tasks only.
    pub(super) fn has_screen(&self, side: &Side, id: &str) -> bool {
        let tasks = side.shown_by.get(id).into_iter().flatten();
        self.all_in(tasks.copied()).is_some()
    }

    /// Whether a component does nothing but lead to such tasks.
    pub(super) fn has_component(&self, side: &Side, screen: &str, id: &str) -> bool {
        let tasks = side.shown_by.get(screen).into_iter().flatten().filter_map(|task| side.task(task));
        let targets =
            tasks.flat_map(rules).filter(|(interaction, _)| *interaction == id).map(|(_, target)| target);
        self.all_in(targets).is_some()
    }

    fn tasks_of(&self, side: &Side, method: Method) -> Value {
        let tasks = side.content.tasks().filter(|(id, _)| self.tasks.get(id) == Some(&method));
        tasks.map(|(id, _)| side.target(id)).collect()
    }
}

impl Diff<'_> {
    /// The methods that come and go, each with its tasks.
    pub(super) fn methods(&mut self) {
        for method in self.going.methods.clone() {
            let tasks = self.going.tasks_of(&self.live, method);
            let breaking = format!("people who sign in with {method} no longer can");
            let label = format!("method removed: {method}");
            self.push_breaking(&["methods", method.as_str()], label, (Some(tasks), None), Some(breaking));
        }
        for method in self.coming.methods.clone() {
            let tasks = self.coming.tasks_of(&self.desired, method);
            self.push(&["methods", method.as_str()], format!("method added: {method}"), None, Some(tasks));
        }
    }
}
