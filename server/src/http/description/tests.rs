//! The description is held to the two tables of routes.

use super::document;
use super::operation::Operation;
use super::{admin, public, records};
use crate::http::asks::Needs;
use crate::http::router::{Family, Row, Verb};
use crate::http::{console, routes};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn described() -> Value {
    let document = document("http://127.0.0.1:8090", "http://127.0.0.1:8080");
    serde_json::from_str(&document.to_json().unwrap()).unwrap()
}

fn is_api(row: &Row) -> bool {
    matches!(row.family, Family::Site | Family::Anyone | Family::Plain | Family::Admin)
        && row.path != "/openapi.json"
}

fn api() -> Vec<Row> {
    console::routes::table().into_iter().chain(routes::table()).filter(is_api).collect()
}

fn method(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "get",
        Verb::Post => "post",
        Verb::Delete => "delete",
    }
}

#[test]
fn every_route_is_an_operation_and_every_operation_a_route() {
    let routes: BTreeSet<_> = api().iter().map(|row| (row.path, method(row.verb))).collect();
    let of = |operation: &Operation| (operation.path, method(operation.verb));
    let operations: Vec<_> =
        [admin::operations(), records::operations(), public::operations()].into_iter().flatten().collect();
    let named: BTreeSet<_> = operations.iter().map(of).collect();
    assert_eq!(named, routes);
    assert_eq!(operations.len(), named.len(), "no operation is described twice");
    let document = described();
    let paths = document["paths"].as_object().unwrap();
    let count: usize = paths
        .values()
        .map(|item| item.as_object().unwrap().keys().filter(|key| is_method(key)).count())
        .sum();
    assert_eq!(count, routes.len());
}

fn is_method(key: &str) -> bool {
    ["get", "post", "delete"].contains(&key)
}

#[test]
fn every_operation_names_the_one_permission_of_its_route() {
    let document = described();
    for row in api() {
        let security = &document["paths"][row.path][method(row.verb)]["security"];
        let expected = match row.needs {
            Needs::Permission(permission) => json!([{ "bearer": [permission.as_str()] }]),
            Needs::Anybody => json!([{ "bearer": [] }]),
            Needs::Nothing if row.path.ends_with("{consent_id}") => json!([{ "receipt": [] }]),
            Needs::Nothing => json!([]),
        };
        assert_eq!(*security, expected, "{} {}", method(row.verb), row.path);
    }
}

#[test]
fn every_part_of_a_path_is_described() {
    let document = described();
    for row in api() {
        let operation = &document["paths"][row.path][method(row.verb)];
        let parts = row.path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
        let described = operation["parameters"].as_array().into_iter().flatten();
        let described = described
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap());
        assert_eq!(described.collect::<BTreeSet<_>>(), parts.collect::<BTreeSet<_>>(), "{}", row.path);
    }
}

/// What a schema of the document is, without references.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(name) => document.pointer(name.strip_prefix('#').unwrap()).unwrap_or_else(|| panic!("{name}")),
        None => schema,
    }
}

/// Checks the names of an example, at each depth.
fn check(document: &Value, schema: &Value, example: &Value, place: &str) {
    let schema = resolved(document, schema);
    if let (Some(all), Some(object)) = (schema["properties"].as_object(), example.as_object()) {
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(name.as_str().unwrap()), "{place}: {name}");
        }
        for (name, value) in object {
            if let Some(property) = all.get(name) {
                check(document, property, value, &format!("{place}.{name}"));
            } else {
                assert_ne!(schema["additionalProperties"], json!(false), "{place}: {name}");
            }
        }
    }
    if let (true, Some(items)) = (schema["items"].is_object(), example.as_array()) {
        items.iter().for_each(|item| check(document, &schema["items"], item, place));
    }
}

#[test]
fn every_body_and_answer_of_the_admin_api_has_an_example_that_fits() {
    let document = described();
    for row in api().into_iter().filter(|row| row.family == Family::Admin) {
        let operation = &document["paths"][row.path][method(row.verb)];
        let place = format!("{} {}", method(row.verb), row.path);
        let mut bodies = vec![&operation["requestBody"]];
        bodies.extend(["200", "201"].map(|status| &operation["responses"][status]));
        for body in bodies.into_iter().filter(|body| body["content"].is_object()) {
            let contents = body["content"].as_object().unwrap().iter();
            for (_, content) in contents.filter(|(media_type, _)| media_type.ends_with("json")) {
                assert!(content["example"].is_object(), "{place}");
                check(&document, &content["schema"], &content["example"], &place);
            }
        }
    }
}

#[test]
fn every_problem_is_one_of_its_status() {
    let document = described();
    for row in api() {
        let responses = document["paths"][row.path][method(row.verb)]["responses"].as_object().unwrap();
        for (status, response) in responses {
            let examples = response["content"]["application/problem+json"]["examples"].as_object();
            for example in examples.into_iter().flat_map(|examples| examples.values()) {
                assert_eq!(example["value"]["status"].to_string(), *status, "{}", row.path);
            }
        }
    }
}
