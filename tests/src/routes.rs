//! The server's own table of addresses, read from its source.

use crate::api::{Api, SITE};
use constat_shared::Record;

const ROUTES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../server/src/http/routes.rs");

/// Method, path and readers of every row of the server's own table.
///
/// # Panics
/// When the sources are not there.
pub fn routes() -> Vec<(String, String, &'static str)> {
    let source = std::fs::read_to_string(ROUTES).expect("there are routes");
    let rows = source.lines().filter_map(|line| line.trim().strip_prefix("row("));
    let rows = rows.filter_map(|row| {
        let [method, path, family] = row.split(", ").take(3).collect::<Vec<_>>().try_into().ok()?;
        let readers = match family {
            "Site" => "the site",
            "Anyone" => "every site",
            _ => "no other site",
        };
        Some((method.to_uppercase(), path.trim_matches('"').to_owned(), readers))
    });
    rows.collect()
}

/// Whether a front of docs/deploy/ forwards a path: not the probes, nor the catalogue, which is for owners, nor the
/// policy, which the site's server asks for itself.
pub fn is_forwarded(path: &str) -> bool {
    !["/healthz", "/readyz", "/v1/sites/{site}/csp"].contains(&path)
        && !["/catalogue", "/v1/catalogue/"].iter().any(|start| path.starts_with(start))
}

/// A path of [`SITE`] with a real value in every place, those of a record and a consent id.
///
/// # Panics
/// When the loader does not name the widget.
pub async fn filled_for(api: &Api, path: &str, record: &Record, consent_id: &str) -> String {
    let loader = api.get(&format!("/v1/sites/{SITE}/consent.js")).await;
    let loader = String::from_utf8(loader.body).expect("the loader is text");
    let widget = loader.split("\"js\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let (at, notice_hash) = (record.recorded_at.to_string(), record.notice_hash.to_string());
    let places = [
        ("{site}", SITE),
        ("{language}", "fr"),
        ("{consent_id}", consent_id),
        ("{month}", &at[..7]),
        ("{log}", &at[..7]),
        ("{leaf_index}", "0"),
        ("{index}", "0"),
        ("{id}", "google-analytics"),
        ("{notice_hash}", &notice_hash),
        ("{file}", widget.expect("the loader names the widget")),
    ];
    let path = places.iter().fold(path.to_owned(), |path, (place, value)| path.replace(place, value));
    if path.ends_with("/consistency") { path + "?from=1&to=1" } else { path }
}
