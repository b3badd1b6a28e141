//! The widget is fetched when somebody wants it; what works without it works everywhere.

use crate::page::{Demo, Host, ROOT, delivered};
use constat_shared::Action;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use serde_json::json;
use thirtyfour::Key;

/// The addresses of the widget and of what it shows.
const WIDGET: [&str; 3] = ["*/assets/widget-*", "*.wasm", "*/notice/*"];

/// Where the middle of an element of Constat's is in the window.
async fn middle(
    browser: &Browser,
    selector: &str,
) -> Result<(i64, i64), Box<dyn std::error::Error + Send + Sync>> {
    browser.find(selector).await?;
    let place = format!(
        "const box = {ROOT}.querySelector({}).getBoundingClientRect(); return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]",
        json!(selector)
    );
    Ok(serde_json::from_value(browser.run(&place).await?)?)
}

async fn says(browser: &Browser, text: &str) -> Outcome {
    browser.until(&format!("{ROOT}.querySelector('[role=status]').textContent === {}", json!(text))).await
}

/// What the first layer says where the configuration layer cannot be had.
const UNAVAILABLE: &str = "Ce navigateur ne peut pas afficher les choix détaillés pour le moment. Vous pouvez tout refuser ou tout accepter ci-dessous, et lire notre politique de confidentialité.";

#[test]
fn nobody_who_does_not_ask_for_more_fetches_the_widget() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<p style='height: 3000px'>Polaire</p>");
        browser.block(&WIDGET).await?;
        browser.open(&host.url()).await?;
        let (x, y) = middle(&browser, "[data-action=allow_all]").await?;
        browser.hold_at(x, y).await?;
        browser.move_to(20, 20).await?;
        browser.release().await?;
        browser.run("scrollTo(0, 500)").await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        browser.reload().await?;
        browser.find(".manage").await?;
        browser.run("return new Promise((done) => setTimeout(done, 300))").await?;
        assert_eq!(browser.blocked_count(), 0);
        browser.run("constat.open()").await?;
        browser.until_blocked(1).await
    });
}

#[test]
fn the_pointer_over_configure_the_vendors_or_manage_cookies_fetches_it() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        for selector in ["[data-action=configure]", "[data-action=vendors]", ".manage"] {
            browser.block(&WIDGET).await?;
            browser.open(&host.url()).await?;
            if selector == ".manage" {
                browser.press("refuse_all").await?;
                browser.move_to(5, 5).await?;
            }
            let (x, y) = middle(&browser, selector).await?;
            assert_eq!(browser.blocked_count(), 0, "{selector}");
            browser.move_to(x, y).await?;
            browser.until_blocked(1).await?;
            assert!(!browser.shows("dialog").await?, "it is not opened");
            browser.move_to(5, 5).await?;
        }
        Ok(())
    });
}

#[test]
fn the_focus_on_configure_fetches_it_and_so_does_the_page_s_own_link() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<a href='#' data-constat='manage'>Cookies</a>");
        browser.block(&WIDGET).await?;
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run(&format!("{ROOT}.querySelector('[data-action=refuse_all]').focus()")).await?;
        assert_eq!(browser.blocked_count(), 0);
        browser.keys(&[Key::Tab]).await?;
        browser.until_blocked(1).await?;
        browser.block(&WIDGET).await?;
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run("document.querySelector('a').focus()").await?;
        browser.until_blocked(1).await
    });
}

#[test]
fn a_press_before_it_is_there_says_that_it_loads_and_opens_it_when_it_comes() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.delay(700).await?;
        browser.press("configure").await?;
        let busy = format!("{ROOT}.querySelector('[data-action=configure]').getAttribute('aria-busy')");
        browser.until(&format!("{busy} === 'true'")).await?;
        says(&browser, "Chargement des réglages…").await?;
        assert!(!browser.shows("dialog").await?, "the test is about the time before it is there");
        browser.find("dialog[open]").await?;
        browser.delay(0).await?;
        browser.until(&format!("{busy} === null")).await?;
        says(&browser, "").await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(host.records(&browser).await.len(), 1);
        Ok(())
    });
}

#[test]
fn an_answer_while_it_loads_is_not_followed_by_the_configuration_layer() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.delay(400).await?;
        browser.press("configure").await?;
        browser.press("refuse_all").await?;
        browser.delay(0).await?;
        browser.run("return new Promise((done) => setTimeout(done, 1500))").await?;
        assert!(!browser.shows("dialog").await?);
        says(&browser, "Votre choix est enregistré.").await
    });
}

