//! Pages with the policy of the visitor's choice: nothing of an undecided vendor is fetched, however it stands in the
//! page, and the page is loaded again for what is allowed.

use crate::page::{Host, delivered};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{DESKTOP, browse};
use constat_tests::page_answer::Answer;
use serde_json::json;

/// Everything static that a browser fetches, unmarked, of a vendor whose host is `THIRD`.
const HEAD: &str = r#"<link rel="preload" as="script" href="THIRD/preload.js"><link rel="stylesheet" href="THIRD/style.css">
    <link rel="stylesheet" href="/own.css"><style>@import url(THIRD/import.css);</style>
    <style>@font-face { font-family: F; src: url(THIRD/font.woff) } body { background: url(THIRD/inline.png); font-family: F }</style>
    <script src="THIRD/script.js"></script><script src="THIRD/late.js" defer></script>"#;
const BODY: &str = r#"<img src="THIRD/image.png" alt=""><img srcset="THIRD/set.png 1x" alt=""><iframe src="THIRD/frame" title="f"></iframe>
    <video src="THIRD/video.mp4" poster="THIRD/poster.png" autoplay muted></video><object data="THIRD/object"></object>
    <svg><image href="THIRD/svg.png"></image></svg>
    <script>new Image().src = "THIRD/made.png"; fetch("THIRD/fetched").catch(() => {}); navigator.sendBeacon("THIRD/beacon");
    document.write("<script src='THIRD/written.js'></" + "script>"); window.ownCodeRan = eval("1 + 1");
    document.addEventListener("constat:change", () => { sessionStorage.changes = (Number(sessionStorage.changes) || 0) + 1; });</script>
    <script type="text/plain" data-category="audience" data-vendor="google-analytics" data-src="THIRD/marked.js"></script>"#;

/// What is asked for once the vendor is allowed, in every engine. Firefox asks for no object without a type, and
/// remembers of a picture of a style in the page that it was not allowed.
const PATHS: [&str; 13] = [
    "/preload.js",
    "/style.css",
    "/import.css",
    "/background.png",
    "/script.js",
    "/late.js",
    "/image.png",
    "/set.png",
    "/frame",
    "/svg.png",
    "/made.png",
    "/fetched",
    "/marked.js",
];

/// A host page of a site whose vendor is at the stand-in for third parties, with the policy of the visitor's choice in
/// this header.
async fn host(header: Option<&str>) -> Result<Host, Box<dyn std::error::Error + Send + Sync>> {
    let host = Host::start(HEAD, BODY);
    let file = with_shipped_vendors("polaire", &host.pages.origin());
    let vendor = "id = \"google-analytics\"";
    let file = file.replacen(vendor, &format!("{vendor}\nhosts = [\"localhost\"]"), 1);
    host.change(&format!("csp_hosts = []\n{file}")).await?;
    let own = format!("html {{ background: url({}/background.png) }}", host.third.other_origin());
    host.pages.put_answer("/own.css", Answer::of(own).with("Content-Type", "text/css"));
    for sheet in ["/style.css", "/import.css"] {
        host.third.put_answer(sheet, Answer::of("p { color: green }").with("Content-Type", "text/css"));
    }
    if let Some(header) = header {
        host.pages.limit(&format!("{}/v1/sites/polaire/csp", host.server.url), header);
    }
    Ok(host)
}

/// What of the vendor's was asked for.
fn asked(host: &Host) -> Vec<String> {
    host.third.asked().into_iter().map(|asked| asked.path).collect()
}

#[test]
fn static_markup_of_an_undecided_vendor_is_not_fetched_and_all_of_it_after_allowing() {
    browse(DESKTOP, |browser| async move {
        let host = host(Some("Content-Security-Policy")).await?;
        browser.open(&host.url()).await?;
        browser.find("[data-action=allow_all]").await?;
        browser.until("document.readyState === 'complete' && window.ownCodeRan === 2").await?;
        browser.rest().await?;
        assert_eq!(asked(&host), [""; 0]);
        // The answer is obeyed by a page that comes anew, with another policy.
        browser.run("window.of_before = true").await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(browser.run("return window.of_before").await?, true, "a refusal needs no other page");
        assert_eq!(asked(&host), [""; 0]);
        browser.run("constat.open()").await?;
        browser.find("dialog[open]").await?;
        browser.press("allow_all").await?;
        browser.until("!window.of_before && window.constat?.allows('audience')").await?;
        delivered(&browser, "polaire").await?;
        host.until_each_asked(&PATHS).await?;
        let changes = browser.run("return sessionStorage.changes").await?;
        assert_eq!(changes, "1", "of the refusal: what is allowed counts from the page that came");
        assert_eq!(host.records(&browser).await.len(), 2, "no answer is lost by the reload");
        Ok(())
    });
}

#[test]
fn a_policy_that_only_reports_blocks_nothing_and_says_the_host_and_the_kind() {
    browse(DESKTOP, |browser| async move {
        let host = host(Some("Content-Security-Policy-Report-Only")).await?;
        browser.prepare("window.found = []; document.addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective, disposition }) => { found.push(new URL(blockedURI).hostname + ' ' + effectiveDirective + ' ' + disposition) })").await?;
        browser.open(&host.url()).await?;
        // Firefox asks again for an image that is none.
        host.until_each_asked(&["/image.png", "/script.js"]).await?;
        browser.until("found.includes('localhost img-src report') && found.some((one) => /^localhost script-src(-elem)? report$/.test(one))").await?;
        assert_eq!(host.third.count("/marked.js"), 0, "the loader holds what is marked");
        Ok(())
    });
}

#[test]
fn a_page_without_the_policy_is_not_loaded_again_for_what_is_allowed() {
    browse(DESKTOP, |browser| async move {
        let host = host(None).await?;
        browser.open(&host.url()).await?;
        browser.find("[data-action=allow_all]").await?;
        browser.run("window.of_before = true").await?;
        browser.press("allow_all").await?;
        host.until_asked("/marked.js", 1).await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(
            browser.run("return [window.of_before, constat.allows('audience')]").await?,
            json!([true, true])
        );
        Ok(())
    });
}
