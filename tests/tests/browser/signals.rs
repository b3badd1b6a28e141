//! Others' signals: what services besides Google's are told of the choice, in the queues that their documents describe.
//! Each document and its date is in `docs/signals.md`.

use crate::page::Host;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::page_answer::Answer;
use constat_tests::pages::Pages;
use constat_tests::server::Server;
use constat_tests::sites::Sites;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long it is watched that nothing comes.
pub const QUIET: Duration = Duration::from_millis(700);

/// A site without vendors of its own in the categories that decide, which switches these signals on.
pub fn host(signals: &[&str], change: impl Fn(String) -> String) -> Host {
    let (pages, third) = (Pages::start(), Pages::start());
    let keys: String = signals.iter().map(|signal| format!("{signal} = true\n")).collect();
    let text = format!("{}[signals]\n{keys}", with_shipped_vendors("polaire", &pages.origin()));
    let sites = Sites::with("polaire", &change(text));
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--sites", sites.arg()]);
    let (pages, third, sites) = (Arc::new(pages), Arc::new(third), Arc::new(sites));
    Host { pages, third, sites, server: Arc::new(server), data: Arc::new(data) }
}

/// Forgets the choice and all that was stored, and opens the page again.
pub async fn again(host: &Host, browser: &Browser) -> Outcome {
    browser.open(&host.url()).await?;
    browser.run("localStorage.clear(); sessionStorage.clear()").await?;
    browser.forget_choice().await?;
    browser.reload().await?;
    browser.find(".banner").await?;
    Ok(())
}

/// Leaves the page for one without Constat.
pub async fn leave(host: &Host, browser: &Browser) -> Outcome {
    host.pages.put("/empty", "<!doctype html><title>Polaire</title><link rel='icon' href='data:,'>");
    Ok(browser.open(&format!("{}empty", host.url())).await?)
}

/// Leaves it, has the choice come to its end unseen, and comes back.
pub async fn lose_choice(host: &Host, browser: &Browser) -> Outcome {
    leave(host, browser).await?;
    browser.forget_choice().await?;
    browser.open(&host.url()).await?;
    browser.find(".banner").await?;
    Ok(())
}

/// Withdraws, and waits until the page has been loaded again without what ran in it.
pub async fn withdraw(browser: &Browser) -> Outcome {
    browser.run("window.same_page = true; constat.withdraw()").await?;
    browser.until("!window.same_page && window.constat?.choices()").await
}

/// Meta's snippet, as its document has it; `FIRST` is what stands before `init`.
pub const META: &str = "!function(f,b,e,v,n,t,s){if(f.fbq)return;n=f.fbq=function(){n.callMethod?n.callMethod.apply(n,arguments):n.queue.push(arguments)};if(!f._fbq)f._fbq=n;n.push=n;n.loaded=!0;n.version='2.0';n.queue=[];t=b.createElement(e);t.async=!0;t.src=v;s=b.getElementsByTagName(e)[0];s.parentNode.insertBefore(t,s)}(window,document,'script','THIRD/fbevents.js'); fbq('init', '1'); fbq('track', 'PageView');";

/// TikTok's.
pub const TIKTOK: &str = r#"!function(w,d,t){w.TiktokAnalyticsObject=t;var ttq=w[t]=w[t]||[];ttq.methods=["page","track","holdConsent","revokeConsent","grantConsent"],ttq.setAndDefer=function(t,e){t[e]=function(){t.push([e].concat(Array.prototype.slice.call(arguments,0)))}};for(var i=0;i<ttq.methods.length;i++)ttq.setAndDefer(ttq,ttq.methods[i]);ttq.load=function(e){ttq._i=ttq._i||{},ttq._i[e]=[];var n=document.createElement("script");n.async=!0;n.src="THIRD/events.js";e=document.getElementsByTagName("script")[0];e.parentNode.insertBefore(n,e)};ttq.load("1");ttq.page()}(window,document,"ttq");"#;

/// Matomo's.
pub const MATOMO: &str = "var _paq = window._paq = window._paq || []; _paq.push(['trackPageView']); (function () { _paq.push(['setTrackerUrl', 'THIRD/matomo.php']); var d = document, g = d.createElement('script'), s = d.getElementsByTagName('script')[0]; g.async = true; g.src = 'THIRD/matomo.js'; s.parentNode.insertBefore(g, s); })();";

/// Microsoft's, which asks for its script and leaves the queue to it.
pub const UET: &str = "(function(w,d,t,r,u){var f,n,i;w[u]=w[u]||[],n=d.createElement(t),n.src=r,n.async=1,i=d.getElementsByTagName(t)[0],i.parentNode.insertBefore(n,i)})(window,document,'script','THIRD/bat.js','uetq');";

