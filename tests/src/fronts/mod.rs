//! What stands before the server on a site's own host: the fronts of docs/deploy/, each started from its file.

mod files;
mod front;
mod kinds;
mod process;
mod wire;
mod with_policy;

pub use files::File;
pub use front::{Front, OTHER_SITE, SITE_HOST};
pub use kinds::{KINDS, Kind, NGINX_WITH_TLS, PREFIX, nginx_command};
pub use process::Process;
pub use with_policy::{OWN_POLICY, WITH_POLICY};
