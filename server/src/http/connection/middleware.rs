//! What the application tells a guarded connection, and what it answers on one over the cap.

use super::guarded_stream::Connection;
use super::refusal::refusal;
use super::sliced_body::SlicedBody;
use crate::http::problem::ApiError;
use crate::telemetry::{Refusal, count};
use actix_web::HttpMessage;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, UPGRADE};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use bytes::Bytes;
use constat_shared::Code;
use futures_util::stream::{self, Stream, StreamExt};
use std::rc::Rc;
use std::task::Poll;
use tokio::time::Instant;

/// What is answered also over the cap.
const ALWAYS: [&str; 2] = ["/healthz", "/readyz"];

/// Tells the connection when the head, the body and the answer of a request are there. An offer to change
/// the protocol is ignored (RFC 9110, section 7.8), and the connection ends after the answer.
///
/// # Errors
/// Those of the route.
pub async fn guarded(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<SlicedBody>> {
    let connection = request.conn_data::<Rc<Connection>>().cloned();
    let connection = connection.ok_or_else(|| ApiError::new(Code::Internal, "Ask again later."))?;
    let is_upgrade = offers_upgrade(&request);
    set_body(&mut request, &connection, is_upgrade);
    let is_refused = connection.in_reserve && !ALWAYS.contains(&request.match_info().unprocessed());
    let answered = if is_refused {
        count(Refusal::OverCap);
        let answer = refusal(Code::TooManyConnections, "Send the same request again later.");
        Ok(request.into_response(answer))
    } else {
        next.call(request).await.map(ServiceResponse::map_into_boxed_body)
    };
    let size = answered.as_ref().map_or(BodySize::None, |answer| answer.response().body().size());
    connection.progress.answer(matches!(size, BodySize::None | BodySize::Sized(0)), Instant::now());
    let mut answer = answered?;
    if is_upgrade || connection.in_reserve || connection.all.is_ending() {
        answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(answer.map_body(|_, body| SlicedBody::new(body, connection)))
}

fn offers_upgrade(request: &ServiceRequest) -> bool {
    let is_named = request.headers().contains_key(UPGRADE);
    is_named || request.head().upgrade() || request.method() == Method::CONNECT
}

/// Lets the connection know when the body is there. The HTTP library would read the body of a request that
/// offers another protocol to the end of the connection: it is as long as its header states.
fn set_body(request: &mut ServiceRequest, connection: &Rc<Connection>, is_upgrade: bool) {
    let mut payload = request.take_payload();
    if is_upgrade && !request.chunked().unwrap_or(false) {
        let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        payload = first_bytes(payload, length.and_then(|length| length.trim().parse().ok()).unwrap_or(0));
    }
    connection.progress.head(!matches!(payload, Payload::None), Instant::now());
    if !matches!(payload, Payload::None) {
        let connection = Rc::clone(connection);
        let end = stream::poll_fn(move |_| {
            connection.progress.body();
            Poll::Ready(None)
        });
        payload = Payload::Stream { payload: Box::pin(payload.chain(end)) };
    }
    request.set_payload(payload);
}

fn first_bytes(payload: Payload, count: usize) -> Payload {
    if count == 0 {
        return Payload::None;
    }
    let read = async |(mut payload, left): (Payload, usize)| {
        if left == 0 {
            return None;
        }
        let mut chunk: Result<Bytes, PayloadError> = payload.next().await?;
        if let Ok(bytes) = &mut chunk {
            bytes.truncate(left);
        }
        let left = left.saturating_sub(chunk.as_ref().map_or(left, Bytes::len));
        Some((chunk, (payload, left)))
    };
    let bytes: std::pin::Pin<Box<dyn Stream<Item = _>>> = Box::pin(stream::unfold((payload, count), read));
    Payload::Stream { payload: bytes }
}
