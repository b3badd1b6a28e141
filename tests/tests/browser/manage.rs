//! "Manage cookies": always there once answered, shows what is stored, withdraws in one press.

use crate::page::{Demo, Host, delivered};
use constat_shared::{Action, ConsentCookie};
use constat_tests::browser::{DESKTOP, PHONE, browse};

#[test]
fn the_stored_choice_is_shown_with_its_dates_and_consent_id_and_withdrawn_in_one_press() {
    browse(PHONE, |browser| async move {
        let host = Host::start("", "");
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        browser.reload().await?;
        browser.find(".manage").await?.click().await?;
        browser.find("dialog[open]").await?;
        browser.find(".stored summary").await?.click().await?;
        let text = browser.find(".record dl").await?.parent().await?.text().await?;
        let cookie = ConsentCookie::decode(&browser.consent_cookie().await?.unwrap())?;
        assert!(text.contains(&cookie.consent_id.to_string()), "{text}");
        let year = &cookie.decided().to_string()[..4];
        let end = &cookie.expires().to_string()[..4];
        assert!(text.contains(year) && text.contains(end), "{text}");
        let off = browser.run("return document.querySelector('constat-consent').shadowRoot.querySelectorAll('dialog input:not(:checked)').length").await?;
        assert_eq!(off, 0, "the switches show what is stored");
        browser.press("withdraw").await?;
        delivered(&browser, "polaire").await?;
        let records = host.records(&browser).await;
        assert_eq!(records.len(), 2);
        assert_eq!(records[1].action, Action::Withdraw);
        browser.find(".manage").await?;
        Ok(())
    });
}

#[test]
fn a_site_s_own_link_opens_it_and_takes_the_button_s_place() {
    browse(DESKTOP, |browser| async move {
        let demo = Demo::start();
        browser.open(&demo.page("de/")).await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "boreale").await?;
        assert!(!browser.shows(".manage").await?);
        browser.click("footer [data-constat=manage]").await?;
        let dialog = browser.find("dialog[open]").await?;
        assert!(!browser.shows("[data-action=withdraw]").await?, "there is no consent to take back");
        assert_eq!(dialog.attr("lang").await?.as_deref(), Some("de"));
        browser.press("close").await?;
        browser
            .until("!document.querySelector('constat-consent').shadowRoot.querySelector('dialog')")
            .await?;
        let focus = browser.run("return document.activeElement.dataset.constat").await?;
        assert_eq!(focus, "manage", "the focus returns to what opened it");
        assert_eq!(demo.records(&browser).await.len(), 1, "closing changes nothing");
        Ok(())
    });
}

#[test]
fn the_page_can_open_it_by_script_also_before_an_answer() {
    browse(DESKTOP, |browser| async move {
        let host =
            Host::start("<script>(window.constat = []).push((constat) => constat.open())</script>", "");
        browser.open(&host.url()).await?;
        browser.find("dialog[open]").await?;
        assert!(!browser.shows(".stored").await?);
        browser.press("save").await?;
        assert_eq!(host.records(&browser).await[0].action, Action::Save);
        Ok(())
    });
}