/// LinkedIn's.
const LINKEDIN: &str = "window._linkedin_data_partner_ids = window._linkedin_data_partner_ids || []; window._linkedin_data_partner_ids.push('1'); (function (l) { if (!l) { window.lintrk = function (a, b) { window.lintrk.q.push([a, b]) }; window.lintrk.q = [] } var s = document.getElementsByTagName('script')[0]; var b = document.createElement('script'); b.async = true; b.src = 'THIRD/insight.min.js'; s.parentNode.insertBefore(b, s); })(window.lintrk);";

/// What stands in the queues now, each entry as a list, beside what the snippets put there themselves.
pub const TOLD: &str = r#"return [
  (window.fbq?.queue || []).map((entry) => [...entry].join(" ")),
  [...(window.ttq || [])].map((entry) => entry.join(" ")),
  [...(window._paq || [])].map((entry) => entry.join(" ")).filter((entry) => !entry.startsWith("setTrackerUrl")),
  [...(window.uetq || [])].map((entry) => entry.ad_storage || entry),
]"#;

const HELD: [&[&str]; 4] = [
    &["consent revoke", "init 1", "track PageView"],
    &["holdConsent", "page"],
    &["requireConsent", "trackPageView"],
    &["consent", "default", "denied"],
];

/// Which of the queues is Matomo's.
const MATOMO_S: usize = 2;

/// The queues that are as at first, with more behind.
fn held_and(more: [&[&str]; 4]) -> Value {
    let all: Vec<Vec<&str>> = HELD.iter().zip(more).map(|(held, more)| [*held, more].concat()).collect();
    json!(all)
}

const GRANTED: [&[&str]; 4] =
    [&["consent grant"], &["grantConsent"], &["setConsentGiven"], &["consent", "update", "granted"]];
const REVOKED: [&[&str]; 4] =
    [&["consent revoke"], &["revokeConsent"], &["forgetConsentGiven"], &["consent", "update", "denied"]];

#[test]
fn queues_are_held_and_told_of_every_decision_once_whoever_comes_first() {
    browse(DESKTOP, |browser| async move {
        let host = host(&["meta", "tiktok", "matomo", "microsoft"], |text| text);
        let snippets = [META, TIKTOK, MATOMO, UET].map(|text| format!("<script>{text}</script>")).concat();
        let late = "<script>function late() { for (const old of document.querySelectorAll('[type=held]')) { const script = document.createElement('script'); script.textContent = old.textContent; document.head.append(script) } }</script>";
        let held =
            [META, TIKTOK, MATOMO, UET].map(|text| format!("<script type='held'>{text}</script>")).concat();
        for (head, is_late) in [(snippets, false), (format!("{late}{held}"), true)] {
            host.put("/", &head, "");
            again(&host, &browser).await?;
            if is_late {
                browser.run("late()").await?;
            }
            let held = browser.run(TOLD).await?;
            if is_late {
                assert_eq!(held, held_and([&[], &[], &[], &[]]));
            } else {
                // The snippet of TikTok had queued its page view before.
                assert_eq!(held[0], json!(HELD[0]));
                assert_eq!(held[2], json!(HELD[2]));
            }
            browser.press("allow_all").await?;
            browser.until("constat.choices()").await?;
            let before = held.as_array().unwrap();
            let after = browser.run(TOLD).await?;
            for (at, queue) in before.iter().enumerate() {
                let more = [queue.as_array().unwrap().as_slice(), &texts(GRANTED[at])].concat();
                assert_eq!(after[at], json!(more), "{is_late}");
            }
            browser.run("constat.withdraw()").await?;
            browser.until("!constat.allows('audience')").await?;
            let last = browser.run(TOLD).await?;
            for (at, queue) in after.as_array().unwrap().iter().enumerate() {
                // Of two decisions in its queue Matomo would read the refusal alone, so the first gives way.
                let queue = if at == MATOMO_S { &held[at] } else { queue };
                let more = [queue.as_array().unwrap().as_slice(), &texts(REVOKED[at])].concat();
                assert_eq!(last[at], json!(more), "{is_late}");
            }
        }
        Ok(())
    });
}

fn texts(list: &[&str]) -> Vec<Value> {
    list.iter().map(|text| json!(text)).collect()
}

