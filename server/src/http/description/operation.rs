//! One operation: what its address, body and answers are. Its permission is not written here: it is that of
//! the route.

use super::problems;
use super::shape::{named, schema};
use crate::http::router::Verb;
use constat_shared::Code;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::{ResponseBuilder, ResponsesBuilder};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{HttpMethod, Required};

pub const JSON: &str = "application/json";

/// What an operation answers when all is well.
struct Answer {
    status: u16,
    description: &'static str,
    /// Media type, schema and example.
    contents: Vec<(&'static str, Value, Option<Value>)>,
}

/// One method of one address, for a reader.
pub struct Operation {
    pub verb: Verb,
    pub path: &'static str,
    /// Whether it needs a receipt.
    pub is_by_receipt: bool,
    id: &'static str,
    summary: &'static str,
    description: &'static str,
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    answers: Vec<Answer>,
    problems: Vec<Code>,
}

/// An operation with its name and what it does.
pub fn operation(verb: Verb, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation {
        verb,
        path,
        is_by_receipt: false,
        id,
        summary,
        description: "",
        parameters: Vec::new(),
        body: None,
        answers: Vec::new(),
        problems: Vec::new(),
    }
}

fn parameter(name: &str, description: &str, json: Value, example: impl Into<Value>) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).description(Some(description));
    parameter.schema(Some(schema(json))).example(Some(example.into()))
}

fn content(schema_json: Value, example: Option<Value>) -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(schema(schema_json))).example(example).build()
}

impl Operation {
    /// What else there is to know.
    pub fn says(mut self, description: &'static str) -> Operation {
        self.description = description;
        self
    }

    /// A variable part of the path.
    pub fn part(mut self, name: &str, description: &str, schema: Value, example: &str) -> Operation {
        let parameter = parameter(name, description, schema, example).parameter_in(ParameterIn::Path);
        self.parameters.push(parameter.required(Required::True).build());
        self
    }

    /// A name of the query, which may be left out.
    pub fn query(
        mut self,
        name: &str,
        description: &str,
        schema: Value,
        example: impl Into<Value>,
    ) -> Operation {
        let parameter = parameter(name, description, schema, example).parameter_in(ParameterIn::Query);
        self.parameters.push(parameter.required(Required::False).build());
        self
    }

    /// A name of the query that has to be there.
    pub fn needed_query(mut self, name: &str, description: &str, schema: Value, example: u64) -> Operation {
        let parameter = parameter(name, description, schema, example).parameter_in(ParameterIn::Query);
        self.parameters.push(parameter.required(Required::True).build());
        self
    }

    /// A header, which may be left out.
    pub fn header(mut self, name: &str, description: &str, schema: Value, example: &str) -> Operation {
        let parameter = parameter(name, description, schema, example).parameter_in(ParameterIn::Header);
        self.parameters.push(parameter.required(Required::False).build());
        self
    }

    /// A JSON body.
    pub fn body(mut self, schema_name: &str, example: Value) -> Operation {
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        self.body = Some(body.content(JSON, content(named(schema_name), Some(example))).build());
        self.problems([Code::MalformedJson, Code::InvalidField, Code::BodyTooLarge])
    }

    /// An answer without a body.
    pub fn empty(mut self, status: u16, description: &'static str) -> Operation {
        self.answers.push(Answer { status, description, contents: Vec::new() });
        self
    }

    /// An answer in JSON.
    pub fn json(self, status: u16, description: &'static str, schema: Value, example: Value) -> Operation {
        self.answer(status, description, JSON, schema, Some(example))
    }

    /// An answer of a media type.
    pub fn answer(
        mut self,
        status: u16,
        description: &'static str,
        media_type: &'static str,
        schema: Value,
        example: Option<Value>,
    ) -> Operation {
        match self.answers.iter_mut().find(|answer| answer.status == status) {
            Some(answer) => answer.contents.push((media_type, schema, example)),
            None => {
                let contents = vec![(media_type, schema, example)];
                self.answers.push(Answer { status, description, contents });
            }
        }
        self
    }

    /// What may be wrong, besides what may be everywhere.
    pub fn problems(mut self, codes: impl IntoIterator<Item = Code>) -> Operation {
        self.problems.extend(codes);
        self
    }

    /// It needs a receipt of the records.
    pub fn by_receipt(mut self) -> Operation {
        self.is_by_receipt = true;
        self
    }

    /// The method, as OpenAPI names it.
    pub fn method(&self) -> HttpMethod {
        match self.verb {
            Verb::Get => HttpMethod::Get,
            Verb::Post => HttpMethod::Post,
            Verb::Delete => HttpMethod::Delete,
        }
    }

    /// The operation in the document, with what a request needs.
    pub fn build(self, tag: &str, security: Vec<SecurityRequirement>) -> OperationBuilder {
        let mut responses = ResponsesBuilder::new();
        for answer in self.answers {
            let mut response = ResponseBuilder::new().description(answer.description);
            for (media_type, schema, example) in answer.contents {
                response = response.content(media_type, content(schema, example));
            }
            responses = responses.response(answer.status.to_string(), response.build());
        }
        let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        for code in problems::EVERYWHERE.iter().chain(&self.problems) {
            let codes = by_status.entry(code.status()).or_default();
            if !codes.contains(code) {
                codes.push(*code);
            }
        }
        for (status, codes) in by_status {
            responses = responses.response(status.to_string(), problems::response(&codes));
        }
        let description = Some(self.description).filter(|text| !text.is_empty());
        OperationBuilder::new()
            .operation_id(Some(self.id))
            .tag(tag)
            .summary(Some(self.summary))
            .description(description)
            .parameters(Some(self.parameters))
            .request_body(self.body)
            .responses(responses.build())
            .securities(Some(security))
    }
}
