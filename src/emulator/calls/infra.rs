//! The older call for whole projects. Of a project's model only the name and the labels can be written here.

use serde_json::{Map, Value, json};

use super::{Rules, company, project::tags, tenant::one_of};
use crate::emulator::{
    access::Caller,
    answer::{Answer, Refusal},
    fields::Fields,
    options::ProjectSpec,
    store::{Effect, Project, Store},
};

/// The model that is understood.
const VERSION: i64 = 1;

/// The keys that are written; any other must be empty.
const WRITTEN: [&str; 4] = ["version", "name", "environment", "tags"];

/// Parts of a project's model that are shown empty.
const SECTIONS: [&str; 9] = [
    "settings",
    "authentication",
    "attributes",
    "connectors",
    "applications",
    "jwtTemplates",
    "styles",
    "flows",
    "widgets",
];

/// Makes a project. The bearer is the key alone.
pub(super) fn create(
    store: &mut Store,
    rules: &Rules,
    caller: &Caller,
    fields: &Fields,
) -> Result<Answer, Refusal> {
    if caller.project.is_some() {
        return Err(Refusal::against_rules(
            "A project is made by the company, without a project in the bearer",
        ));
    }
    let model = model(fields)?;
    Ok(shown(&company::make(store, rules, caller, &model)?))
}

/// The project of the bearer, which the query must name too.
pub(super) fn read(project: &mut Project, _: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    meant(project.id(), fields)?;
    Ok(shown(&project.seen().spec))
}

/// Replaces the name and the labels of the bearer's project.
pub(super) fn update(project: &mut Project, _: &Rules, fields: &Fields) -> Result<Answer, Refusal> {
    meant(project.id(), fields)?;
    let model = model(fields)?;
    let environment = one_of(&model, "environment", &["", "production"])?;
    let (id, name) = (project.id().to_owned(), model.required("name")?);
    let spec = ProjectSpec { id, name, environment, tags: tags(&model)? };
    project.write(Effect::Spec(spec.clone()));
    Ok(shown(&spec))
}

/// Deletes the bearer's project, which the query must name too.
pub(super) fn delete(store: &mut Store, caller: &Caller, fields: &Fields) -> Result<Answer, Refusal> {
    meant(caller.project.as_deref().unwrap_or_default(), fields)?;
    company::delete(store, caller)
}

fn meant(project: &str, fields: &Fields) -> Result<(), Refusal> {
    entity(fields)?;
    if fields.required("id")? == project { Ok(()) } else { Err(Refusal::no_project()) }
}

fn entity(fields: &Fields) -> Result<(), Refusal> {
    match fields.required("entity")?.as_str() {
        "project" => Ok(()),
        _ => Err(Refusal::invalid("The entity field has an unknown value")),
    }
}

fn model(fields: &Fields) -> Result<Fields, Refusal> {
    entity(fields)?;
    let model = Fields::of(fields.map("data")?);
    if model.number("version")? != VERSION {
        return Err(Refusal::wrong_model("The version of the model is not supported"));
    }
    let empty = |value: &Value| match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    let more = |key: &&str| !WRITTEN.contains(key) && model.value(key).is_some_and(|value| !empty(value));
    if let Some(key) = model.keys().find(more) {
        return Err(Refusal::wrong_model(&format!("The section '{key}' is not supported")));
    }
    Ok(model)
}

fn shown(spec: &ProjectSpec) -> Answer {
    let ProjectSpec { id, name, environment, tags } = spec;
    let mut data = Map::from_iter([
        ("version".to_owned(), VERSION.into()),
        ("name".to_owned(), name.as_str().into()),
        ("environment".to_owned(), environment.as_str().into()),
        ("tags".to_owned(), json!(tags)),
    ]);
    data.extend(SECTIONS.map(|section| (section.to_owned(), json!({}))));
    data.insert("authorization".to_owned(), json!({"roles": [], "permissions": []}));
    data.insert("lists".to_owned(), json!([]));
    data.insert("adminportal".to_owned(), json!({}));
    Answer::json(&json!({"entity": "project", "id": id, "data": data}))
}