#[test]
fn a_returning_visitor_s_choice_is_told_once_before_any_released_script_runs() {
    browse(DESKTOP, |browser| async move {
        let host = host(&["meta", "tiktok", "matomo", "microsoft"], |text| text);
        let marked =
            "<script type='text/plain' data-category='audience'>window.seen = (() => { TOLD })()</script>";
        let snippets = [META, TIKTOK, MATOMO, UET].map(|text| format!("<script>{text}</script>")).concat();
        host.put("/", "", &format!("{snippets}{}", marked.replace("TOLD", TOLD)));
        again(&host, &browser).await?;
        browser.press("allow_all").await?;
        browser.until("window.seen").await?;
        browser.reload().await?;
        browser.until("window.seen").await?;
        let seen = browser.run("return seen.map((queue) => queue.join())").await?;
        let count = |queue: usize, word: &str| seen[queue].as_str().unwrap().matches(word).count();
        assert_eq!(
            [count(0, "consent grant"), count(1, "grantConsent"), count(2, "setConsentGiven")],
            [1; 3]
        );
        assert_eq!(seen[3], "consent,default,denied,consent,update,granted");
        Ok(())
    });
}

#[test]
fn a_withdrawal_is_told_before_the_page_is_loaded_again() {
    browse(DESKTOP, |browser| async move {
        let host = host(&["matomo"], |text| text);
        // A tracker that is there, as far as its queue goes.
        let tracker = "<script type='text/plain' data-category='audience'>window._paq = { push(entry) { sessionStorage.told = (sessionStorage.told || '') + entry + ' ' } }; window.ran = true</script>";
        host.put("/", "", tracker);
        again(&host, &browser).await?;
        browser.press("allow_all").await?;
        browser.until("window.ran").await?;
        withdraw(&browser).await?;
        assert_eq!(
            browser.run("return [window.ran, sessionStorage.told]").await?,
            json!([null, "forgetConsentGiven "])
        );
        Ok(())
    });
}

/// Takes over the queue as Matomo's own script does, its consent first, and counts.
const TRACKER: &str = "(() => {
  const hit = () => { new Image().src = 'THIRD/hit'; }, waiting = [];
  const mark = (life) => { document.cookie = 'mtm_consent_removed=1; path=/; max-age=' + life; };
  let held = false;
  const does = {
    requireConsent() { held = true; },
    setConsentGiven() { held = false; mark(0); waiting.splice(0).forEach(hit); },
    forgetConsentGiven() { held = true; mark(9e8); },
    trackPageView() { if (held) waiting.push(1); else hit(); },
  };
  const first = ['requireConsent', 'setConsentGiven'], run = ([name]) => does[name]?.();
  first.forEach((name) => _paq.filter((entry) => entry[0] === name).forEach(run));
  _paq.filter((entry) => !first.includes(entry[0])).forEach(run);
  window._paq = { push: run };
})()";

#[test]
fn matomo_counts_who_allows_it_after_a_refusal_in_the_same_page_and_is_left_no_mark() {
    browse(DESKTOP, |browser| async move {
        let host = host(&["matomo"], |text| text);
        host.third.put_answer("/matomo.js", Answer::of(TRACKER.replace("THIRD", &host.third.other_origin())));
        host.put("/", "", &format!("<script type='text/plain' data-category='audience'>{MATOMO}</script>"));
        let marked = "document.cookie.includes('mtm_consent_removed')";
        again(&host, &browser).await?;
        browser.press("refuse_all").await?;
        browser.until("constat.choices()").await?;
        let allow = async || -> Outcome {
            browser.run("constat.open()").await?;
            browser.press("allow_all").await
        };
        allow().await?;
        host.until_asked("/hit", 1).await?;
        assert_eq!(browser.run(&format!("return {marked}")).await?, false);
        withdraw(&browser).await?;
        browser.until(marked).await?;
        allow().await?;
        host.until_asked("/hit", 2).await?;
        browser.until(&format!("!{marked}")).await
    });
}

#[test]
fn a_decision_that_still_waits_in_clarity_s_queue_gives_way_to_the_next() {
    browse(DESKTOP, |browser| async move {
        let host = host(&["microsoft"], |text| text);
        host.put("/", "", "");
        again(&host, &browser).await?;
        let queue =
            "return clarity.q.map(([name, state]) => name + ' ' + (state ? state.analytics_Storage : ''))";
        browser.press("refuse_all").await?;
        browser.until("constat.choices()").await?;
        // What else waits there stays, also what is no command of a known form.
        browser.run("clarity('upgrade'); clarity.q.push([])").await?;
        browser.run("constat.open()").await?;
        browser.press("allow_all").await?;
        browser.until("constat.allows('audience')").await?;
        let expected = json!(["consentv2 granted", "upgrade ", "undefined "]);
        assert_eq!(browser.run(queue).await?, expected);
        Ok(())
    });
}

