//! The browser shows that a consent id is its own: what it loses, what it repeats, what others left.

use crate::page::{Host, delivered};
use crate::record::kept;
use constat_shared::{Action, ConsentCookie};
use constat_tests::api::record_count;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::consent;
use serde_json::json;

async fn cookie(browser: &Browser) -> Result<ConsentCookie, Box<dyn std::error::Error + Send + Sync>> {
    Ok(ConsentCookie::decode(&browser.consent_cookie().await?.ok_or("no cookie")?)?)
}

/// Opens "Manage cookies" and answers there.
async fn answer_again(browser: &Browser, action: &str) -> Outcome {
    browser.find(".manage").await?.click().await?;
    browser.find("dialog[open]").await?;
    browser.press(action).await
}

async fn open(browser: &Browser, host: &Host) -> Outcome {
    browser.open(&host.url()).await?;
    browser.until("window.constat?.allows").await
}

/// Opens the site once the server is in reach again. The page before is left first: it would try again itself.
async fn next_page_delivers(browser: &Browser, host: &Host) -> Outcome {
    browser.open("about:blank").await?;
    browser.block(&[]).await?;
    Ok(browser.open(&host.url()).await?)
}

/// A site on which the visitor has refused all, and the server has the record.
async fn refused(browser: &Browser) -> Result<Host, Box<dyn std::error::Error + Send + Sync>> {
    let host = Host::start("", "");
    open(browser, &host).await?;
    browser.press("refuse_all").await?;
    delivered(browser, "polaire").await?;
    Ok(host)
}

#[test]
fn a_later_answer_goes_on_without_its_receipt_and_without_its_secret() {
    for lost in ["receipt", "secret"] {
        browse(DESKTOP, |browser| async move {
            let host = refused(&browser).await?;
            let first = cookie(&browser).await?;
            browser.run(&format!("localStorage.removeItem('constat.{lost}.polaire')")).await?;
            browser.reload().await?;
            answer_again(&browser, "allow_all").await?;
            delivered(&browser, "polaire").await?;
            let (records, now) = (host.records(&browser).await, cookie(&browser).await?);
            assert_eq!((now.consent_id, records.len()), (first.consent_id, 2), "{lost}");
            assert_eq!(records[1].previous_event_id, Some(first.event_id));
            assert!(kept(&browser, "polaire").await?.is_some());
            Ok(())
        });
    }
}

#[test]
fn an_answer_after_a_cleared_local_storage_begins_a_new_consent_id() {
    browse(DESKTOP, |browser| async move {
        let host = refused(&browser).await?;
        let first = cookie(&browser).await?;
        browser.run("localStorage.clear()").await?;
        browser.reload().await?;
        // The server is out of reach, so the answer waits; the page after it learns of the refusal.
        browser.block(&["*/consents"]).await?;
        answer_again(&browser, "allow_all").await?;
        browser.until("constat.allows('advertising')").await?;
        browser.until_blocked(1).await?;
        let waiting = cookie(&browser).await?;
        assert_eq!(waiting.consent_id, first.consent_id);
        next_page_delivers(&browser, &host).await?;
        delivered(&browser, "polaire").await?;
        let (records, now) = (host.records(&browser).await, cookie(&browser).await?);
        assert_ne!(now.consent_id, first.consent_id);
        assert_eq!(
            (records.len(), records[0].action, records[0].previous_event_id),
            (1, Action::AllowAll, None)
        );
        assert_eq!((records[0].event_id, records[0].consent_id), (now.event_id, now.consent_id));
        assert_eq!((now.decided(), now.expires()), (waiting.decided(), waiting.expires()));
        assert_eq!(browser.run("return constat.allows('advertising')").await?, json!(true));
        // From here on everything is as for any other visitor.
        answer_again(&browser, "withdraw").await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(cookie(&browser).await?.consent_id, now.consent_id);
        assert_eq!(host.records(&browser).await.len(), 2);
        assert_eq!(record_count(host.data.path()), 3);
        Ok(())
    });
}

#[test]
fn a_retry_after_a_lost_answer_is_stored_once() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let lose = "{ const ask = window.fetch; window.fetch = (url, options) => ask(url, options)\
                    .then(reply => options?.method === 'POST' ? Promise.reject('lost') : reply); \
                    const send = XMLHttpRequest.prototype.send; XMLHttpRequest.prototype.send = function (body) { this.onload = this.onerror; send.call(this, body); }; }";
        browser.prepare(lose).await?;
        open(&browser, &host).await?;
        browser.press("refuse_all").await?;
        assert_eq!(host.records(&browser).await.len(), 1);
        assert_eq!(kept(&browser, "polaire").await?, None);
        browser.forget_prepared().await?;
        let before = cookie(&browser).await?;
        browser.reload().await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(cookie(&browser).await?, before);
        assert!(kept(&browser, "polaire").await?.is_some());
        assert_eq!(record_count(host.data.path()), 1);
        Ok(())
    });
}

