//! A site that takes Global Privacy Control or Do Not Track for a refusal.

use crate::page::{Host, ROOT, delivered};
use constat_shared::Action;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::browser::{Browser, DESKTOP, Outcome, PHONE, browse};
use serde_json::json;
use thirtyfour::Key;

/// A script of a vendor, a link to the next page, and room.
const BODY: &str = r#"<script type="text/plain" data-category="audience" data-vendor="google-analytics" data-src="THIRD/ga.js"></script>
    <a id="next" href="/next">Suite</a><p>Texte</p>"#;

/// Windows in CSS pixels: phones, one of 400 % zoom (WCAG 2.2, 1.4.10), and a desktop.
const WINDOWS: [(u32, u32); 4] = [(320, 568), (320, 256), PHONE, DESKTOP];

/// What is wrong with the notice in this window.
const FAULTS: &str = "const root = document.querySelector('constat-consent').shadowRoot, faults = [];
  const notice = root.querySelector('.signal'), box = notice.getBoundingClientRect();
  if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1) faults.push('outside of the window', box, innerWidth, innerHeight);
  if (notice.scrollWidth > notice.clientWidth + 1) faults.push('wider than itself', notice.scrollWidth, notice.clientWidth);
  if (innerWidth > 600 && box.width * box.height / innerWidth / innerHeight > .2) faults.push('large');
  for (const button of notice.querySelectorAll('button')) {
    const { left, right, height } = button.getBoundingClientRect();
    if (left < box.left || right > box.right || height < 24) faults.push(button.dataset.action);
  }
  return faults";

/// A host page of a site with these keys at the top of its file.
async fn host(keys: &str) -> Result<Host, Box<dyn std::error::Error + Send + Sync>> {
    let host = Host::start("", BODY);
    host.put("/next", "", BODY);
    host.change(&format!("{keys}\n{}", with_shipped_vendors("polaire", &host.pages.origin()))).await?;
    Ok(host)
}

/// Waits until the page knows the choice, and asserts that it has those of a refusal, and no answer.
async fn is_refused_and_not_recorded(browser: &Browser) -> Outcome {
    browser.until("window.constat && constat.choices && constat.choices()").await?;
    let known = browser.run("return [constat.allows('audience'), constat.allows('audience', 'google-analytics'), constat.allows('essential'), Object.values(constat.choices().vendors).some(Boolean)]").await?;
    assert_eq!(known, json!([false, false, true, false]));
    assert_eq!(browser.consent_cookie().await?, None);
    assert_eq!(
        browser.run("return Object.keys(localStorage).length + Object.keys(sessionStorage).length").await?,
        0
    );
    Ok(())
}

/// Waits until "Manage cookies" is there, and asserts that nothing else is.
async fn only_manage_is_shown(browser: &Browser) -> Outcome {
    browser.find(".manage").await?;
    assert!(!browser.shows(".banner").await?);
    Ok(())
}

#[test]
fn who_refuses_by_a_signal_is_told_so_and_asked_nothing_until_they_want_to_choose() {
    browse(DESKTOP, |browser| async move {
        let host = host("gpc = \"refuse\"").await?;
        browser.send_gpc().await?;
        browser.open(&host.url()).await?;
        let notice = browser.find(".signal").await?.text().await?;
        assert!(notice.contains("Global Privacy Control") && !notice.contains('{'), "{notice}");
        assert!(!browser.shows("[data-action=allow_all], [data-action=refuse_all], .manage").await?);
        is_refused_and_not_recorded(&browser).await?;
        browser.press("close").await?;
        only_manage_is_shown(&browser).await?;
        is_refused_and_not_recorded(&browser).await?;
        browser.reload().await?;
        only_manage_is_shown(&browser).await?;
        // The pages that follow do not tell it again, and the way back does not; who comes anew is told.
        browser.click("#next").await?;
        browser.until("location.pathname === '/next'").await?;
        only_manage_is_shown(&browser).await?;
        is_refused_and_not_recorded(&browser).await?;
        browser.back().await?;
        browser.until("location.pathname !== '/next'").await?;
        only_manage_is_shown(&browser).await?;
        browser.open(&host.url()).await?;
        browser.find(".signal").await?;
        assert_eq!(host.third.count("/ga.js"), 0);
        // The choice is there, with everything off, and the answer counts.
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        assert_eq!(
            browser.run(&format!("return {ROOT}.querySelectorAll('dialog input:checked').length")).await?,
            0
        );
        browser.press("close").await?;
        browser.press("configure").await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        host.until_asked("/ga.js", 1).await?;
        let records = host.records(&browser).await;
        assert_eq!(
            (records.len(), records[0].action, records[0].previous_event_id),
            (1, Action::AllowAll, None)
        );
        assert!(records[0].signals.gpc && !records[0].signals.dnt);
        browser.reload().await?;
        host.until_asked("/ga.js", 2).await?;
        only_manage_is_shown(&browser).await
    });
}

#[test]
fn a_signal_that_the_site_does_not_honour_or_the_browser_does_not_send_changes_nothing() {
    browse(DESKTOP, |browser| async move {
        let of_gpc = host("gpc = \"refuse\"").await?;
        browser.open(&of_gpc.url()).await?;
        browser.find("[data-action=allow_all]").await?;
        browser.send_dnt().await?;
        browser.open(&of_gpc.url()).await?;
        browser.find("[data-action=allow_all]").await?;
        assert!(!browser.shows(".signal").await?);
        assert_eq!(browser.run("return constat.choices()").await?, json!(null));
        Ok(())
    });
}

