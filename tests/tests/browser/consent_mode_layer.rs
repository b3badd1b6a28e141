//! Google Consent Mode: the data layer that a page makes, names and fills itself.

use crate::consent_mode::{
    ADVANCED, MARKED, Site, TYPES, choice, default, entries, options, ran, read, settled, until_ran, update,
    updated_entries,
};
use constat_tests::browser::{DESKTOP, browse};
use serde_json::json;

#[test]
fn a_released_tag_finds_default_and_update_also_where_the_page_makes_its_data_layer_anew() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start("");
        let own = "<script>dataLayer = [{ page: 'home' }]</script>";
        let url = site.page("/", &format!("FIRST{own}{MARKED}"), "");
        browser.open(&url).await?;
        browser.press("allow_all").await?;
        until_ran(&browser).await?;
        settled(&browser).await?;
        let first = entries(&browser).await?;
        let (told, page) = ([default(), options(), update(&TYPES), choice()], json!({ "page": "home" }));
        let before = |entry: &serde_json::Value| {
            first.as_array().unwrap().iter().filter(|other| *other == entry).count()
        };
        assert!([default(), update(&TYPES)].iter().all(|entry| before(entry) == 1), "{first}");
        browser.reload().await?;
        until_ran(&browser).await?;
        settled(&browser).await?;
        let mut expected = vec![page];
        expected.extend(told);
        expected.push(ran("audience"));
        assert_eq!(entries(&browser).await?, json!(expected));
        Ok(())
    });
}

#[test]
fn the_data_layer_has_the_name_of_the_file_whatever_else_the_page_has_of_that_name() {
    browse(DESKTOP, |browser| async move {
        let site =
            Site::start("data_layer = \"layer\"\nurl_passthrough = true\nads_data_redaction = false\n");
        let head = "<script>addEventListener('constat:ready', () => { window.seen = Object.keys(window).filter(key => /layer/i.test(key)) })</script>CONSTAT";
        let url = site.page("/", head, "<form id='layer'><input name='push'></form>");
        browser.open(&url).await?;
        browser.press("refuse_all").await?;
        browser.until("window.layer?.length > 3").await?;
        settled(&browser).await?;
        let passthrough = json!(["set", { "url_passthrough": true }]);
        let found = browser.run(&format!("return {}", read("layer"))).await?;
        assert_eq!(found, json!([default(), passthrough, update(&[]), choice()]));
        assert_eq!(browser.run("return seen").await?, json!(["layer"]), "no other data layer is made");
        Ok(())
    });
}

#[test]
fn a_default_of_the_page_itself_is_the_only_one() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start(ADVANCED);
        let own = "<script>window.dataLayer = [null, { event: 'default' }]; function gtag() { dataLayer.push(arguments) } gtag('consent', 'default', { ad_storage: 'denied' })</script>";
        let expected = json!([null, { "event": "default" }, ["consent", "default", { "ad_storage": "denied" }], update(&[]), choice()]);
        for head in [format!("{own}CONSTAT"), format!("{own}SNIPPET CONSTAT")] {
            let url = site.page("/", &head, "");
            browser.open(&url).await?;
            browser.forget_choice().await?;
            browser.open(&url).await?;
            browser.press("refuse_all").await?;
            assert_eq!(updated_entries(&browser).await?, expected, "{head}");
        }
        Ok(())
    });
}

#[test]
fn what_looks_like_a_default_is_none() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start(ADVANCED);
        let own = "<script>function gtag() { dataLayer.push(arguments) } window.dataLayer = [undefined, 'consent', ['consent', 'update'], { event: 'consent' }]; gtag('event', 'default')</script>";
        for head in [format!("{own}SNIPPET CONSTAT"), format!("{own}CONSTAT")] {
            let url = site.page("/", &head, "");
            browser.open(&url).await?;
            browser.find(".banner").await?;
            let found = entries(&browser).await?;
            assert_eq!(found.as_array().unwrap()[5..], [default(), options()], "{head}");
        }
        Ok(())
    });
}