/// Configuring says that it cannot be done; every answer works.
async fn works_without_it(host: &Host, browser: &Browser) -> Outcome {
    browser.open(&host.url()).await?;
    for (answer, action) in [("refuse_all", Action::RefuseAll), ("allow_all", Action::AllowAll)] {
        browser.press("configure").await?;
        browser
            .until(&format!("{ROOT}.querySelector('.banner').textContent.includes({})", json!(UNAVAILABLE)))
            .await?;
        says(browser, UNAVAILABLE).await?;
        assert!(!browser.shows("[aria-busy]").await? && !browser.shows("[data-action=configure]").await?);
        let policy = format!("return {ROOT}.querySelector('.banner a').href");
        assert_eq!(browser.run(&policy).await?, "https://www.boreale.example/cookies");
        browser.press(answer).await?;
        delivered(browser, "polaire").await?;
        assert_eq!(host.records(browser).await.pop().ok_or("no record")?.action, action);
        browser.forget_choice().await?;
        browser.reload().await?;
    }
    browser.press("allow_all").await?;
    browser.until("window.ran").await?;
    browser.find(".manage").await?.click().await?;
    browser.press("withdraw").await?;
    browser.until("!window.ran && window.constat?.choices()").await?;
    delivered(browser, "polaire").await?;
    let records = host.records(browser).await;
    assert_eq!(
        records.iter().map(|record| record.action).collect::<Vec<_>>(),
        [Action::AllowAll, Action::Withdraw]
    );
    Ok(())
}

const COUNTS: &str = r#"<script type="text/plain" data-category="audience">window.ran = true</script>"#;

#[test]
fn without_webassembly_it_says_so_and_every_answer_works() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", COUNTS);
        browser.prepare("delete globalThis.WebAssembly").await?;
        works_without_it(&host, &browser).await
    });
}

#[test]
fn where_its_files_are_stopped_on_the_way_it_says_so_and_every_answer_works() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", COUNTS);
        browser.block(&["*/assets/*"]).await?;
        works_without_it(&host, &browser).await
    });
}

#[test]
fn what_could_not_be_fetched_is_asked_for_again_at_the_next_press() {
    browse(DESKTOP, |browser| async move {
        for pattern in ["*.wasm", "*/assets/widget-*.js*", "*/notice/*"] {
            // Another origin, of which the browser has kept nothing.
            let host = Host::start("", "");
            browser.open(&host.url()).await?;
            browser.block(&[pattern]).await?;
            browser.press("configure").await?;
            says(&browser, UNAVAILABLE).await?;
            browser.block(&[]).await?;
            browser.press("vendors").await?;
            browser.find("dialog[open]").await?;
        }
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.block(&["*.wasm"]).await?;
        browser.press("refuse_all").await?;
        browser.find(".manage").await?.click().await?;
        says(&browser, UNAVAILABLE).await?;
        browser.block(&[]).await?;
        browser.find(".manage").await?.click().await?;
        browser.find("dialog[open]").await?;
        Ok(())
    });
}

#[test]
fn an_answer_on_a_site_whose_widget_never_comes_takes_effect_at_once() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.block(&["*/assets/*"]).await?;
        browser.open(&demo.page("fr/")).await?;
        browser.press("allow_all").await?;
        browser.until("window.boreale_ran?.length === 3").await?;
        delivered(&browser, "boreale").await?;
        assert_eq!(demo.records(&browser).await[0].action, Action::AllowAll);
        Ok(())
    });
}

#[test]
fn an_answer_that_is_faster_than_the_layer_leaves_the_page_as_it_was() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run("const root = document.querySelector('constat-consent').shadowRoot; new MutationObserver((_, observer) => { const save = root.querySelector('dialog[open] [data-action=save]'); if (save) { observer.disconnect(); save.click() } }).observe(root, { childList: true, subtree: true, attributes: true }); constat.open()").await?;
        browser.until("constat.choices()").await?;
        let later = "return new Promise((done) => setTimeout(() => done([document.body, document.documentElement].some((node) => getComputedStyle(node).overflow.includes('hidden'))), 300))";
        assert_eq!(browser.run(later).await?, false, "the page scrolls");
        assert!(!browser.fetched().await?.iter().any(|name| name.contains("/assets/record-")));
        Ok(())
    });
}
