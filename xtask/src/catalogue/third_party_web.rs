//! The package `third-party-web`: companies, and the hosts of each.

use std::path::Path;

use serde::Deserialize;

use crate::tools::failure::Failure;
use crate::tools::files;

/// A service or company with its hosts.
#[derive(Clone, Debug, Deserialize)]
pub struct Entity {
    /// The name of the service.
    pub name: String,
    /// The company, where it is named otherwise than the service.
    #[serde(default)]
    company: Option<String>,
    /// `ad`, `analytics`, `video` and others.
    pub category: String,
    /// Hosts, and patterns such as `*.hotjar.com`.
    pub domains: Vec<String>,
}

impl Entity {
    /// The company; the package names it like the service where it gives none.
    pub fn company(&self) -> &str {
        self.company.as_deref().unwrap_or(&self.name)
    }

    /// The company, where the package gives one.
    pub fn own_company(&self) -> Option<&str> {
        self.company.as_deref()
    }
}

/// Reads the entities of the unpacked package.
///
/// # Errors
/// A file is missing or has another form.
pub fn read(folder: &Path) -> Result<Vec<Entity>, Failure> {
    let path = folder.join("dist/entities.json");
    serde_json::from_slice(&files::read(&path)?).map_err(|error| {
        Failure::new(
            format!("{} cannot be read: {error}.", path.display()),
            "Compare it with xtask/src/catalogue/third_party_web.rs.",
        )
    })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// An entity of a company with its own name.
    pub fn entity(name: &str, company: Option<&str>, domains: &[&str]) -> Entity {
        Entity {
            name: name.to_owned(),
            company: company.map(str::to_owned),
            category: "ad".to_owned(),
            domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        }
    }

    #[test]
    fn an_entity_without_a_company_is_named_like_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("dist")).unwrap();
        let json = r#"[{"name":"Clarity","company":"Microsoft","category":"analytics","domains":["*.clarity.ms"]},
                       {"name":"Hotjar","category":"analytics","domains":["*.hotjar.com"],"examples":[]}]"#;
        std::fs::write(folder.path().join("dist/entities.json"), json).unwrap();
        let entities = read(folder.path()).unwrap();
        assert_eq!(entities[0].company(), "Microsoft");
        assert_eq!((entities[1].company(), entities[1].own_company()), ("Hotjar", None));
    }
}
