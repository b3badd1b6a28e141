//! "My record": what the visitor answered, and the way to have it erased.

use crate::page::{Demo, Host, delivered};
use constat_shared::ConsentCookie;
use constat_tests::browser::{Browser, DESKTOP, Outcome, PHONE, browse};
use constat_tests::server::Server;
use serde_json::{Value, json};
use std::sync::Arc;
use thirtyfour::Key;

/// Opens "Manage cookies" by the button, and "My record" in it.
/// Opens "My record" of a visitor who has answered.
pub async fn open_record(browser: &Browser) -> Outcome {
    browser.find(".manage").await?.click().await?;
    browser.find(".stored summary").await?.click().await?;
    browser.find(".record dl").await?;
    Ok(())
}

async fn record_text(browser: &Browser) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    browser.find(".record").await?;
    // The drivers do not agree on the lines of a list.
    let text =
        "return document.querySelector('constat-consent').shadowRoot.querySelector('.record').innerText";
    Ok(browser.run(text).await?.as_str().unwrap_or_default().to_owned())
}

/// Answers and waits for the receipt; returns it.
async fn answered(
    browser: &Browser,
    action: &str,
    site: &str,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    browser.press(action).await?;
    delivered(browser, site).await?;
    kept(browser, site).await?.ok_or_else(|| "no receipt was kept".into())
}

/// The receipt in local storage.
pub async fn kept(
    browser: &Browser,
    site: &str,
) -> Result<Option<String>, Box<dyn std::error::Error + Send + Sync>> {
    let token = browser.run(&format!("return localStorage.getItem('constat.receipt.{site}')")).await?;
    Ok(token.as_str().map(str::to_owned))
}

/// The visitor's records on the server, read with a receipt.
async fn history(url: &str, site: &str, consent_id: &str, receipt: &str) -> Value {
    let address = format!("{url}/v1/sites/{site}/consents/{consent_id}");
    let reply = reqwest::Client::new().get(address).bearer_auth(receipt).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    reply.json::<Value>().await.unwrap()["records"].clone()
}

async fn consent_id(browser: &Browser) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let cookie = browser.consent_cookie().await?.ok_or("no cookie")?;
    Ok(ConsentCookie::decode(&cookie)?.consent_id.to_string())
}

/// Presses the button that asks and the one that does it.
/// Erases it.
pub async fn erase(browser: &Browser) -> Outcome {
    browser.find("[data-action=erase]").await?.click().await?;
    browser.find("[data-action=erase_confirmed]").await?.click().await?;
    Ok(())
}

#[test]
fn it_shows_date_expiry_answer_services_and_consent_id() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("en/")).await?;
        browser.press("vendors").await?;
        for name in ["functional", "youtube", "google-analytics"] {
            browser.find(&format!("dialog input[name={name}]")).await?.click().await?;
        }
        answered(&browser, "save", "boreale").await?;
        browser.click("[data-constat=manage]").await?;
        browser.find(".stored summary").await?.click().await?;
        browser.find(".record dl").await?;
        let text = record_text(&browser).await?;
        let id = consent_id(&browser).await?;
        let day = browser.run("return [0, 6].map((months) => { let day = new Date(); let of = day.getUTCDate(); day.setUTCMonth(day.getUTCMonth() + months); if (day.getUTCDate() !== of) day.setUTCDate(0); return day.toLocaleDateString('en', { dateStyle: 'long' }) })").await?;
        for expected in [
            &format!("Choice made on {}", day[0].as_str().unwrap()),
            &format!("Choice valid until {}", day[1].as_str().unwrap()),
            "Your answer\nSave my choices",
            "Services allowed (2 of 10)\nConvenience\nAudience measurement (Google Analytics)\nThird-party content (YouTube)",
            &format!("Identifier of your choice\n{id}"),
        ] {
            assert!(text.contains(expected), "{expected:?} is not in {text:?}");
        }
        Ok(())
    });
}

#[test]
fn it_begins_a_mail_to_the_officer_with_the_id_in_the_language_of_the_visitor() {
    browse(PHONE, |browser| async move {
        let demo = Demo::start();
        for (page, words, letter) in [
            ("fr/", "Écrire au délégué à la protection des données", "au sujet de mes choix"),
            ("nl/", "Schrijven aan de functionaris", "over mijn cookiekeuzes"),
            ("de/", "An den Datenschutzbeauftragten schreiben", "wegen meiner Auswahl"),
            ("en/", "Write to the data protection officer", "I am writing about my choices"),
        ] {
            browser.open(&demo.page(page)).await?;
            if browser.consent_cookie().await?.is_none() {
                answered(&browser, "refuse_all", "boreale").await?;
            }
            browser.click("[data-constat=manage]").await?;
            browser.find(".stored summary").await?.click().await?;
            let link = browser.find(".record a[href*='?subject=']").await?;
            let href = link.attr("href").await?.unwrap_or_default();
            assert!(link.text().await?.starts_with(words), "{page}: {href}");
            let mail = browser.run(&format!("const mail = new URL({}); return [mail.protocol + mail.pathname, mail.searchParams.get('body')]", json!(href))).await?;
            assert_eq!(mail[0], "mailto:dpo@boreale.example", "{page}");
            let body = mail[1].as_str().unwrap();
            let id = consent_id(&browser).await?;
            assert!(
                body.contains(letter) && body.contains(&id) && body.contains("boreale"),
                "{page}: {body}"
            );
        }
        Ok(())
    });
}

