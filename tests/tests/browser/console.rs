//! The console in a browser whose scripts are switched off.

use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::console::{House, OWN, PASSWORD, SECOND_FACTOR, code, step_now};
use constat_tests::pages::Pages;
use constat_tests::server::run;
use serde_json::json;
use thirtyfour::Key;

pub const LANGUAGES: [&str; 4] = ["fr", "nl", "de", "en"];
/// A window of 1,280 CSS pixels at a zoom of 400 % (WCAG 2.2, success criterion 1.4.10).
pub const NARROW: (u32, u32) = (320, 740);
/// The button that a screen is for.
const NEXT: &str = "main form button.primary";

/// What is looked at in every screen: its name, whether all of it has come, its language, how many titles and
/// scripts it has, and how wide it is with all that folds closed, and open. In one script, because each takes
/// a way to the browser and back.
const LOOK: &str =
    "const parts = [...document.querySelectorAll('details')], before = parts.map((part) => part.open);
  const widths = [false, true].map((opened) => {
    for (const part of parts) part.open = opened;
    return document.documentElement.scrollWidth;
  });
  parts.forEach((part, place) => { part.open = before[place]; });
  return [document.body.dataset.screen, document.readyState, document.documentElement.lang,
    document.querySelectorAll('h1').length, document.scripts.length, ...widths]";

/// The screen is there, whole and in its language, and none of it lies beside the narrow window.
pub async fn is_whole(browser: &Browser, screen: &str, language: Option<&str>) -> Outcome {
    let has_come =
        format!("document.readyState === 'complete' && document.body.dataset.screen === '{screen}'");
    let mut seen = browser.run(LOOK).await.unwrap_or_default();
    if seen[0] != screen || seen[1] != "complete" {
        browser.until(&has_come).await?;
        seen = browser.run(LOOK).await?;
    }
    if let Some(language) = language {
        assert_eq!(seen[2], language, "{screen}");
    }
    assert_eq!((&seen[3], &seen[4]), (&json!(1), &json!(0)), "{screen}");
    let narrow = json!(NARROW.0);
    assert_eq!((&seen[5], &seen[6]), (&narrow, &narrow), "{screen} scrolls sideways, {language:?}");
    Ok(())
}

/// Enters by a link: password, second factor, recovery codes, home. Returns the secret of the second factor.
pub async fn enter(
    browser: &Browser,
    link: &str,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    browser.open(link).await?;
    is_whole(browser, "welcome", None).await?;
    browser.write("#password", "short").await?;
    browser.click(NEXT).await?;
    browser.until("document.querySelector('#error-password')").await?;
    browser.write("#password", PASSWORD).await?;
    browser.click(NEXT).await?;
    browser.until("document.querySelector('#totp-secret')").await?;
    is_whole(browser, "welcome", None).await?;
    let secret = offered(browser).await?;
    browser.write("#code", &code(&secret, step_now())).await?;
    browser.click(NEXT).await?;
    browser.until("document.querySelectorAll('#recovery-codes li').length === 10").await?;
    is_whole(browser, "welcome", None).await?;
    browser.click("main a.button.primary").await?;
    is_whole(browser, "home", None).await?;
    Ok(secret)
}

/// The secret of the second factor that the screen offers.
async fn offered(browser: &Browser) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let secret = browser.run("return document.querySelector('#totp-secret').innerText").await?;
    Ok(secret.as_str().unwrap_or_default().to_owned())
}

/// Presses Tab until the focus is on what the selector names.
async fn tab_to(browser: &Browser, selector: &str) -> Outcome {
    let is_there = format!("return document.activeElement.matches({})", json!(selector));
    for _ in 0..80 {
        browser.keys(&[Key::Tab]).await?;
        if browser.run(&is_there).await? == true {
            return Ok(());
        }
    }
    Err(format!("Tab never reaches {selector}").into())
}

/// Chooses the language of the account.
pub async fn choose(browser: &Browser, url: &str, language: &str) -> Outcome {
    browser.open(&format!("{url}/console/account")).await?;
    browser.click(&format!("#account-language option[value={language}]")).await?;
    browser.click("form.line button").await?;
    browser.until(&format!("document.documentElement.lang === '{language}'")).await
}

/// Signs out by the menu.
async fn leave(browser: &Browser) -> Outcome {
    browser.click("details.menu > summary").await?;
    browser.click("form[action='/console/sign-out'] button").await?;
    is_whole(browser, "sign-in", None).await
}

