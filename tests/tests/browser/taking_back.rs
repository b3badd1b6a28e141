//! What is taken back stops, and what it left behind goes.

use crate::page::{Host, ROOT, delivered};
use constat_shared::Action;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::pages::Pages;
use serde_json::{Value, json};

const COUNTS: &str = r#"<script type="text/plain" data-category="audience" data-vendor="google-analytics">window.ran = true</script>"#;

/// The page has been loaded again without what was taken back.
const STOPPED: &str = "!window.ran && window.constat?.choices() && !constat.allows('audience')";

/// Allows everything at an address, and waits until the script has run.
async fn allowed(browser: &Browser, url: &str) -> Outcome {
    browser.open(url).await?;
    browser.press("allow_all").await?;
    browser.until("window.ran").await?;
    delivered(browser, "polaire").await
}

/// Takes everything back, and waits until the page is there without it.
async fn take_back(browser: &Browser) -> Outcome {
    browser.run("constat.withdraw()").await?;
    browser.until(STOPPED).await
}

#[test]
fn no_form_is_sent_again() {
    browse(DESKTOP, |browser| async move {
        let host =
            Host::start("", "<form method='post' action='/claim?a=1#end'><button>Send</button></form>");
        host.put("/claim", "", &format!("<h1>Received</h1>{COUNTS}"));
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        browser.click("form button").await?;
        browser.until("window.ran").await?;
        take_back(&browser).await?;
        browser.until("document.readyState === 'complete'").await?;
        let asked = host.pages.asked();
        assert_eq!(asked.iter().filter(|one| one.method == "POST").count(), 1, "{asked:?}");
        assert_eq!(browser.run("return location.pathname + location.hash").await?, "/claim#end");
        Ok(())
    });
}

#[test]
fn the_page_is_loaded_again_at_every_address() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", COUNTS);
        for rest in ["", "?", "?a=1&b=2", "#part", "#", "?a=1#part", "?#part", "#a#b"] {
            allowed(&browser, &format!("{}{rest}", host.url())).await?;
            take_back(&browser).await?;
            let expected = rest.split_once('#').map(|(_, fragment)| fragment).filter(|it| !it.is_empty());
            let hash = browser.run("return location.hash.slice(1)").await?;
            assert_eq!(hash, expected.unwrap_or_default(), "{rest}");
            assert_eq!(
                browser.run("return location.search.includes('a=1')").await?,
                json!(rest.contains("a=1"))
            );
            browser.forget_choice().await?;
            browser.open("about:blank").await?;
        }
        Ok(())
    });
}

#[test]
fn the_way_back_does_not_lead_to_what_was_taken_back() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", COUNTS);
        host.put("/before", "", "<h1>Before</h1>");
        browser.open(&format!("{}before", host.url())).await?;
        allowed(&browser, &host.url()).await?;
        take_back(&browser).await?;
        browser.back().await?;
        browser.until("location.pathname === '/before'").await?;
        browser.forward().await?;
        browser.until(&format!("location.pathname === '/' && {STOPPED}")).await?;
        Ok(())
    });
}

#[test]
fn a_router_of_the_page_does_not_keep_what_was_taken_back_running() {
    let router = "<script>window.navigation?.addEventListener('navigate', (event) => { if (event.canIntercept && !event.hashChange && event.downloadRequest === null) event.intercept({ handler: async () => {} }) })</script>";
    browse(DESKTOP, move |browser| async move {
        let host = Host::start(router, COUNTS);
        allowed(&browser, &host.url()).await?;
        take_back(&browser).await
    });
}

/// Names of the cookies and storage keys that are left.
async fn left(browser: &Browser) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    let names = "return [...document.cookie.split('; ').map((pair) => pair.split('=')[0]), ...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((name) => name && !/^constat/.test(name)).sort()";
    Ok(serde_json::from_value(browser.run(names).await?)?)
}

/// A script that leaves cookies with these attributes, and storage keys.
fn leaves(cookies: &[&str]) -> String {
    let cookies: Vec<_> = cookies
        .iter()
        .enumerate()
        .map(|(at, more)| format!("document.cookie = '_ga_{at}=1;max-age=9999{more}'"))
        .collect();
    COUNTS.replace(
        "window.ran",
        &format!(
            "{}; localStorage.setItem('_ga_kept', 1); sessionStorage.setItem('_ga_now', 1); window.ran",
            cookies.join("; ")
        ),
    )
}