#[test]
fn it_is_fetched_by_nobody_but_who_has_answered_and_opens_manage_cookies() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let is_record = |name: &String| name.contains("/assets/record-");
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        answered(&browser, "save", "polaire").await?;
        assert!(!browser.fetched().await?.iter().any(is_record), "on a first visit");
        browser.reload().await?;
        browser.find(".manage").await?;
        let fetched = browser.fetched().await?;
        let from_constat = fetched.iter().filter(|name| name.contains("/v1/") || name.contains("/assets/"));
        assert_eq!(from_constat.count(), 1, "on a later one: {fetched:?}");
        open_record(&browser).await?;
        assert!(browser.fetched().await?.iter().any(is_record));
        Ok(())
    });
}

#[test]
fn erasing_takes_away_records_choice_receipt_and_what_vendors_left_and_the_question_returns() {
    browse(PHONE, |browser| async move {
        let body = r#"<script type="text/plain" data-category="audience" data-vendor="google-analytics">window.ran = true; document.cookie = "_ga=1; path=/"</script>"#;
        let host = Host::start("", body);
        browser.open(&host.url()).await?;
        let receipt = answered(&browser, "allow_all", "polaire").await?;
        let id = consent_id(&browser).await?;
        browser.until("window.ran && document.cookie.includes('_ga=')").await?;
        assert_eq!(history(&host.server.url, "polaire", &id, &receipt).await.as_array().unwrap().len(), 1);
        open_record(&browser).await?;
        erase(&browser).await?;
        browser.find(".banner").await?;
        // The page was loaded again: a script that comes too early has nowhere to run.
        browser.until("document.readyState === 'complete' && window.constat").await?;
        let left = browser.run("return [document.cookie, localStorage.getItem('constat.receipt.polaire'), localStorage.getItem('constat.secret.polaire'), localStorage.getItem('constat.queue.polaire'), window.ran ?? null, constat.choices()]").await?;
        assert_eq!(left, json!(["", null, null, "[]", null, null]));
        assert_eq!(history(&host.server.url, "polaire", &id, &receipt).await, json!([]));
        browser.reload().await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        assert_ne!(consent_id(&browser).await?, id, "nothing links the next answer to what was erased");
        Ok(())
    });
}

#[test]
fn a_record_that_was_still_waiting_is_not_delivered_behind_its_erasure() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        let receipt = answered(&browser, "allow_all", "polaire").await?;
        let id = consent_id(&browser).await?;
        // Answers do not come through; what erases them does.
        browser.block(&["*/consents"]).await?;
        browser.find(".manage").await?.click().await?;
        browser.press("refuse_all").await?;
        browser.until("JSON.parse(localStorage.getItem('constat.queue.polaire')).length === 1").await?;
        open_record(&browser).await?;
        let text = record_text(&browser).await?;
        assert!(text.contains("n’est pas encore parvenue au serveur"), "{text}");
        assert!(!browser.shows("[data-action=download]").await?, "the receipt is of another answer");
        erase(&browser).await?;
        browser.find(".banner").await?;
        assert_eq!(browser.run("return localStorage.getItem('constat.queue.polaire')").await?, "[]");
        browser.block(&[]).await?;
        browser.reload().await?;
        browser.find(".banner").await?;
        assert_eq!(history(&host.server.url, "polaire", &id, &receipt).await, json!([]));
        Ok(())
    });
}

#[test]
fn a_server_that_cannot_be_reached_erases_nothing_and_the_second_try_does() {
    browse(DESKTOP, |browser| async move {
        let Host { pages, sites, server, data, .. } = Host::start("", "");
        browser.open(&format!("{}/", pages.origin())).await?;
        let receipt = answered(&browser, "refuse_all", "polaire").await?;
        let cookie = browser.consent_cookie().await?;
        open_record(&browser).await?;
        let port = server.port();
        assert!(Arc::into_inner(server).unwrap().stop());
        erase(&browser).await?;
        let alert = "document.querySelector('constat-consent').shadowRoot.querySelector('[role=alert]')";
        browser.until(&format!("{alert}.textContent.includes('n’a pas confirmé l’effacement')")).await?;
        assert_eq!(browser.consent_cookie().await?, cookie);
        assert_eq!(kept(&browser, "polaire").await?, Some(receipt));

        let server = Server::start_at(port, data.path(), &["--sites", sites.arg()]);
        browser.find("[data-action=erase_confirmed]").await?.click().await?;
        browser.find(".banner").await?;
        assert_eq!(browser.consent_cookie().await?, None);
        let connection = rusqlite::Connection::open(data.path().join("constat.db"))?;
        let records: i64 = connection.query_row("SELECT count(*) FROM records", [], |row| row.get(0))?;
        assert_eq!(records, 0);
        assert!(server.stop());
        Ok(())
    });
}