/// A role, the site on which it is given, and which screen each address shows.
type Seen = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// People of these roles enter one after the other, and open their screens in every language.
fn each_screen(roles: &'static [Seen]) {
    browse(NARROW, move |browser| async move {
        let house = House::start();
        let url = house.visitor().url;
        browser.without_scripts().await?;
        for (role, site, screens) in roles {
            let link = house.link(&format!("{role}@helvia.example"), role, site).await;
            enter(&browser, &link).await?;
            for language in LANGUAGES {
                choose(&browser, &url, language).await?;
                for (path, screen) in *screens {
                    browser.open(&format!("{url}{path}")).await?;
                    is_whole(&browser, screen, Some(language)).await?;
                }
            }
            leave(&browser).await?;
            browser.open(&link).await?;
            is_whole(&browser, "message", None).await?;
        }
        Ok(())
    });
}

#[test]
fn scripts_are_switched_off_in_these_tests() {
    browse(DESKTOP, |browser| async move {
        let pages = Pages::start();
        pages.put("/", "<!doctype html><title>A</title><script>document.title = 'B'</script>");
        browser.without_scripts().await?;
        browser.open(&pages.origin()).await?;
        assert_eq!(browser.run("return document.title").await?, "A");
        Ok(())
    });
}

#[test]
fn a_dpo_enters_by_a_link_and_sees_each_screen_in_four_languages() {
    each_screen(&[(
        "dpo",
        "*",
        &[
            ("/console/", "home"),
            ("/console/account", "account"),
            ("/console/account/second-factor", "second-factor"),
            ("/console/account/recovery-codes", "recovery-codes"),
            ("/console/sites/polaire", "site"),
            ("/console/sites/polaire/notices", "notices"),
            ("/console/sites/polaire/notices?on=2026-11-24", "notices"),
            ("/console/sites/polaire/log", "log"),
            ("/console/sites/polaire/records", "records"),
            ("/console/tokens", "tokens"),
            ("/console/audit-trail", "audit-trail"),
            ("/console/people", "message"),
        ],
    )]);
}

#[test]
fn each_other_role_enters_by_a_link_and_sees_its_own_screens_in_four_languages() {
    each_screen(&[
        // Of the sites nothing but their names.
        (
            "admin",
            "*",
            &[
                ("/console/", "home"),
                ("/console/people", "people"),
                ("/console/sites/polaire", "message"),
                ("/console/sites/polaire/log", "message"),
                ("/console/tokens", "message"),
                ("/console/audit-trail", "message"),
            ],
        ),
        (
            "owner",
            OWN,
            &[
                ("/console/", "home"),
                ("/console/sites/polaire", "site"),
                ("/console/sites/polaire/notices", "notices"),
                ("/console/sites/polaire/log", "log"),
                ("/console/audit-trail", "message"),
                ("/console/sites/boreale", "message"),
            ],
        ),
        (
            "auditor",
            OWN,
            &[
                ("/console/sites/polaire/log", "log"),
                ("/console/sites/polaire/records", "records"),
                ("/console/audit-trail", "audit-trail"),
                ("/console/tokens", "message"),
                ("/console/sites/boreale/log", "message"),
            ],
        ),
    ]);
}

#[test]
fn a_dpo_acknowledges_a_notice_audits_the_log_makes_a_token_and_replaces_the_second_factor() {
    browse(NARROW, |browser| async move {
        let house = House::start();
        let link = house.link("ana@helvia.example", "dpo", OWN).await;
        let url = house.visitor().url;
        browser.without_scripts().await?;
        let present = enter(&browser, &link).await?;
        let hash = constat_tests::api::notice_hash(&house.server).await;
        let notice = format!("/console/sites/{OWN}/notices/{hash}");
        browser.open(&format!("{url}{notice}")).await?;
        is_whole(&browser, "notice", None).await?;
        browser.click("form[action$='/acknowledgement'] button").await?;
        browser.until("!document.querySelector(\"form[action$='/acknowledgement']\")").await?;
        browser.open(&format!("{url}/console/sites/{OWN}/notices/compare?from={hash}&to={hash}")).await?;
        is_whole(&browser, "notices-compare", None).await?;

        browser.open(&format!("{url}/console/sites/{OWN}/log")).await?;
        browser.click("form[action$='/audit'] button").await?;
        browser.until("[...document.querySelectorAll('main tr')].some((row) => row.innerText.includes('ana@helvia.example'))").await?;

        makes_and_revokes_a_token(&browser, &url).await?;
        replaces_the_second_factor(&browser, &url, &present).await
    });
}

