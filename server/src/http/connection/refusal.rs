//! Answers that are given before any route: what is wrong is not the address but the client's pace, or the
//! number of all clients.

use crate::http::problem::ApiError;
use actix_web::body::MessageBody;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use constat_shared::Code;

/// The answer for a problem. Every page may read it: it is the same for all, and no route has said yet who may.
pub fn refusal(code: Code, detail: &str) -> HttpResponse {
    let mut response = ApiError::new(code, detail).error_response();
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// The same as bytes, for a request of which the application has no whole. The connection ends with it.
pub fn refusal_bytes(code: Code, detail: &str) -> Vec<u8> {
    let response = refusal(code, detail);
    let mut bytes = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let body = response.into_body().try_into_bytes().unwrap_or_default();
    bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
    bytes.extend(body);
    bytes
}
