//! The query of a page's address: read, and written.

use actix_web::HttpRequest;
use url::form_urlencoded::{Serializer, parse};

/// The first value of a name in the query of a request.
pub fn value(request: &HttpRequest, name: &str) -> Option<String> {
    let mut pairs = parse(request.query_string().as_bytes());
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// A path with a query of these names and values; what is empty is left out.
pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    format!("{path}?{}", query.finish())
}
