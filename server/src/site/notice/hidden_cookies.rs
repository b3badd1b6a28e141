//! The cookies on the site's own domain that a page cannot remove: HttpOnly ones, those of another path, and
//! partitioned ones. In first-party mode the server deletes them.

use crate::site::facts::cookies::cookie_name;
use crate::site::file::report::{Fault, Report};
use crate::site::file::schema::{CookieFile, Table, VendorFile};
use constat_shared::{Storage, Vendor, VendorId};
use serde::Serialize;

/// The most that a site declares: each takes some lines in the head of an answer, for which a proxy has 4 KiB
/// at least.
const COUNT_MAX: usize = 8;
/// The most characters of a path.
const PATH_CHARS_MAX: usize = 100;

/// A cookie of a vendor that a page cannot remove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HiddenCookie {
    /// Whose it is.
    pub vendor: VendorId,
    /// Its name; with a `*` in it, it cannot be deleted.
    pub name: String,
    /// The path that it was set for.
    pub path: String,
    /// Whether each site that shows the page in a frame has one of its own.
    pub partitioned: bool,
}

impl HiddenCookie {
    /// Whether its whole name is not known. Only a page can look for a cookie; a server has to name it.
    pub fn is_pattern(&self) -> bool {
        self.name.contains('*')
    }
}

/// Those that the file declares at its vendors.
pub fn check(files: &[Table<VendorFile>], vendors: &[Vendor], report: &mut Report) -> Vec<HiddenCookie> {
    let mut hidden = Vec::new();
    for vendor in vendors {
        let Some(file) = files.iter().find(|file| file.id.as_deref() == Some(vendor.id.as_str())) else {
            continue;
        };
        for (name, given) in file.cookies.iter().flatten().filter(|(_, given)| is_hidden(given)) {
            hidden.extend(cookie(vendor, name, given, report));
        }
    }
    if hidden.iter().filter(|cookie| !cookie.is_pattern()).count() > COUNT_MAX {
        let problem = format!("more than {COUNT_MAX} cookies have `http_only`, `path` or `partitioned`");
        report.add(
            "vendors",
            problem,
            "Leave out those that the vendor's own script removes when it is told",
        );
    }
    hidden
}

fn is_hidden(file: &CookieFile) -> bool {
    file.http_only == Some(true) || file.path.is_some() || file.partitioned == Some(true)
}

fn cookie(vendor: &Vendor, name: &str, file: &CookieFile, report: &mut Report) -> Option<HiddenCookie> {
    let key = format!("vendors.{}.cookies.{name}", vendor.id);
    // A mistake in the name is reported with the vendor.
    let name = cookie_name(name).ok()?;
    let declared = vendor.cookies.iter().find(|cookie| cookie.name == name)?;
    if declared.storage != Storage::Cookie {
        let problem = "only a cookie has `http_only`, `path` or `partitioned`";
        report.add(&key, problem, "Leave them out, or write `storage = \"cookie\"`");
    } else if !declared.first_party {
        let problem = "it is not set for the site's own domain, where alone it could be deleted";
        report.add(
            &key,
            problem,
            "Write `first_party = true` here, or leave `http_only`, `path` and `partitioned` out",
        );
    } else if !is_token(&name) {
        let remedy = "Write the name as the browser shows it, without quotes, commas and semicolons";
        report.add(&key, format!("no browser keeps a cookie named `{name}`"), remedy);
    }
    let given = file.path.as_deref().unwrap_or("/");
    let path = report.take(&format!("{key}.path"), path(given))?;
    let partitioned = file.partitioned.unwrap_or_default();
    Some(HiddenCookie { vendor: vendor.id.clone(), name, path, partitioned })
}

/// A path as a `Set-Cookie` header has it (RFC 6265, section 4.1.1).
fn path(text: &str) -> Result<String, Fault> {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';');
    if text.starts_with('/') && printable && text.len() <= PATH_CHARS_MAX {
        return Ok(text.to_owned());
    }
    let remedy = format!("Write one such as /shop, of at most {PATH_CHARS_MAX} characters");
    Err(Fault::new(format!("`{text}` is not the path of a cookie"), remedy))
}

/// A token (RFC 9110, section 5.6.2), which the name of a cookie is.
fn is_token(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
