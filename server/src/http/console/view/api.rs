//! `/console/api`: the API, for programmers.

use super::frame::Shell;
use askama::Template;

/// Scripts fill `#swagger-ui`.
#[derive(Template)]
#[template(path = "console/api.html")]
pub struct Api {
    /// Around it.
    pub shell: Shell,
}
