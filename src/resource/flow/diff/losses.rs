//! What people lose though nothing that was told says so: an input whose screen stays in the file and is shown no more,
//! a connector that is still referred to and used no more.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Diff, screens::inputs, side::Side};
use crate::resource::flow::content::text_at;

impl Diff<'_> {
    /// Tells every loss that no difference has named yet. What goes with a method is told by the method.
    pub(super) fn untold_losses(&mut self) {
        let asked = asked(&self.desired, |_| true);
        let lost_inputs: Vec<String> =
            self.asked_before().into_iter().filter(|name| !asked.contains(name.as_str())).collect();
        for name in lost_inputs {
            self.tell_loss("inputs", "input no longer asked for", &name, "the flow no longer asks for");
        }
        for name in self.lost_connectors.clone() {
            self.tell_loss(
                "connectors",
                "connector no longer used",
                &name,
                "the flow no longer uses the connector",
            );
        }
    }

    /// The inputs that the live flow asks for, on screens that stay or go by themselves.
    fn asked_before(&self) -> BTreeSet<String> {
        asked(&self.live, |task| !self.going.has_task(task)).into_iter().map(str::to_owned).collect()
    }

    fn tell_loss(&mut self, word: &str, label: &str, name: &str, why: &str) {
        let quoted = format!("'{name}'");
        let told = self.found.iter().filter_map(|it| it.breaking.as_ref()).any(|it| it.contains(&quoted));
        if !told {
            let values = (Some(Value::from(name)), None);
            self.push_breaking(
                &[word, name],
                format!("{label}: {name}"),
                values,
                Some(format!("{why} {quoted}")),
            );
        }
    }
}

/// The inputs of the screens that a flow shows, by the tasks that count.
fn asked<'a>(side: &Side<'a>, counts: impl Fn(&str) -> bool) -> BTreeSet<&'a str> {
    let shown = side.content.tasks().filter(|(id, _)| counts(id)).map(|(_, task)| text_at(task, "screenId"));
    let screens = shown.filter_map(|id| side.screens.get(id));
    screens.flat_map(|screen| inputs(screen.get("contents"))).collect()
}