#[test]
fn do_not_track_is_a_refusal_where_the_site_promises_it() {
    browse(DESKTOP, |browser| async move {
        let host = host("dnt = \"refuse\"").await?;
        browser.send_dnt().await?;
        browser.open(&host.url()).await?;
        let notice = browser.find(".signal").await?.text().await?;
        assert!(notice.contains("Do Not Track") && !notice.contains("Global Privacy"), "{notice}");
        is_refused_and_not_recorded(&browser).await?;
        browser.run("constat.withdraw()").await?;
        delivered(&browser, "polaire").await?;
        let records = host.records(&browser).await;
        assert!(records[0].signals.dnt && records[0].action == Action::Withdraw);
        only_manage_is_shown(&browser).await
    });
}

#[test]
fn an_answer_of_before_counts_more_than_the_signal_and_the_signal_again_when_it_is_gone() {
    browse(DESKTOP, |browser| async move {
        let host = host("gpc = \"refuse\"").await?;
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        host.until_asked("/ga.js", 1).await?;
        delivered(&browser, "polaire").await?;
        browser.send_gpc().await?;
        browser.open(&host.url()).await?;
        host.until_asked("/ga.js", 2).await?;
        only_manage_is_shown(&browser).await?;
        assert!(!host.records(&browser).await[0].signals.gpc, "it was not sent then");
        // The page is loaded again, from itself, because a script of a vendor runs in it.
        browser.run("window.of_before = true").await?;
        browser.forget_choice().await?;
        browser.run("window.dispatchEvent(new Event('focus'))").await?;
        browser.until("!window.of_before && window.constat?.choices").await?;
        only_manage_is_shown(&browser).await?;
        assert_eq!(browser.run("return constat.allows('audience')").await?, false);
        assert_eq!(host.third.count("/ga.js"), 2);
        Ok(())
    });
}

#[test]
fn the_notice_is_a_named_region_that_the_keyboard_meets_first_and_fits_every_window() {
    browse(PHONE, |browser| async move {
        let host = host("gpc = \"refuse\"\ndnt = \"refuse\"").await?;
        browser.send_gpc().await?;
        for language in ["fr", "nl", "de", "en"] {
            browser.open(&host.url()).await?;
            browser
                .run(&format!(
                    "document.documentElement.lang = '{language}'; document.documentElement.dir = 'rtl'"
                ))
                .await?;
            browser.find(&format!(".signal[lang={language}]")).await?;
            for size in WINDOWS {
                browser.resize(size).await?;
                assert_eq!(browser.run(FAULTS).await?, json!([]), "{language} {size:?}");
            }
            browser.resize(PHONE).await?;
        }
        let named = format!(
            "return (() => {{ const notice = {ROOT}.querySelector('section.signal'); return [notice.getAttribute('role'), notice.hasAttribute('aria-modal'), {ROOT}.getElementById(notice.getAttribute('aria-labelledby')).textContent] }})()"
        );
        assert_eq!(browser.run(&named).await?, json!([null, false, "Your browser refuses for you"]));
        browser.open(&host.url()).await?;
        browser.find(".signal").await?;
        browser.keys(&[Key::Escape]).await?;
        let focus = format!("return {ROOT}.activeElement?.dataset.action");
        for action in ["configure", "close"] {
            browser.keys(&[Key::Tab]).await?;
            assert_eq!(browser.run(&focus).await?, action);
        }
        browser.keys(&[Key::Enter]).await?;
        only_manage_is_shown(&browser).await?;
        assert_eq!(browser.consent_cookie().await?, None);
        Ok(())
    });
}

#[test]
fn where_the_choice_cannot_be_shown_the_first_layer_offers_what_works() {
    browse(DESKTOP, |browser| async move {
        let host = host("gpc = \"refuse\"").await?;
        browser.send_gpc().await?;
        browser.open(&host.url()).await?;
        browser.find(".signal").await?;
        browser.block(&["*/assets/widget*"]).await?;
        browser.press("configure").await?;
        browser.find(".banner:not(.signal)").await?;
        browser.press("allow_all").await?;
        host.until_asked("/ga.js", 1).await?;
        Ok(())
    });
}

#[test]
fn google_is_told_of_the_refusal_by_a_signal_once_and_then_of_the_answer() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start_with(|text| format!("gpc = \"refuse\"\n{text}[consent_mode]\n"), "", BODY);
        let updates = "dataLayer.filter(entry => entry[0] === 'consent').map(entry => entry[1] + ' ' + entry[2].analytics_storage)";
        browser.send_gpc().await?;
        browser.open(&host.url()).await?;
        browser.find(".signal").await?;
        assert_eq!(
            browser.run(&format!("return {updates}")).await?,
            json!(["default denied", "update denied"])
        );
        browser.press("configure").await?;
        browser.press("allow_all").await?;
        browser.until(&format!("{updates}.length === 3")).await?;
        assert_eq!(browser.run(&format!("return {updates}[2]")).await?, "update granted");
        Ok(())
    });
}
