//! The template for Google Tag Manager: its own tests, and beside the real loader, in an emulation of the APIs that it
//! uses. Tag Manager itself is in no registry.

use crate::consent_mode::{Site, TYPES, choice, default, options, settled, update};
use crate::page::delivered;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use serde_json::{Value, json};

const TEMPLATE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../www/tag-manager/constat.tpl"));
const EMULATION: &str = include_str!("tag_manager.js");

/// What is between the heading of a section and the next one.
fn section(name: &str) -> &'static str {
    let (_, rest) = TEMPLATE.split_once(&format!("___{name}___\n")).expect("the template has the section");
    rest.split("\n___").next().unwrap_or_default().trim_matches('\n')
}

/// The lines below a `|-` of YAML, without their indentation.
fn block(lines: &str, indent: usize) -> String {
    let inside = |line: &&str| line.is_empty() || line.starts_with(&" ".repeat(indent));
    let own: Vec<_> =
        lines.lines().take_while(inside).map(|line| line.get(indent..).unwrap_or_default()).collect();
    own.join("\n")
}

/// What the emulation takes, with the template's tests.
fn template() -> Value {
    let tests = section("TESTS");
    let scenarios: Vec<(String, String)> = tests
        .split("- name: ")
        .skip(1)
        .map(|text| {
            let (name, code) = text.split_once("\n  code: |-\n").expect("a scenario has code");
            (name.to_owned(), block(code, 4))
        })
        .collect();
    let (_, setup) = tests.split_once("\nsetup: |-\n").expect("the tests have a setup");
    json!({
        "code": section("SANDBOXED_JS_FOR_WEB_TEMPLATE"),
        "permissions": serde_json::from_str::<Value>(section("WEB_PERMISSIONS")).expect("it is JSON"),
        "scenarios": scenarios,
        "setup": block(setup, 2),
    })
}

/// A container as a page has it.
fn container() -> String {
    let data = json!({ "wait_for_update_ms": "500", "ads_data_redaction": true, "url_passthrough": false });
    format!("startContainer({}, {data});", template())
}

/// What Google has heard, in order.
async fn heard(browser: &Browser) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    Ok(browser.run("return heard").await?)
}

#[test]
fn its_sections_are_those_of_tag_manager_and_its_parameters_are_json() {
    let names: Vec<_> = TEMPLATE.lines().filter(|line| line.starts_with("___")).collect();
    let expected = [
        "___TERMS_OF_SERVICE___",
        "___INFO___",
        "___TEMPLATE_PARAMETERS___",
        "___SANDBOXED_JS_FOR_WEB_TEMPLATE___",
        "___WEB_PERMISSIONS___",
        "___TESTS___",
        "___NOTES___",
    ];
    assert_eq!(names, expected);
    let info: Value = serde_json::from_str(section("INFO")).unwrap();
    assert_eq!((&info["type"], &info["containerContexts"]), (&json!("TAG"), &json!(["WEB"])));
    let parameters: Vec<Value> = serde_json::from_str(section("TEMPLATE_PARAMETERS")).unwrap();
    let code = section("SANDBOXED_JS_FOR_WEB_TEMPLATE");
    for parameter in parameters {
        let name = format!("data.{}", parameter["name"].as_str().unwrap());
        assert!(code.contains(&name), "{name} is asked for and not used");
    }
}

#[test]
fn the_template_passes_its_own_tests_and_a_template_without_its_permissions_does_not() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start("");
        let url = site.page("/", &format!("<script>{EMULATION}</script>"), "");
        browser.open(&url).await?;
        let test = async |template: &Value| browser.run(&format!("return testTemplate({template})")).await;
        let found = test(&template()).await?;
        let found = found.as_array().unwrap();
        assert_eq!(found.len(), 6);
        assert!(found.iter().all(|row| row[1].is_null()), "{found:#?}");

        // The emulation would say so.
        let failed = async |template: Value| {
            let found = test(&template).await.unwrap();
            found.as_array().unwrap().iter().filter(|row| !row[1].is_null()).count()
        };
        for at in 0..3 {
            let mut other = template();
            other["permissions"].as_array_mut().unwrap().remove(at);
            assert!(failed(other).await >= 4, "permission {at}");
        }
        for more in ["require('sendPixel')", "window.dataLayer", "document", "setInWindow('other', 1)"] {
            let mut other = template();
            other["code"] = json!(format!("{}\n{more};", section("SANDBOXED_JS_FOR_WEB_TEMPLATE")));
            assert_eq!(failed(other).await, 6, "{more}");
        }
        let mut other = template();
        other["code"] = json!(
            section("SANDBOXED_JS_FOR_WEB_TEMPLATE")
                .replace("analytics_storage: 'denied'", "analytics_storage: 'granted'")
        );
        assert!(failed(other).await >= 2);
        Ok(())
    });
}

#[test]
fn beside_the_loader_there_is_one_default_and_one_update_whoever_comes_first() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start("");
        let (emulation, container) =
            (format!("<script>{EMULATION}</script>"), format!("<script>{}</script>", container()));
        for (path, head, loader_first) in [
            ("/loader", format!("FIRST{emulation}{container}"), true),
            ("/template", format!("{emulation}{container}CONSTAT"), false),
            ("/loader-two", format!("FIRST{emulation}{container}{container}"), true),
            ("/template-two", format!("{emulation}{container}{container}CONSTAT"), false),
        ] {
            let head = head
                .replace(&emulation, &format!("{emulation}<script>window.first = !!window.constat</script>"));
            let url = site.page(path, &head, "");
            browser.open(&url).await?;
            browser.forget_choice().await?;
            browser.open(&url).await?;
            browser.find(".banner").await?;
            assert_eq!(browser.run("return first").await?, loader_first, "{path}");
            assert_eq!(heard(&browser).await?, json!([default(), options()]), "{path}");
            browser.press("refuse_all").await?;
            until_heard(&browser, 4).await?;
            browser.find(".manage").await?.click().await?;
            browser.press("allow_all").await?;
            until_heard(&browser, 6).await?;
            settled(&browser).await?;
            let answers = [default(), options(), update(&[]), choice(), update(&TYPES), choice()];
            assert_eq!(heard(&browser).await?, json!(answers), "{path}");
            delivered(&browser, "polaire").await?;
            browser.open(&url).await?;
            until_heard(&browser, 4).await?;
            settled(&browser).await?;
            let returning = [default(), options(), update(&TYPES), choice()];
            assert_eq!(heard(&browser).await?, json!(returning), "{path}, a returning visitor");
        }
        Ok(())
    });
}

#[test]
fn a_container_that_comes_after_the_answer_hears_it() {
    browse(DESKTOP, |browser| async move {
        let site = Site::start("");
        let url = site.page("/", &format!("CONSTAT<script>{EMULATION}</script>"), "");
        browser.open(&url).await?;
        browser.press("allow_all").await?;
        browser.until("constat.allows('audience')").await?;
        browser.run(&container()).await?;
        browser.run("constat.withdraw()").await?;
        until_heard(&browser, 6).await?;
        settled(&browser).await?;
        let expected = [default(), options(), update(&TYPES), choice(), update(&[]), choice()];
        assert_eq!(heard(&browser).await?, json!(expected));
        Ok(())
    });
}

async fn until_heard(browser: &Browser, count: usize) -> Outcome {
    browser.until(&format!("window.heard?.length >= {count}")).await
}