async fn makes_and_revokes_a_token(browser: &Browser, url: &str) -> Outcome {
    browser.open(&format!("{url}/console/tokens")).await?;
    browser.write("#name", "nightly").await?;
    browser.click("input[name=scope][value='log:read']").await?;
    browser.click(&format!("input[name=site][value={OWN}]")).await?;
    browser.click("form[action^='/console/tokens'] button.primary").await?;
    browser.until("document.body.innerText.includes('eyJ')").await?;
    is_whole(browser, "tokens", None).await?;
    browser.open(&format!("{url}/console/tokens")).await?;
    browser.click("a[href$='/revoke']").await?;
    is_whole(browser, "tokens-revoke", None).await?;
    browser.click("main button.danger").await?;
    is_whole(browser, "tokens", None).await
}

/// Also makes recovery codes again.
async fn replaces_the_second_factor(browser: &Browser, url: &str, present: &str) -> Outcome {
    browser.open(&format!("{url}/console/account")).await?;
    browser.click("main a[href$='/second-factor']").await?;
    is_whole(browser, "second-factor", None).await?;
    browser.click(NEXT).await?;
    browser.until("document.querySelectorAll('.error').length === 2").await?;
    is_whole(browser, "second-factor", None).await?;
    let new = offered(browser).await?;
    let step = step_now();
    browser.write("#code", &code(&new, step)).await?;
    // The code of now was used to enter.
    browser.write("#current", &code(present, step_now() + 1)).await?;
    browser.click(NEXT).await?;
    for secret in [Some(&new), None] {
        browser.until("document.querySelectorAll('#recovery-codes li').length === 10").await?;
        is_whole(browser, "recovery-codes", None).await?;
        browser.click("main a.button.primary").await?;
        is_whole(browser, "account", None).await?;
        let Some(secret) = secret else { break };
        browser.click("main a[href$='/recovery-codes']").await?;
        is_whole(browser, "recovery-codes", None).await?;
        browser.write("#code", &code(secret, step_now().max(step + 1))).await?;
        browser.click(NEXT).await?;
    }
    Ok(())
}

#[test]
fn an_admin_sees_what_is_done_about_a_person_in_four_languages_and_takes_a_role() {
    browse(NARROW, |browser| async move {
        let house = House::start();
        let link = house.link("ana@helvia.example", "admin", "*").await;
        house.link("bob@helvia.example", "owner", OWN).await;
        let data = house.data.path().to_str().unwrap();
        run(["user", "add", "bob@helvia.example", "--role", "dpo", "--site", OWN, "--data", data]).await;
        let url = house.visitor().url;
        browser.without_scripts().await?;
        enter(&browser, &link).await?;
        for language in LANGUAGES {
            choose(&browser, &url, language).await?;
            for act in ["link", "remove", "take"] {
                browser.open(&format!("{url}/console/people")).await?;
                browser.click(&format!("main a[href$='/{act}']")).await?;
                is_whole(&browser, &format!("people-{act}"), Some(language)).await?;
            }
        }
        browser.click("main button.danger").await?;
        is_whole(&browser, "people", None).await?;
        browser.until("!document.querySelector(\"main a[href$='/take']\")").await
    });
}

#[test]
fn the_keyboard_alone_signs_in() {
    browse(NARROW, |browser| async move {
        let house = House::start();
        let (_, mut person) = house.person("ana@helvia.example", "dpo", OWN).await;
        browser.without_scripts().await?;
        browser.open(&format!("{}/console/sign-in", house.visitor().url)).await?;
        let code = person.recovery_code();
        for (field, text) in [("#email", &*person.email), ("#password", PASSWORD), ("#code", &*code)] {
            tab_to(&browser, field).await?;
            browser.type_in(text).await?;
        }
        tab_to(&browser, NEXT).await?;
        browser.keys(&[Key::Enter]).await?;
        is_whole(&browser, "home", None).await?;
        tab_to(&browser, "details.menu > summary").await?;
        browser.keys(&[Key::Enter]).await?;
        for (link, screen) in [("/console/account", "account"), (SECOND_FACTOR, "second-factor")] {
            tab_to(&browser, &format!("a[href='{link}']")).await?;
            browser.keys(&[Key::Enter]).await?;
            is_whole(&browser, screen, None).await?;
        }
        Ok(())
    });
}