#[test]
fn with_neither_a_secret_nor_a_receipt_that_the_server_accepts_the_data_protection_officer_is_named() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        let receipt = answered(&browser, "refuse_all", "polaire").await?;
        let put = |token: &str| format!("localStorage.setItem('constat.receipt.polaire', '{token}')");
        // A browser that answered before there were secrets has the receipt alone.
        browser.run("localStorage.removeItem('constat.secret.polaire')").await?;
        // Not signed by the server: the last part is not its signature.
        browser.run(&put(&format!("{}.AAAA", receipt.rsplit_once('.').unwrap().0))).await?;
        open_record(&browser).await?;
        erase(&browser).await?;
        browser.find("[role=alert] a[href='mailto:dpo@boreale.example']").await?;
        assert!(browser.consent_cookie().await?.is_some());

        for token in ["", "nonsense", "a.b.c"] {
            browser.run(&put(token)).await?;
            browser.reload().await?;
            open_record(&browser).await?;
            browser.find(".record a[href='mailto:dpo@boreale.example']").await?;
            let text = record_text(&browser).await?;
            assert!(text.contains(&consent_id(&browser).await?), "{text}");
            assert!(!browser.shows("[data-action=erase], [data-action=download]").await?, "{token:?}");
        }
        Ok(())
    });
}

#[test]
fn the_keyboard_alone_asks_for_the_erasure_thinks_better_of_it_and_does_it() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        answered(&browser, "refuse_all", "polaire").await?;
        browser.find(".manage").await?.click().await?;
        browser
            .until("document.querySelector('constat-consent').shadowRoot.querySelector('.record dl')")
            .await?;
        let focus = "(() => { let node = document.activeElement.shadowRoot?.activeElement; return node?.dataset.action || node?.role || node?.localName })()";
        let reach = async |name: &str| {
            for _ in 0..20 {
                if browser.run(&format!("return {focus}")).await? == name {
                    return Ok::<_, Box<dyn std::error::Error + Send + Sync>>(());
                }
                browser.keys(&[Key::Tab]).await?;
            }
            Err(format!("Tab never reaches {name}").into())
        };
        reach("summary").await?;
        browser.keys(&[Key::Enter]).await?;
        reach("erase").await?;
        browser.keys(&[Key::Enter]).await?;
        assert_eq!(browser.run(&format!("return {focus}")).await?, "group", "the focus goes to the question");
        reach("erase_cancelled").await?;
        browser.keys(&[Key::Enter]).await?;
        assert_eq!(browser.run(&format!("return {focus}")).await?, "erase", "and back");
        assert!(!browser.shows("[data-action=erase_confirmed]").await?);
        browser.keys(&[Key::Enter]).await?;
        reach("erase_confirmed").await?;
        browser.keys(&[Key::Enter]).await?;
        browser.find(".banner").await?;
        assert_eq!(browser.consent_cookie().await?, None);
        Ok(())
    });
}

#[test]
fn a_record_that_cannot_be_fetched_leaves_a_sentence_and_a_layer_that_works() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        answered(&browser, "allow_all", "polaire").await?;
        browser.block(&["*/assets/record-*"]).await?;
        browser.find(".manage").await?.click().await?;
        browser.find(".stored summary").await?.click().await?;
        assert!(browser.find(".record + p").await?.text().await?.contains("rechargez la page"));
        browser.press("withdraw").await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(host.records(&browser).await.len(), 2);
        Ok(())
    });
}

#[test]
fn it_fits_a_narrow_screen_in_every_language() {
    browse((320, 640), |browser| async move {
        let demo = Demo::start();
        for language in ["fr", "nl", "de", "en"] {
            browser.forget_choice().await.ok();
            browser.open(&demo.page(&format!("{language}/"))).await?;
            answered(&browser, "allow_all", "boreale").await?;
            browser.run("constat.open()").await?;
            browser.find(".stored summary").await?.click().await?;
            browser.find("[data-action=erase]").await?.click().await?;
            let wide = browser.run("const root = document.querySelector('constat-consent').shadowRoot, right = root.querySelector('.scroll').getBoundingClientRect().right; return Array.from(root.querySelectorAll('.record *')).filter((node) => node.checkVisibility() && node.getBoundingClientRect().right > right).map((node) => node.outerHTML)").await?;
            assert_eq!(wide, json!([]), "{language}");
        }
        Ok(())
    });
}

#[test]
fn erasing_never_looks_like_the_way_to_go() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        answered(&browser, "refuse_all", "polaire").await?;
        open_record(&browser).await?;
        browser.find("[data-action=erase]").await?.click().await?;
        let look = browser.run("const root = document.querySelector('constat-consent').shadowRoot, of = (action) => { const style = getComputedStyle(root.querySelector('dialog [data-action=' + action + ']')); return [style.backgroundColor, style.color, style.border] }; return ['erase_confirmed', 'erase_cancelled', 'allow_all'].map(of)").await?;
        assert_eq!(look[0], look[1], "erasing weighs no more than leaving it");
        assert_ne!(look[0], look[2]);
        Ok(())
    });
}
