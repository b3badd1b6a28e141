//! Others' signals, with the scripts of the services themselves: `tests/vendor-scripts.json` says which, and
//! `cargo xtask test` fetches them. They are served in the place of the vendors' hosts, and collect at a third party of
//! the test.

use crate::page::Host;
use crate::signals::{QUIET, again, host, leave, lose_choice, withdraw};
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::page_answer::Answer;
use serde_json::json;

/// A script of a vendor, by its name in the list.
fn script(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/vendor-scripts/");
    std::fs::read_to_string(format!("{folder}{name}"))
        .expect("`cargo xtask test` has fetched the scripts of vendors")
}

/// A page of a site that tells one service, whose script is served at `/NAME`.
fn host_with(signal: &str, name: &str, body: &str) -> Host {
    let host = host(&[signal], |text| text);
    let readable = Answer::of(script(name)).with("Access-Control-Allow-Origin", "*");
    host.third.put_answer(&format!("/{name}"), readable);
    host.put("/", "", body);
    host
}

/// What was sent to the third party, but for scripts.
fn collected(host: &Host) -> Vec<String> {
    let asked = host.third.asked().into_iter().map(|asked| asked.path);
    asked.filter(|path| !path.ends_with(".js")).collect()
}

async fn until_collected(host: &Host, more_than: usize) -> Outcome {
    for _ in 0..400 {
        if collected(host).len() > more_than {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    Err("nothing was collected".into())
}

/// Nothing before an answer and after a refusal, something after an allowance and on the next page, nothing after a
/// withdrawal, and as at first for who allows again after that, or after a refusal. `while_allowed` is true in the page as soon as the service has taken the signal.
async fn obeys(host: &Host, browser: &Browser, while_allowed: &str) -> Outcome {
    again(host, browser).await?;
    tokio::time::sleep(QUIET).await;
    assert_eq!(host.third.asked(), []);
    browser.press("refuse_all").await?;
    browser.until("constat.choices()").await?;
    browser.reload().await?;
    browser.until("window.constat?.choices()").await?;
    tokio::time::sleep(QUIET).await;
    assert_eq!(host.third.asked(), []);

    again(host, browser).await?;
    browser.press("allow_all").await?;
    until_collected(host, 0).await?;
    browser.until(while_allowed).await?;
    let before = collected(host).len();
    browser.reload().await?;
    until_collected(host, before).await?;
    browser.until(while_allowed).await?;

    // What it sends while it is left belongs to the time before.
    tokio::time::sleep(QUIET).await;
    withdraw(browser).await?;
    tokio::time::sleep(QUIET).await;
    let after = collected(host).len();
    browser.reload().await?;
    browser.until("window.constat?.choices()").await?;
    tokio::time::sleep(QUIET).await;
    assert_eq!(collected(host).len(), after, "{:?}", collected(host));
    allow_again(host, browser, while_allowed).await?;

    tokio::time::sleep(QUIET).await;
    lose_choice(host, browser).await?;
    let after = collected(host).len();
    browser.reload().await?;
    browser.press("refuse_all").await?;
    browser.until("constat.choices()").await?;
    tokio::time::sleep(QUIET).await;
    assert_eq!(collected(host).len(), after, "{:?}", collected(host));
    allow_again(host, browser, while_allowed).await
}

/// Allows what was refused, in the page that is open.
async fn allow_again(host: &Host, browser: &Browser, while_allowed: &str) -> Outcome {
    let before = collected(host).len();
    browser.run("constat.open()").await?;
    browser.press("allow_all").await?;
    until_collected(host, before).await?;
    browser.until(while_allowed).await
}

/// Clarity's tag puts its start before what the page has queued, as this one does.
const CLARITY: &str = r#"<script type="text/plain" data-category="audience">
  (function (c, l, a, r) { c[a] = c[a] || function () { (c[a].q = c[a].q || []).push(arguments) } })(window, document, "clarity");
  clarity("start", { projectId: "test", upload: "THIRD/collect", content: true, track: false, delay: 100 });
  clarity.q.unshift(clarity.q.pop());
</script><script type="text/plain" data-category="audience" data-src="THIRD/clarity.js"></script>"#;

#[test]
fn clarity_obeys_and_keeps_its_cookie_only_by_the_signal() {
    browse(DESKTOP, |browser| async move {
        // The same page of a site that does not tell Clarity.
        let mute = host_with("tiktok", "clarity.js", CLARITY);
        again(&mute, &browser).await?;
        browser.press("allow_all").await?;
        until_collected(&mute, 0).await?;
        assert_eq!(browser.run("return document.cookie.includes('_clck')").await?, false);
        browser.forget_choice().await?;
        let host = host_with("microsoft", "clarity.js", CLARITY);
        obeys(&host, &browser, "document.cookie.includes('_clck')").await
    });
}

#[test]
fn clarity_that_nobody_marked_forgets_an_allowance_that_holds_no_more() {
    browse(DESKTOP, |browser| async move {
        let tag =
            CLARITY.replace(r#" type="text/plain" data-category="audience""#, "").replace("data-src", "src");
        let host = host_with("microsoft", "clarity.js", &tag);
        again(&host, &browser).await?;
        browser.press("allow_all").await?;
        // It has stopped meanwhile, as nobody takes here what it sends; in the next page it hears of the choice at once.
        browser.until("constat.choices()").await?;
        browser.reload().await?;
        browser.until("document.cookie.includes('_clck')").await?;
        lose_choice(&host, &browser).await?;
        browser.until("!document.cookie.includes('_clck')").await
    });
}

const PIANO: &str = r#"<script type="text/plain" data-category="audience" data-src="THIRD/piano-analytics.js"></script>
<script type="text/plain" data-category="audience">
  pa.setConfigurations({ site: 1, collectDomain: "THIRD" });
  pa.sendEvent("page.display", { page: "Home" });
</script>"#;

#[test]
fn piano_obeys_and_counts_as_opted_in_by_the_signal() {
    browse(DESKTOP, |browser| async move {
        let host = host_with("piano", "piano-analytics.js", PIANO);
        obeys(&host, &browser, "window.pa?.consent?.getMode() === 'opt-in'").await
    });
}

#[test]
fn piano_follows_every_decision_in_a_page_where_it_runs_already() {
    browse(DESKTOP, |browser| async move {
        let host = host_with("piano", "piano-analytics.js", "");
        // As Piano's own document has it where nothing is marked: it then sends without consent, which is why the
        // tag is marked.
        let tag = r#"<script src="THIRD/piano-analytics.js"></script>"#;
        host.put("/", tag, "");
        let mode = |name: &str| format!("window.pa?.consent.getMode() === '{name}'");
        again(&host, &browser).await?;
        browser.until(&mode("opt-out")).await?;
        browser.press("allow_all").await?;
        browser.until(&mode("opt-in")).await?;
        browser.reload().await?;
        browser.until(&mode("opt-in")).await?;
        browser.run("constat.withdraw()").await?;
        browser.until(&mode("opt-out")).await?;
        browser.run("constat.open()").await?;
        browser.press("allow_all").await?;
        browser.until(&mode("opt-in")).await?;
        // What Piano has stored ends with the choice.
        lose_choice(&host, &browser).await?;
        browser.until(&mode("opt-out")).await?;
        Ok(())
    });
}

/// PostHog's snippet, with fewer methods.
const POSTHOG: &str = r#"<script type="text/plain" data-category="audience">
  !function(t,e){var o,n,p,r;e.__SV||(window.posthog=e,e._i=[],e.init=function(i,s,a){function g(t,e){var o=e.split(".");2==o.length&&(t=t[o[0]],e=o[1]),t[e]=function(){t.push([e].concat(Array.prototype.slice.call(arguments,0)))}}(p=t.createElement("script")).type="text/javascript",p.crossOrigin="anonymous",p.async=!0,p.src=s.api_host+"/posthog.js",(r=t.getElementsByTagName("script")[0]).parentNode.insertBefore(p,r);var u=e;for(void 0!==a?u=e[a]=[]:a="posthog",u.people=u.people||[],o="capture identify opt_in_capturing opt_out_capturing".split(" "),n=0;n<o.length;n++)g(u,o[n]);e._i.push([i,s,a])},e.__SV=1)}(document,window.posthog||[]);
  posthog.init("phc_test", { api_host: "THIRD", opt_out_useragent_filter: true, opt_out_capturing_by_default: true, request_batching: false, disable_session_recording: true, advanced_disable_flags: true });
</script>"#;

#[test]
fn posthog_obeys_and_captures_only_by_the_signal() {
    browse(DESKTOP, |browser| async move {
        let host = host_with("posthog", "posthog.js", POSTHOG);
        obeys(&host, &browser, "window.posthog?.has_opted_in_capturing?.()").await
    });
}

#[test]
fn posthog_that_nobody_marked_captures_nothing_by_an_allowance_that_holds_no_more() {
    browse(DESKTOP, |browser| async move {
        let tag = POSTHOG.replace(r#" type="text/plain" data-category="audience""#, "");
        let host = host_with("posthog", "posthog.js", &tag);
        let mark =
            "return Object.entries(localStorage).find(([key]) => key.startsWith('__ph_opt_in_out_'))?.[1]";
        again(&host, &browser).await?;
        tokio::time::sleep(QUIET).await;
        assert_eq!((collected(&host), browser.run(mark).await?), (vec![], json!(null)), "before an answer");
        browser.press("allow_all").await?;
        until_collected(&host, 0).await?;
        assert_eq!(browser.run(mark).await?, json!("1"));
        // It says goodbye.
        leave(&host, &browser).await?;
        tokio::time::sleep(QUIET).await;
        let before = collected(&host).len();
        lose_choice(&host, &browser).await?;
        tokio::time::sleep(QUIET).await;
        assert_eq!((collected(&host).len(), browser.run(mark).await?), (before, json!("0")));
        Ok(())
    });
}

const PLAUSIBLE: &str = r#"<script type="text/plain" data-category="audience" data-type="module">
  import { init, track } from "THIRD/plausible.js";
  window.count = () => track("again", {});
  init({ domain: "polaire.example", endpoint: "THIRD/event", captureOnLocalhost: true });
</script>"#;

#[test]
fn plausible_obeys_and_its_mark_stands_from_a_refusal_to_the_next_allowance() {
    browse(DESKTOP, |browser| async move {
        let host = host_with("plausible", "plausible.js", PLAUSIBLE);
        obeys(&host, &browser, "window.count && localStorage.plausible_ignore === undefined").await?;
        let allowed = browser.run("return document.cookie.match(/constat-polaire=[^;]+/)[0]").await?;
        withdraw(&browser).await?;
        browser.until("localStorage.plausible_ignore === 'true'").await?;
        // Another host of the domain has allowed it meanwhile, or the page came anew for its policy.
        lose_choice(&host, &browser).await?;
        browser.run(&format!("document.cookie = {allowed} + '; path=/; max-age=9999'")).await?;
        browser.reload().await?;
        browser.until("window.constat?.choices()").await?;
        assert_eq!(
            browser
                .run("return Object.keys(localStorage).filter((key) => key.includes('plausible'))")
                .await?,
            json!([])
        );
        // Who works on the site has set it by hand: an allowance of before does not take it away.
        browser.run("localStorage.plausible_ignore = 'true'").await?;
        browser.reload().await?;
        browser.until("window.constat?.choices()").await?;
        assert_eq!(browser.run("return localStorage.plausible_ignore").await?, json!("true"));
        Ok(())
    });
}

/// Adobe's base code and configuration, unmarked, with what its hosts answer: it asks them over https alone.
const ADOBE: &str = r#"<script>
  window.sent = () => (sessionStorage.sent || "").split(" ").filter(Boolean);
  const real = window.fetch;
  window.fetch = (address, options) => {
    const path = /adobe\.example\/ee\/v\d+\/(\S+)\?/.exec(address);
    if (!path) return real(address, options);
    sessionStorage.sent = (sessionStorage.sent || "") + " " + path[1];
    const value = /"val":"y"/.test(options.body) ? "general=in" : "general=out";
    const handle = path[1] === "privacy/set-consent" ? [{ type: "state:store", payload: [{ key: "kndctr_X_AdobeOrg_consent", value, maxAge: 1000 }] }] : [];
    return Promise.resolve(new Response(JSON.stringify({ requestId: "1", handle }), { headers: { "Content-Type": "application/json" } }));
  };
</script>"#;

const ALLOY: &str = r#"!function(n,o){o.forEach(function(o){n[o]||((n.__alloyNS=n.__alloyNS||[]).push(o),n[o]=function(){var u=arguments;return new Promise(function(i,l){n.setTimeout(function(){n[o].q.push([i,l,u])})})},n[o].q=[])})}(window,["alloy"]);
  alloy("configure", { datastreamId: "1", orgId: "X@AdobeOrg", edgeDomain: "adobe.example", defaultConsent: "pending", clickCollectionEnabled: false });
  alloy("sendEvent", { xdm: { eventType: "page" } });"#;

#[test]
fn adobe_s_sdk_waits_for_the_signal_and_hears_a_withdrawal_whoever_comes_first() {
    browse(DESKTOP, |browser| async move {
        let library = r#"<script async src="THIRD/alloy.js"></script>"#;
        let host = host_with("adobe", "alloy.js", "");
        let early = format!("{ADOBE}<script>{ALLOY}</script>{library}");
        // The library sets up, once, what the base code before it has named: one that comes first does nothing.
        let late = format!(
            "{ADOBE}<script type='held'>{ALLOY}</script><script>function late() {{ const add = (more) => document.body.append(Object.assign(document.createElement('script'), more)); add({{ textContent: document.querySelector('[type=held]').textContent }}); add({{ src: 'THIRD/alloy.js' }}) }}</script>"
        );
        for (body, is_late) in [(early, false), (late, true)] {
            host.put("/", "", &body);
            let opened = async || -> Outcome {
                if is_late {
                    browser.run("late()").await?;
                }
                tokio::time::sleep(QUIET).await;
                Ok(())
            };
            let sent = async || browser.run("return sent()").await;
            again(&host, &browser).await?;
            opened().await?;
            assert_eq!(sent().await?, json!([]), "before an answer, {is_late}");
            browser.press("refuse_all").await?;
            browser.until("constat.choices()").await?;
            tokio::time::sleep(QUIET).await;
            assert_eq!(sent().await?, json!([]), "after a refusal, {is_late}");

            again(&host, &browser).await?;
            opened().await?;
            browser.press("allow_all").await?;
            browser.until("sent().length > 1").await?;
            assert_eq!(sent().await?, json!(["privacy/set-consent", "interact"]), "{is_late}");
            browser.reload().await?;
            browser.until("window.constat?.choices()").await?;
            opened().await?;
            // Whether the event or the stored choice comes first depends on when the library came.
            browser.until("sent().slice(2).includes('interact')").await?;
            tokio::time::sleep(QUIET).await;
            browser.run("sessionStorage.sent = ''; constat.withdraw()").await?;
            browser.until("sent().length > 0").await?;
            browser.run("alloy('sendEvent', { xdm: {} }).catch(() => {})").await?;
            tokio::time::sleep(QUIET).await;
            assert_eq!(sent().await?, json!(["privacy/set-consent"]), "the withdrawal alone, {is_late}");
            browser.reload().await?;
            browser.until("window.constat?.choices()").await?;
            opened().await?;
            assert_eq!(sent().await?, json!(["privacy/set-consent"]), "on the next page, {is_late}");
            // An allowance that Adobe remembers ends with the choice, and is then forgotten.
            browser.run("constat.open()").await?;
            browser.press("allow_all").await?;
            browser.until("sent().includes('interact')").await?;
            tokio::time::sleep(QUIET).await;
            browser.run("sessionStorage.sent = ''").await?;
            lose_choice(&host, &browser).await?;
            opened().await?;
            assert_eq!(sent().await?, json!(["privacy/set-consent"]), "without the choice, {is_late}");
            browser.reload().await?;
            browser.find(".banner").await?;
            opened().await?;
            assert_eq!(sent().await?, json!(["privacy/set-consent"]), "without the choice still, {is_late}");
        }
        Ok(())
    });
}
