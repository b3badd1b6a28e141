//! Problem documents (RFC 9457), as answers of an operation.

use super::shape::{named, schema};
use constat_shared::{Code, Problem};
use serde_json::json;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};

/// What may be wrong at every address.
pub const EVERYWHERE: [Code; 7] = [
    Code::NotFound,
    Code::RequestTimeout,
    Code::TooManyRequests,
    Code::HeadTooLarge,
    Code::Internal,
    Code::TooManyConnections,
    Code::StoreUnavailable,
];

/// The answer of a status, which is one of these problems.
pub fn response(codes: &[Code]) -> Response {
    let titles: Vec<_> = codes.iter().map(|code| format!("`{}`: {}.", code.as_str(), code.title())).collect();
    let names: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
    let own = json!({ "type": "object", "properties": { "code": { "type": "string", "enum": names } } });
    let examples = codes.iter().map(|code| {
        let problem = Problem::new(*code, "Says what is wrong with this request, and how to correct it.");
        (code.as_str(), ExampleBuilder::new().value(serde_json::to_value(problem).ok()).build())
    });
    let content = ContentBuilder::new()
        .schema(Some(schema(json!({ "allOf": [named("Problem"), own] }))))
        .examples_from_iter(examples);
    let mut response = ResponseBuilder::new().description(titles.join(" "));
    for (name, description) in headers(codes[0].status()) {
        let header = HeaderBuilder::new().description(Some(*description));
        response = response.header(*name, header.schema(schema(json!({ "type": "string" }))).build());
    }
    response.content("application/problem+json", content.build()).build()
}

/// The headers of a status.
fn headers(status: u16) -> &'static [(&'static str, &'static str)] {
    match status {
        429 | 503 => &[("Retry-After", "After how many seconds to ask again.")],
        _ => &[],
    }
}
