//! The package `tarteaucitronjs`: services, the addresses of their scripts, and which set no cookie.

use std::path::Path;

use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, ObjectExpression, ObjectPropertyKind, Statement};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType};

use crate::catalogue::hosts;
use crate::tools::failure::Failure;
use crate::tools::files;

/// A service as the package describes it to visitors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its key in the package.
    pub key: String,
    /// Its name.
    pub name: String,
    /// `ads`, `analytic`, `video` and others.
    pub kind: String,
    /// Whether its list of cookies is empty, for which visitors read that the service does not use cookies.
    pub sets_none: bool,
    /// The hosts of the addresses in its script.
    pub hosts: Vec<String>,
}

/// Reads the services of the unpacked package.
///
/// # Errors
/// A file is missing or is no JavaScript.
pub fn read(folder: &Path) -> Result<Vec<Service>, Failure> {
    let path = folder.join("tarteaucitron.services.js");
    let script = String::from_utf8_lossy(&files::read(&path)?).into_owned();
    services(&script).ok_or_else(|| {
        Failure::new(format!("{} is no JavaScript.", path.display()), "Unpack the package again.")
    })
}

/// The services of the script, `tarteaucitron.services.KEY = { … };` each.
fn services(script: &str) -> Option<Vec<Service>> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, script, SourceType::script()).parse();
    if !parsed.diagnostics.is_empty() {
        return None;
    }
    let objects = parsed.program.body.iter().filter_map(|statement| {
        let Statement::ExpressionStatement(statement) = statement else { return None };
        let Expression::AssignmentExpression(assignment) = &statement.expression else { return None };
        let Expression::ObjectExpression(object) = &assignment.right else { return None };
        assignment.left.span().source_text(script).starts_with("tarteaucitron.services.").then_some(object)
    });
    Some(objects.filter_map(|object| service(object, script)).collect())
}

fn service(object: &ObjectExpression, script: &str) -> Option<Service> {
    let text = |key: &str| match value(object, key)? {
        Expression::StringLiteral(literal) => Some(literal.value.to_string()),
        _ => None,
    };
    let sets_none =
        matches!(value(object, "cookies")?, Expression::ArrayExpression(list) if list.elements.is_empty());
    let scripts = ["js", "fallback"].into_iter().filter_map(|key| value(object, key));
    let hosts =
        scripts.flat_map(|script_part| hosts::in_script(script_part.span().source_text(script))).collect();
    Some(Service {
        key: text("key")?,
        name: text("name")?,
        kind: text("type").unwrap_or_default(),
        sets_none,
        hosts,
    })
}

fn value<'a>(object: &'a ObjectExpression<'a>, key: &str) -> Option<&'a Expression<'a>> {
    object.properties.iter().find_map(|property| match property {
        ObjectPropertyKind::ObjectProperty(property) if property.key.is_specific_static_name(key) => {
            Some(&property.value)
        }
        _ => None,
    })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A service of the kind `ads`.
    pub fn service_of(key: &str, name: &str, sets_none: bool, hosts: &[&str]) -> Service {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        Service { key: key.to_owned(), name: name.to_owned(), kind: "ads".to_owned(), sets_none, hosts }
    }

    #[test]
    fn services_are_read_with_the_addresses_of_their_scripts() {
        let script = r#"
            tarteaucitron.services.a = {
                "key": "a", "type": "ads", "name": "A", "uri": "https://a.example.com/policy", "cookies": [],
                "js": function () { tarteaucitron.addScript('//cdn.example.com/a.js'); }
            };
            tarteaucitron.services.b = { "key": "b", "type": "ads", "name": "B", "cookies": ['x'], "js": function () {} };
            tarteaucitron.services.c = { "key": "c", "type": "ads", "name": "C", "cookies": (function () { return []; })() };
            other.d = { "key": "d", "cookies": [] };"#;
        let found = services(script).unwrap();
        let expected = [
            service_of("a", "A", true, &["cdn.example.com"]),
            service_of("b", "B", false, &[]),
            service_of("c", "C", false, &[]),
        ];
        assert_eq!(found, expected);
    }
}