#[test]
fn cookies_go_at_every_path_of_the_page_s_address() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let cookies = [
            "",
            ";path=/",
            ";path=/fr",
            ";path=/fr/",
            ";path=/fr/devis",
            ";path=/fr/devis/",
            ";path=/fr/devis/auto.html",
        ];
        let same_name = "document.cookie = '_ga=1;path=/'; document.cookie = '_ga=2;path=/fr'; document.cookie = '_ga=3;path=/fr/devis'; document.cookie = 'mine=1;path=/fr'; localStorage.setItem('mine_too', 1); window.ran";
        host.put("/fr/devis/auto.html", "", &leaves(&cookies).replace("window.ran", same_name));
        allowed(&browser, &format!("{}fr/devis/auto.html", host.url())).await?;
        let before = left(&browser).await?;
        assert_eq!(
            before.iter().filter(|name| name.starts_with("_ga")).count(),
            cookies.len() + 5,
            "{before:?}"
        );
        take_back(&browser).await?;
        assert_eq!(left(&browser).await?, ["mine", "mine_too"], "what is not declared is left alone");
        Ok(())
    });
}

#[test]
fn cookies_go_at_every_domain_of_the_page_s_address() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        host.put(
            "/fr/",
            "",
            &leaves(&[
                "",
                ";domain=polaire.test",
                ";domain=.www.polaire.test;path=/",
                ";domain=polaire.test;path=/",
                ";domain=polaire.test;path=/fr",
            ]),
        );
        browser.open(&format!("{}/fr/", host.pages.origin_of("www.polaire.test"))).await?;
        browser.press("allow_all").await?;
        browser.until("window.ran").await?;
        let before = left(&browser).await?;
        assert_eq!(before.len(), 7, "{before:?}");
        take_back(&browser).await?;
        assert_eq!(left(&browser).await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn secure_and_partitioned_cookies_go_where_the_browser_takes_them() {
    browse(DESKTOP, |browser| async move {
        let kinds = [
            "",
            ";secure",
            ";secure;samesite=none;path=/",
            ";secure;samesite=none;partitioned",
            ";secure;samesite=none;partitioned;path=/",
            ";samesite=strict",
        ];
        let host = Host::start("", &leaves(&kinds));
        allowed(&browser, &host.url()).await?;
        let before = left(&browser).await?;
        assert!(before.len() >= 4, "{before:?}");
        take_back(&browser).await?;
        assert_eq!(left(&browser).await?, [""; 0], "of {before:?}");
        Ok(())
    });
}

#[test]
fn what_is_written_again_while_the_page_is_left_goes_too() {
    let again = "const note = () => { document.cookie = '_ga=7;path=/;max-age=999999'; localStorage.setItem('_ga_end', 1); }; note(); for (const type of ['pagehide', 'beforeunload']) addEventListener(type, note); addEventListener('visibilitychange', note, true); window.ran";
    browse(DESKTOP, move |browser| async move {
        let host = Host::start("", &COUNTS.replace("window.ran", again));
        host.put("/two", "", "");
        allowed(&browser, &host.url()).await?;
        take_back(&browser).await?;
        assert_eq!(left(&browser).await?, [""; 0]);
        // Something else of the vendor's comes back without any answer: it goes at the next page view.
        browser
            .run("document.cookie = '_ga=8;path=/;max-age=9999'; sessionStorage.setItem('_ga_x', 1)")
            .await?;
        browser.open(&format!("{}two", host.url())).await?;
        browser.until("window.constat?.choices()").await?;
        assert_eq!(left(&browser).await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn what_an_allowed_vendor_declares_too_stays() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        let shared = "[vendors.cookies._shared]\nduration_days = 30\npurpose = \"preferences\"\nstorage = \"cookie\"\nfirst_party = true\n";
        let site = host.sites.file("polaire");
        let text = std::fs::read_to_string(site)?;
        let text = text
            .replace("id = \"youtube\"\n", &format!("id = \"youtube\"\n{shared}"))
            .replace("id = \"recaptcha\"\n", &format!("id = \"recaptcha\"\n{shared}"));
        host.change(&text).await?;
        browser.open(&host.url()).await?;
        browser.press("configure").await?;
        browser.find("dialog[open]").await?;
        browser
            .run(&format!("{ROOT}.querySelectorAll('details').forEach((node) => node.open = true)"))
            .await?;
        browser.find("input[name=youtube]").await?.click().await?;
        browser.run("document.cookie = '_shared=1;path=/'").await?;
        browser.press("save").await?;
        browser.until("constat.allows('', 'youtube')").await?;
        browser.reload().await?;
        browser.until("window.constat?.choices()").await?;
        assert_eq!(left(&browser).await?, ["_shared"]);
        browser.run("constat.withdraw()").await?;
        assert_eq!(left(&browser).await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn the_page_s_own_link_works_under_whatever_listens_for_presses() {
    let link = "<a href='/elsewhere' data-constat='manage'><span>Cookies</span></a>";
    let bodies = [
        format!("<nav onclick='event.stopPropagation()'>{link}</nav>"),
        format!("<nav onclick='event.preventDefault(); event.stopImmediatePropagation()'>{link}</nav>"),
        format!("<nav onclick='this.remove()'>{link}</nav>"),
        "<button data-constat='manage'><span>Cookies</span></button>".to_owned(),
    ];
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        for (at, body) in bodies.iter().enumerate() {
            host.put(&format!("/{at}"), "", body);
            browser.open(&format!("{}{at}", host.url())).await?;
            browser.until("window.constat?.choices").await?;
            browser.click("[data-constat=manage] span").await?;
            browser.find("dialog[open]").await?;
            assert_eq!(browser.run("return location.pathname").await?, format!("/{at}"), "{body}");
        }
        Ok(())
    });
}

#[test]
fn the_page_s_own_link_works_in_a_shadow_root_and_by_the_keyboard() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<div id='menu'></div>");
        browser.open(&host.url()).await?;
        browser.press("refuse_all").await?;
        browser.run("menu.attachShadow({ mode: 'open' }).innerHTML = '<a href=\"#\" data-constat=\"manage\">Cookies</a>'; menu.shadowRoot.querySelector('a').focus()").await?;
        browser.keys(&[thirtyfour::Key::Enter]).await?;
        browser.find("dialog[open]").await?;
        Ok(())
    });
}

#[test]
fn the_button_is_there_whenever_the_page_has_no_link() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "<footer><a href='#' data-constat='manage'>Cookies</a></footer>");
        browser.open(&host.url()).await?;
        browser.press("refuse_all").await?;
        delivered(&browser, "polaire").await?;
        assert!(!browser.shows(".manage").await?);
        browser.run("window.footer = document.querySelector('footer'); footer.remove()").await?;
        browser.find(".manage").await?;
        browser.run("document.body.append(footer)").await?;
        browser.until(&format!("!{ROOT}.querySelector('.manage')")).await?;
        browser.run("document.querySelector('footer a').removeAttribute('data-constat')").await?;
        browser.find(".manage").await?.click().await?;
        browser.find("dialog[open]").await?;
        Ok(())
    });
}

