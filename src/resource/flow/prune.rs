//! A flow as the service says it → as files hold it: without the empty values that say nothing.

use serde_json::Value;

use super::{Content, place::is_empty};

impl Content {
    /// The flow without empty values where they say nothing: in metadata, references and interactions, as the official
    /// command line prunes them (Comparing). In contents an empty value is data and stays.
    #[must_use]
    pub fn pruned(&self) -> Self {
        let mut object = self.object().clone();
        for key in ["metadata", "references"] {
            object.entry(key).and_modify(prune);
        }
        if object.get("references").is_some_and(is_empty) {
            object.shift_remove("references");
        }
        let screens = object.get_mut("screens").and_then(Value::as_array_mut);
        for interactions in screens.into_iter().flatten().filter_map(|screen| screen.get_mut("interactions"))
        {
            interactions.as_array_mut().into_iter().flatten().for_each(prune);
        }
        Self::of_object(object)
    }
}

fn prune(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(prune);
            map.retain(|_, value| !is_empty(value));
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn empty_values_go_where_they_say_nothing_and_stay_where_they_are_data() {
        let flow = Content::from_json(json!({
            "flowId": "x",
            "metadata": {"name": "X", "description": "", "disabled": false, "translation": null,
                         "sharedInteractions": [{"id": "9.success", "label": ""}]},
            "contents": {"startTask": "0", "tasks": {"0": {"arguments": {"a": {"value": ""}}}}},
            "screens": [{"screenId": "S", "interactions": [{"id": "i", "icon": ""}], "contents": {"a": ""}}],
            "references": {"connectors": {}, "oauth": []},
        }));
        let expected = json!({
            "flowId": "x",
            "metadata": {"name": "X", "sharedInteractions": [{"id": "9.success"}]},
            "contents": {"startTask": "0", "tasks": {"0": {"arguments": {"a": {"value": ""}}}}},
            "screens": [{"screenId": "S", "interactions": [{"id": "i"}], "contents": {"a": ""}}],
        });
        let (flow, _) = flow.unwrap();
        assert_eq!(flow.pruned().exported(), expected);
        assert!(flow.pruned().same(&flow));
    }
}
