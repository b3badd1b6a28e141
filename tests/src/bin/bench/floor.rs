//! The floor: what any server on this machine pays to take a consent request and answer it.
//!
//! The same framework with the same number of workers reads the same body with the same limit, makes
//! the same value of it, and answers as many bytes. It stores nothing.

use std::io;
use std::net::TcpListener;

use actix_web::web::{self, Bytes, Data, Payload};
use actix_web::{App, HttpResponse, HttpServer};
use constat_shared::ConsentRequest;
use constat_shared::consent::REQUEST_BYTES_MAX;

/// Serves until SIGTERM; every answer has that many bytes.
pub fn serve(answer_bytes: &str) -> io::Result<()> {
    let answer_bytes = answer_bytes.parse().map_err(io::Error::other)?;
    let answer = Data::new(Bytes::from(vec![b' '; answer_bytes]));
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("listening http://{}", listener.local_addr()?);
    let app = move || {
        App::new().app_data(answer.clone()).route("/v1/sites/{site}/consents", web::post().to(consents))
    };
    actix_web::rt::System::new().block_on(HttpServer::new(app).listen(listener)?.run())
}

async fn consents(payload: Payload, answer: Data<Bytes>) -> HttpResponse {
    let Ok(Ok(body)) = payload.to_bytes_limited(REQUEST_BYTES_MAX).await else {
        return HttpResponse::PayloadTooLarge().finish();
    };
    match serde_json::from_slice::<ConsentRequest>(&body) {
        Ok(_) => HttpResponse::Created().content_type("application/json").body(Bytes::clone(&answer)),
        Err(error) => HttpResponse::UnprocessableEntity().body(error.to_string()),
    }
}