#[test]
fn a_page_in_a_frame_on_another_site_is_asked_once_and_can_take_back() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", &format!("{COUNTS}<a href='/two'>On</a>"));
        host.put("/two", "", COUNTS);
        let partner = Pages::start();
        partner.put("/", format!("<iframe src='{}' width='1000' height='700'></iframe>", host.url()));
        browser.open(&partner.other_origin()).await?;
        browser.enter_frame("iframe").await?;
        browser.press("allow_all").await?;
        browser.until("window.ran").await?;
        browser.click("a").await?;
        browser.until("location.pathname === '/two' && window.ran && constat.choices()").await?;
        assert!(!browser.shows(".banner").await?);
        browser.run("constat.withdraw()").await?;
        browser.until(&format!("location.pathname === '/two' && {STOPPED}")).await?;
        browser.run("location.href = '/'").await?;
        browser.until(&format!("location.pathname === '/' && {STOPPED}")).await?;
        assert!(!browser.shows(".banner").await?);
        Ok(())
    });
}

#[test]
fn every_way_to_take_back_is_recorded_once() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", COUNTS);
        allowed(&browser, &host.url()).await?;
        browser.find(".manage").await?.click().await?;
        browser.press("withdraw").await?;
        browser.until(STOPPED).await?;
        browser.find(".manage").await?.click().await?;
        browser.press("allow_all").await?;
        browser.until("window.ran").await?;
        browser.find(".manage").await?.click().await?;
        browser.press("refuse_all").await?;
        browser.until(STOPPED).await?;
        delivered(&browser, "polaire").await?;
        let records = host.records(&browser).await;
        let actions: Vec<_> = records.iter().map(|record| record.action).collect();
        assert_eq!(actions, [Action::AllowAll, Action::Withdraw, Action::AllowAll, Action::RefuseAll]);
        assert!(records.windows(2).all(|pair| pair[1].previous_event_id == Some(pair[0].event_id)));
        assert_ne!(browser.run("return constat.choices()").await?, Value::Null);
        Ok(())
    });
}