#[test]
fn an_answer_in_a_second_tab_goes_on_with_the_consent_id_of_the_first() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        open(&browser, &host).await?;
        let first = browser.window().await?;
        browser.new_tab(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        let of_second = cookie(&browser).await?;
        browser.switch_to(first).await?;
        browser.find(".manage").await?.click().await?;
        browser.press("refuse_all").await?;
        browser.until("!constat.allows('audience')").await?;
        delivered(&browser, "polaire").await?;
        let records = host.records(&browser).await;
        assert_eq!((records.len(), records[0].event_id), (2, of_second.event_id));
        assert_eq!(records[1].previous_event_id, Some(of_second.event_id));
        Ok(())
    });
}

#[test]
fn what_an_earlier_loader_left_waiting_is_taken() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        open(&browser, &host).await?;
        let hash = browser.run("return fetch(document.querySelector('script[src*=consent]').src.replace('consent.js', 'notice/fr')).then(reply => reply.json()).then(notice => notice.notice_hash)").await?;
        let event = consent::request(hash.as_str().unwrap(), "refuse_all");
        browser
            .run(&format!("localStorage.setItem('constat.queue.polaire', JSON.stringify([{event}]))"))
            .await?;
        browser.reload().await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(record_count(host.data.path()), 1);
        Ok(())
    });
}

#[test]
fn an_answer_whose_choice_would_have_ended_is_not_recorded_as_one_of_today() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        open(&browser, &host).await?;
        browser.block(&["*/consents"]).await?;
        browser.press("refuse_all").await?;
        browser.until("localStorage.getItem('constat.queue.polaire')").await?;
        browser.until_blocked(1).await?;
        browser.prepare("{ const now = Date.now; Date.now = () => now() + 186 * 864e5 }").await?;
        next_page_delivers(&browser, &host).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(host.records(&browser).await.len(), 1);
        assert_eq!(record_count(host.data.path()), 1);
        Ok(())
    });
}

#[test]
fn a_refused_answer_does_not_undo_a_later_one_of_another_tab() {
    browse(DESKTOP, |browser| async move {
        let host = refused(&browser).await?;
        browser.run("localStorage.clear()").await?;
        let first = browser.window().await?;
        browser.new_tab(&host.url()).await?;
        // The answer of the second tab learns late that nobody can show whose consent id it has.
        browser.run("let held = 0; const ask = window.fetch; window.fetch = (...call) => call[1]?.method === 'POST' && !held++ ? new Promise(done => { window.release = done }).then(() => ask(...call)) : ask(...call)").await?;
        answer_again(&browser, "allow_all").await?;
        browser.until("window.release").await?;
        let second = browser.window().await?;
        browser.switch_to(first).await?;
        browser.run("constat.withdraw()").await?;
        let withdrawn = cookie(&browser).await?;
        browser.switch_to(second).await?;
        browser.run("window.release()").await?;
        browser.until("JSON.parse(localStorage.getItem('constat.queue.polaire')).length < 2").await?;
        browser.reload().await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(browser.run("return constat.allows('advertising')").await?, json!(false));
        assert_eq!(cookie(&browser).await?.decided(), withdrawn.decided());
        Ok(())
    });
}

#[test]
fn many_answers_that_nobody_can_show_to_be_theirs_are_each_recorded_once() {
    browse(DESKTOP, |browser| async move {
        let host = refused(&browser).await?;
        browser.block(&["*/consents"]).await?;
        for action in ["allow_all", "refuse_all", "allow_all", "refuse_all", "allow_all"] {
            answer_again(&browser, action).await?;
            browser.until(&format!("constat.allows('advertising') === {}", action == "allow_all")).await?;
        }
        browser.run("localStorage.removeItem('constat.secret.polaire'); localStorage.removeItem('constat.receipt.polaire')").await?;
        browser.prepare("{ window.posts = 0; const ask = fetch; window.fetch = (...call) => { window.posts += call[1]?.method === 'POST'; return ask(...call) } }").await?;
        next_page_delivers(&browser, &host).await?;
        delivered(&browser, "polaire").await?;
        // Each is refused once and sent again under one new consent id.
        assert_eq!(browser.run("return window.posts").await?, json!(10));
        assert_eq!((host.records(&browser).await.len(), record_count(host.data.path())), (5, 6));
        Ok(())
    });
}

#[test]
fn two_answers_that_an_earlier_loader_left_waiting_have_one_consent_id() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        open(&browser, &host).await?;
        browser.block(&["*/consents"]).await?;
        browser.press("refuse_all").await?;
        answer_again(&browser, "allow_all").await?;
        browser.until("constat.allows('advertising')").await?;
        browser.run("localStorage.removeItem('constat.secret.polaire')").await?;
        next_page_delivers(&browser, &host).await?;
        delivered(&browser, "polaire").await?;
        assert_eq!((host.records(&browser).await.len(), record_count(host.data.path())), (2, 2));
        assert!(kept(&browser, "polaire").await?.is_some());
        Ok(())
    });
}
