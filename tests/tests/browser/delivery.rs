//! An answer is recorded, whatever the page and the network do to the request.

use crate::page::{Host, delivered};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{DESKTOP, browse};
use constat_tests::page_answer::Answer;
use constat_tests::server::Server;

const FULL: &str = "for (let size = 1 << 20, at = 0; size >= 1; at++) { try { localStorage.setItem('own-' + at, 'x'.repeat(size)) } catch { size >>= 1 } }";

#[test]
fn a_record_is_delivered_also_where_the_page_has_filled_the_storage() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run(FULL).await?;
        // The first try fails: the record waits in the page.
        browser.block(&["*/consents"]).await?;
        browser.press("refuse_all").await?;
        browser.until_blocked(1).await?;
        browser.block(&[]).await?;
        assert_eq!(host.records(&browser).await.len(), 1);
        Ok(())
    });
}

/// What monitoring scripts and clients of an API make of every request of the page.
const WRAPPERS: [&str; 2] = [
    "const headers = new Headers(options.headers || {}); for (const name of ['traceparent', 'tracestate', 'x-request-id', 'sentry-trace', 'baggage', 'request-id', 'x-b3-traceid', 'newrelic']) headers.set(name, '00-0123456789abcdef'); return plain.call(this, resource, Object.assign({}, options, { headers }))",
    "return plain.call(this, resource, { ...options, headers: { ...options.headers, 'X-CSRF-Token': 'abc', 'X-Requested-With': 'XMLHttpRequest' } })",
];

#[test]
fn a_page_that_wraps_every_request_keeps_no_record_and_no_layer_back() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        for wrapper in WRAPPERS {
            let page = format!(
                "<!doctype html><html lang='fr'><head><title>Polaire</title><script>{{ const plain = window.fetch; window.fetch = function (resource, options = {{}}) {{ {wrapper} }} }}</script><script async src='{}/v1/sites/polaire/consent.js'></script></head><body></body></html>",
                host.server.url
            );
            host.pages.put("/wrapped", page);
            browser.open(&format!("{}wrapped", host.url())).await?;
            browser.press("configure").await?;
            let layer = browser.find("dialog[open]").await;
            assert!(layer.is_ok(), "{wrapper}");
            browser.press("allow_all").await?;
            browser.until("constat.choices()").await?;
            assert_eq!(host.records(&browser).await.len(), 1, "{wrapper}");
            browser.forget_choice().await?;
        }
        Ok(())
    });
}

#[test]
fn an_answer_on_a_page_without_a_secure_context_is_recorded() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let origin = host.pages.origin_of("www.polaire.test");
        host.sites.write("polaire", &with_shipped_vendors("polaire", &origin));
        let server =
            Server::start(host.data.path().join("insecure").as_path(), &["--sites", host.sites.arg()]);
        let page = format!(
            "<!doctype html><html lang='fr'><head><title>Polaire</title><script async src='{}/v1/sites/polaire/consent.js'></script></head><body></body></html>",
            server.url
        );
        host.pages.put("/insecure", page);
        browser.open(&format!("{origin}/insecure")).await?;
        assert_eq!(browser.run("return isSecureContext").await?, false);
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        assert!(browser.run("return localStorage.getItem('constat.receipt.polaire')").await?.is_string());
        Ok(())
    });
}

#[test]
fn only_constat_itself_ends_a_record() {
    // A firewall, a hotel's network, a gateway with problems of its own, one that answers with nothing.
    let strangers = [
        (403, "text/html", "<!doctype html><title>Request stopped</title><p>Support number 1804"),
        (200, "text/html", "<!doctype html><title>Welcome to our hotel</title>"),
        (
            400,
            "application/problem+json",
            r#"{"type":"about:blank","title":"Bad Request","status":400,"code":"event_invalid"}"#,
        ),
        (422, "application/json", r#"{"error":"unprocessable","code":"site_unknown"}"#),
        (404, "text/plain", "404"),
        (200, "application/json", "null"),
        (
            503,
            "application/problem+json",
            r#"{"type":"urn:constat:problem:store_unavailable","code":"store_unavailable","status":503}"#,
        ),
    ];
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        for (at, (status, kind, body)) in strangers.into_iter().enumerate() {
            let answer = Answer { status, ..Answer::of(body).with("Content-Type", kind) };
            browser.answer_instead("POST", "*/consents", &answer).await?;
            if at == 0 {
                browser.press("refuse_all").await?;
            } else {
                browser.reload().await?;
            }
            browser.server_answers_again().await?;
            browser.answer_instead("POST", "*/consents", &answer).await?;
            browser.rest().await?;
            let left = browser
                .run("return JSON.parse(localStorage.getItem('constat.queue.polaire')).length")
                .await?;
            assert_eq!(left, 1, "{status} {body}");
        }
        browser.reload().await?;
        browser.server_answers_again().await?;
        browser.reload().await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(host.records(&browser).await.len(), 1);
        Ok(())
    });
}
