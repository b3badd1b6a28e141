//! The body of an answer in slices. The HTTP library copies what it gets at once into the buffer of the
//! connection: whole pages, for thousands of clients that read nothing, would fill the memory.

use super::guarded_stream::Connection;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// The bytes of a slice.
const SLICE_BYTES: usize = 16 * 1024;

/// A body that tells its connection when all of it was taken.
pub struct SlicedBody {
    body: BoxBody,
    rest: Bytes,
    connection: Rc<Connection>,
}

impl SlicedBody {
    /// The body of an answer on a connection.
    pub fn new(body: impl MessageBody + 'static, connection: Rc<Connection>) -> SlicedBody {
        SlicedBody { body: body.boxed(), rest: Bytes::new(), connection }
    }
}

impl MessageBody for SlicedBody {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(context)) {
                Some(Ok(bytes)) => self.rest = bytes,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.connection.progress.answer_is_whole();
                    return Poll::Ready(None);
                }
            }
        }
        let count = self.rest.len().min(SLICE_BYTES);
        Poll::Ready(Some(Ok(self.rest.split_to(count))))
    }
}
