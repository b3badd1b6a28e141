//! The bytes of whole answers, weighed on the built server: what a visitor really fetches.

use std::fs;
use std::path::Path;

use crate::assets::manifest::manifest;
use crate::budgets;
use crate::tools::failure::Failure;
use crate::tools::files::unreadable;
use crate::tools::stamp::Stamp;
use crate::tools::steps::step;
use crate::tools::workspace::Workspace;
use crate::weigh::demo_server::Demo;

/// The code that weighs: when it changes, the same server is weighed again.
const SCALES: [&str; 2] = [include_str!("answers.rs"), include_str!("../budgets.rs")];

/// Checks the budgets of what the server of a profile answers, unless this build of the
/// server passed before. The bytes are the same in every profile.
pub fn weigh(workspace: &Workspace, profile: &str) -> Result<(), Failure> {
    let server = identity(&workspace.server(profile))?;
    let inputs = SCALES.iter().map(|source| source.as_bytes()).chain([server.as_bytes()]);
    let stamp = Stamp::of(workspace.stamps().join("weighed"), inputs);
    if stamp.is_fresh() {
        return Ok(());
    }
    step("Weigh what a visitor fetches", || {
        let demo = Demo::start(&workspace.server(profile))?;
        check_budgets(workspace, &demo)?;
        demo.stop()?;
        stamp.set()
    })
}

/// Identifies one build of the server by time and size. Hashing tens of megabytes would delay every start.
fn identity(server: &Path) -> Result<String, Failure> {
    let described =
        fs::metadata(server).and_then(|file| Ok(format!("{:?} {}", file.modified()?, file.len())));
    described.map_err(|error| unreadable(server, &error))
}

fn check_budgets(workspace: &Workspace, demo: &Demo) -> Result<(), Failure> {
    let manifest = manifest(&workspace.assets())?;
    let consent_js = demo.weigh("/v1/sites/boreale/consent.js")?;
    let banner = demo.weigh("/v1/sites/boreale/banner/nl")?;
    let notice = demo.weigh("/v1/sites/boreale/notice/fr")?;
    let glue = demo.weigh(&format!("/assets/{}", manifest.widget_js))?;
    let wasm = demo.weigh(&format!("/assets/{}", manifest.widget_wasm))?;
    let parts = manifest.parts.iter().map(|name| demo.weigh(&format!("/assets/{name}")));
    let parts = parts.sum::<Result<usize, Failure>>()?;
    budgets::CONSENT_JS.check(consent_js)?;
    budgets::FIRST_PAINT.check(consent_js + banner)?;
    budgets::FIRST_VISIT.check(consent_js + banner + parts)?;
    println!("   {:<22} {notice:>7} bytes", "notice");
    budgets::ASKED_FOR.check(notice + glue + wasm)
}
