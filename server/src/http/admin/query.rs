//! The query of an address: names that the address has, each once.

use crate::http::problem::ApiError;
use actix_web::HttpRequest;
use constat_shared::{Code, Problem};
use url::form_urlencoded;

/// The values of a query, by name.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the query of a request, which may have these names.
    ///
    /// # Errors
    /// A problem that names the one that is unknown, or there twice.
    pub fn read(request: &HttpRequest, names: &[&str]) -> Result<Query, ApiError> {
        let mut values: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(request.query_string().as_bytes()) {
            if !names.contains(&&*name) {
                let detail = format!("Leave it out, or use one of these: {}.", names.join(", "));
                return Err(invalid(&name, detail));
            }
            if values.iter().any(|(known, _)| *known == name) {
                return Err(invalid(&name, "Send it once."));
            }
            values.push((name.into_owned(), value.into_owned()));
        }
        Ok(Query(values))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a name, read by a function.
    ///
    /// # Errors
    /// A problem with the function's sentence.
    pub fn parsed<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ApiError> {
        let parsed = self.get(name).map(parse).transpose();
        parsed.map_err(|words| invalid(name, format!("It {}.", words.trim_end_matches('.'))))
    }
}

fn invalid(name: &str, detail: impl Into<String>) -> ApiError {
    ApiError(Problem::of_field(Code::InvalidField, name, detail))
}