/// The script files of the services, each asked for by its marked snippet.
#[test]
fn marked_snippets_ask_for_nothing_before_an_answer_after_a_refusal_and_after_a_withdrawal() {
    browse(DESKTOP, |browser| async move {
        let host = host(&["meta", "tiktok", "matomo", "microsoft", "linkedin"], |text| text);
        let files = ["/bat.js", "/events.js", "/fbevents.js", "/insight.min.js", "/matomo.js"];
        let marked = [META, TIKTOK, MATOMO, UET, LINKEDIN]
            .map(|text| format!("<script type='text/plain' data-category='advertising'>{text}</script>"));
        host.put("/", "", &marked.concat());
        let asked = || {
            let mut paths: Vec<_> = host.third.asked().into_iter().map(|asked| asked.path).collect();
            paths.sort();
            paths
        };
        again(&host, &browser).await?;
        tokio::time::sleep(QUIET).await;
        assert_eq!(asked(), [""; 0]);
        browser.press("refuse_all").await?;
        browser.until("constat.choices()").await?;
        browser.reload().await?;
        browser.until("window.constat?.choices()").await?;
        tokio::time::sleep(QUIET).await;
        assert_eq!(asked(), [""; 0]);
        again(&host, &browser).await?;
        browser.press("allow_all").await?;
        for file in files {
            host.until_asked(file, 1).await?;
        }
        assert_eq!(asked(), files);
        withdraw(&browser).await?;
        tokio::time::sleep(QUIET).await;
        assert_eq!(asked(), files);
        Ok(())
    });
}

#[test]
fn where_audience_is_exempt_matomo_and_piano_are_told_so_and_asked_for_no_consent() {
    browse(DESKTOP, |browser| async move {
        let host = host(&["matomo", "piano"], |text| {
            let (start, rest) = text.split_once("[[vendors]]\nid = \"google-analytics\"").unwrap();
            let rest = rest.split_once("[[vendors]]").unwrap().1;
            let exempt = "[categories.audience]\nexempt = true\n[categories.audience.exemption]\nown_use_only = true\nanonymous_statistics_only = true\nno_cross_site_tracking = true\nno_merging_or_sharing = true\nvisitors_informed = true\ntracker_months = 13\ndata_months = 25\n";
            format!("{start}[[vendors]]{rest}").replacen("[categories.audience]\n", exempt, 1)
        });
        host.put("/", "", "");
        again(&host, &browser).await?;
        let state = "return [_paq, pdl.requireConsent, pdl.consent]";
        let exempt = json!([[["disableCampaignParameters"]], "v2", { "products": ["PA"], "defaultPreset": { "PA": "essential" } }]);
        assert_eq!(browser.run(state).await?, exempt);
        browser.press("refuse_all").await?;
        browser.until("constat.choices()").await?;
        assert_eq!(browser.run(state).await?, exempt);
        Ok(())
    });
}

/// Every service that has an interface.
pub const ALL: [&str; 11] = [
    "microsoft",
    "matomo",
    "piano",
    "adobe",
    "meta",
    "tiktok",
    "linkedin",
    "posthog",
    "plausible",
    "shopify",
    "wordpress",
];

#[test]
fn elements_with_the_names_of_queues_and_a_page_without_any_service_are_no_harm() {
    browse(DESKTOP, |browser| async move {
        let host = host(&ALL, |text| text);
        let names = [
            "uetq",
            "_paq",
            "pdl",
            "pa",
            "alloy",
            "fbq",
            "ttq",
            "posthog",
            "Shopify",
            "clarity",
            "wp_set_consent",
        ];
        let elements: String =
            names.map(|name| format!("<form id='{name}'><input name='push'></form>")).concat();
        let watch = "<script>window.failed = []; addEventListener('error', (event) => failed.push(event.message)); addEventListener('unhandledrejection', (event) => failed.push(String(event.reason)))</script>";
        for body in ["", elements.as_str()] {
            host.put("/", watch, body);
            again(&host, &browser).await?;
            let there = browser.run("return ['fbq', 'ttq', 'posthog'].filter((name) => Array.isArray(window[name]) || typeof window[name] === 'function')").await?;
            assert_eq!(there, json!([]), "no snippet finds what it would take for itself");
            browser.press("allow_all").await?;
            browser.until("constat.choices()").await?;
            assert_eq!(browser.run("return [failed, _paq.at(-1)]").await?, json!([[], ["setConsentGiven"]]));
            browser.run("constat.withdraw()").await?;
            browser.until("!constat.allows('audience')").await?;
            assert_eq!(
                browser.run("return [failed, _paq.at(-1)]").await?,
                json!([[], ["forgetConsentGiven"]])
            );
        }
        Ok(())
    });
}
