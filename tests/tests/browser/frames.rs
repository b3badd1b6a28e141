//! Frames wait with a placeholder in their own box, whatever the page does with them, and nothing
//! brings back the third party of one that was taken back.

use crate::page::Host;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use serde_json::json;

/// A frame that waits; `THIRD` is the third party.
fn frame(path: &str, more: &str) -> String {
    format!(
        r#"<iframe title="Film" width="640" height="360" data-category="third_party" data-vendor="youtube" data-src="THIRD/{path}" {more}></iframe>"#
    )
}

/// A host page whose third party answers every path of `paths` with a page.
fn host(head: &str, body: &str, paths: &[&str]) -> Host {
    let host = Host::start(head, body);
    for path in paths {
        host.third.put(&format!("/{path}"), "<!doctype html><title>Third party</title>");
    }
    host
}

async fn asked(host: &Host, path: &str, times: usize) -> Outcome {
    for _ in 0..400 {
        if host.third.count(path) == times {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    Err(format!("{path} was asked {} times, not {times}", host.third.count(path)).into())
}

async fn answer(browser: &Browser, action: &str) -> Outcome {
    browser.press(action).await?;
    browser.until("constat.choices()").await
}

#[test]
fn going_back_after_a_withdrawal_on_the_page_asks_nobody() {
    browse(DESKTOP, |browser| async move {
        let host = host("", &frame("film", ""), &["film"]);
        host.pages.put("/before", "<!doctype html><title>Before</title>");
        browser.open(&format!("{}before", host.url())).await?;
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        asked(&host, "/film", 1).await?;
        browser.until("document.readyState === 'complete'").await?;
        browser.run("constat.withdraw()").await?;
        browser.placeholder("iframe").await?;
        browser.back().await?;
        browser.rest().await?;
        assert_eq!(host.third.count("/film"), 1);
        assert_eq!(
            browser.run("return location.pathname").await?,
            "/before",
            "the frame left no entry behind"
        );
        browser.forward().await?;
        browser.placeholder("iframe").await?;
        browser.rest().await?;
        assert_eq!(host.third.count("/film"), 1);
        Ok(())
    });
}

#[test]
fn a_withdrawal_elsewhere_holds_for_back_forward_and_reload() {
    browse(DESKTOP, |browser| async move {
        let host = host("", &frame("film", ""), &["film"]);
        let two = format!(
            r#"<!doctype html><html lang="fr"><head><title>Two</title><script async src="{}/v1/sites/polaire/consent.js"></script></head><body>Two</body></html>"#,
            host.server.url
        );
        host.pages.put("/two", two);
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        asked(&host, "/film", 1).await?;
        browser.until("document.readyState === 'complete'").await?;
        browser.open(&format!("{}two", host.url())).await?;
        browser.until("window.constat?.choices?.()").await?;
        browser.run("constat.withdraw()").await?;
        for step in ["back", "forward", "back", "reload"] {
            match step {
                "back" => browser.back().await?,
                "forward" => browser.forward().await?,
                _ => browser.reload().await?,
            }
            browser.until("window.constat?.choices?.()?.categories.third_party === false").await?;
            browser.rest().await?;
            assert_eq!(host.third.count("/film"), 1, "{step}");
        }
        browser.placeholder("iframe").await?;
        Ok(())
    });
}

#[test]
fn a_page_that_is_loaded_again_asks_again_only_for_what_is_allowed() {
    browse(DESKTOP, |browser| async move {
        let host = host("", &frame("film", ""), &["film"]);
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        asked(&host, "/film", 1).await?;
        browser.reload().await?;
        asked(&host, "/film", 2).await?;
        browser.run("constat.withdraw()").await?;
        browser.placeholder("iframe").await?;
        browser.reload().await?;
        browser.placeholder("iframe").await?;
        browser.rest().await?;
        assert_eq!(host.third.count("/film"), 2);
        Ok(())
    });
}

#[test]
fn a_frame_whose_src_was_left_is_emptied_and_waits() {
    let body = frame("film", "").replace("data-src", "src");
    browse(DESKTOP, |browser| async move {
        let host = host("", &body, &["film"]);
        browser.open(&host.url()).await?;
        answer(&browser, "refuse_all").await?;
        assert!(browser.placeholder("iframe").await?.contains("YouTube"));
        let before = host.third.count("/film");
        browser.reload().await?;
        browser.placeholder("iframe").await?;
        // What the browser asks for before the loader is there, the loader cannot hold back.
        assert!(host.third.count("/film") <= before + 1);
        let before = host.third.count("/film");
        browser.allow_frame("iframe").await?;
        asked(&host, "/film", before + 1).await?;
        Ok(())
    });
}

#[test]
fn a_frame_that_the_page_adds_later_waits_from_the_start() {
    let add = "document.body.insertAdjacentHTML('beforeend', FRAME); const later = document.createElement('iframe'); Object.assign(later.dataset, { category: 'third_party', vendor: 'youtube', src: 'THIRD/film' }); later.loading = 'lazy'; document.body.append(later)";
    browse(DESKTOP, |browser| async move {
        let host = host("", "", &["film"]);
        let add = add
            .replace("FRAME", &json!(frame("film", "")).to_string())
            .replace("THIRD", &host.third.other_origin());
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run(&add).await?;
        for place in ["iframe:first-of-type", "iframe:last-of-type"] {
            assert!(browser.placeholder(place).await?.contains("YouTube"), "{place}");
        }
        assert_eq!(host.third.count("/film"), 0);
        answer(&browser, "allow_all").await?;
        asked(&host, "/film", 2).await?;
        browser.run(&add).await?;
        asked(&host, "/film", 4).await?;
        Ok(())
    });
}

#[test]
fn html_of_another_page_view_loads_no_other_third_party_than_the_one_allowed() {
    let map = frame("map", "id='map'").replace("youtube", "recaptcha");
    browse(DESKTOP, |browser| async move {
        let host = host("", &(frame("film", "id='film'") + map.as_str()), &["film", "map"]);
        browser.open(&host.url()).await?;
        answer(&browser, "refuse_all").await?;
        browser.placeholder("#map").await?;
        let kept = browser.run("return document.querySelector('#film').outerHTML").await?;
        // In the next page view the map is the first frame.
        host.pages.put("/next", format!(r#"<!doctype html><html lang="fr"><head><title>Next</title><script async src="{}/v1/sites/polaire/consent.js"></script></head><body>{}</body></html>"#, host.server.url, map.replace("THIRD", &host.third.other_origin())));
        browser.open(&format!("{}next", host.url())).await?;
        browser.placeholder("#map").await?;
        browser.run(&format!("document.body.insertAdjacentHTML('beforeend', {kept})")).await?;
        if browser.run("return document.querySelector('#film').hasAttribute('data-vendor')").await? == true {
            browser.allow_frame("#film").await?;
        }
        browser.rest().await?;
        assert_eq!(host.third.count("/map"), 0, "it was refused");
        assert!(host.third.count("/film") <= 1);
        Ok(())
    });
}

#[test]
fn a_frame_with_a_preview_of_its_own_waits_and_loads_its_film() {
    let body = frame("film", "srcdoc='<a href=THIRD/film>Preview</a><img src=THIRD/preview>'");
    browse(DESKTOP, |browser| async move {
        let host = host("", "", &["film"]);
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser
            .run(&format!(
                "document.body.innerHTML = {}",
                json!(body.replace("THIRD", &host.third.other_origin()))
            ))
            .await?;
        assert!(browser.placeholder("iframe").await?.contains("YouTube"));
        answer(&browser, "refuse_all").await?;
        browser.rest().await?;
        assert_eq!(host.third.count("/preview"), 0);
        browser.allow_frame("iframe").await?;
        asked(&host, "/film", 1).await
    });
}

/// Boxes in which pages put frames, in a column of 280 pixels.
const BOXES: [&str; 5] = [
    "<div style='position: relative; height: 0; padding-bottom: 56.25%; overflow: hidden'>FRAME STYLE='position: absolute; inset: 0; width: 100%; height: 100%'>",
    "<div style='aspect-ratio: 16 / 9'>FRAME STYLE='width: 100%; height: 100%; border: 0'>",
    "<div>FRAME STYLE='width: 200px; height: 90px'>",
    "<div style='display: grid; grid-template-columns: 1fr 1fr'><span>Film</span>FRAME STYLE='width: 100%; height: 150px'>",
    "<div style='display: flex; height: 160px'>FRAME STYLE='flex: 1; min-width: 0; height: auto'>",
];

#[test]
fn the_placeholder_has_the_frame_s_own_box_and_its_button_can_be_reached() {
    let frames: String =
        BOXES.iter().map(|place| place.replace("FRAME", "<iframe ID title='Film' data-category='third_party' data-vendor='youtube' data-src='THIRD/film'") + "</iframe></div>").collect();
    let body = format!("<main style='width: 280px'>{frames}<p>After</p></main>");
    let boxes = "return [...document.querySelectorAll('iframe, p')].map((node) => { const { x, y, width, height } = node.getBoundingClientRect(); return [x, y + scrollY, width, height].map(Math.round) })";
    let reached = "return [...document.querySelectorAll('iframe')].map((frame) => {
        const button = frame.contentDocument.querySelector('button'), view = frame.contentWindow;
        button.scrollIntoView({ block: 'nearest' });
        const { left, top, right, bottom } = button.getBoundingClientRect();
        return left >= 0 && top >= 0 && right <= view.innerWidth && bottom <= view.innerHeight || [left, top, right, bottom, view.innerWidth, view.innerHeight].join() })";
    browse(DESKTOP, |browser| async move {
        let host = host("", &body, &["film"]);
        let meta = "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\"></head><body>";
        host.pages.put("/bare", format!("{meta}{}", body.replace("data-src", "data-none")));
        browser.open(&format!("{}bare", host.url())).await?;
        let bare = browser.run(boxes).await?;
        browser.open(&host.url()).await?;
        answer(&browser, "refuse_all").await?;
        browser.until("[...document.querySelectorAll('iframe')].every((frame) => frame.contentDocument?.querySelector('button'))").await?;
        assert_eq!(browser.run(boxes).await?, bare);
        assert_eq!(browser.run(reached).await?, json!([true, true, true, true, true]));
        browser.allow_frame("iframe").await?;
        asked(&host, "/film", BOXES.len()).await?;
        assert_eq!(browser.run(boxes).await?, bare);
        Ok(())
    });
}

#[test]
fn a_frame_with_a_category_alone_names_it_and_allows_it() {
    let body = frame("film", "").replace(r#"data-vendor="youtube""#, "");
    browse(DESKTOP, |browser| async move {
        let host = host("", &body, &["film"]);
        browser.open(&host.url()).await?;
        answer(&browser, "refuse_all").await?;
        let text = browser.placeholder("iframe").await?;
        assert!(text.contains("Contenus de tiers") && text.contains("Autoriser cette catégorie"), "{text}");
        browser.allow_frame("iframe").await?;
        asked(&host, "/film", 1).await?;
        let allowed = browser.run("const { categories, vendors } = constat.choices(); return [categories.third_party, categories.audience, ...Object.values(vendors)]").await?;
        assert_eq!(allowed, json!([true, false, false, false, false]));
        Ok(())
    });
}

#[test]
fn a_frame_of_a_vendor_that_the_site_does_not_name_offers_no_button_and_tells_the_owner() {
    let warned =
        "<script>window.warned = []; console.warn = (...words) => warned.push(words.join(' '))</script>";
    let body = frame("film", "").replace("youtube", "nobody");
    browse(DESKTOP, |browser| async move {
        let host = host(warned, &body, &["film"]);
        browser.open(&host.url()).await?;
        answer(&browser, "allow_all").await?;
        let text = browser.placeholder("iframe").await?;
        assert!(text.contains("Contenus de tiers") && !text.contains("Autoriser"), "{text}");
        browser.until("warned.some((text) => text.includes('nobody'))").await?;
        browser.rest().await?;
        assert_eq!(host.third.count("/film"), 0);
        Ok(())
    });
}

#[test]
fn a_frame_that_nobody_is_to_see_stays_hidden() {
    let hidden = [
        "style='display: none'",
        "hidden",
        "style='visibility: hidden'",
        "class='pixel'",
        "style='width: 0; height: 0; border: 0'",
    ];
    let frames: String = hidden.iter().map(|how| frame("pixel", how)).collect();
    let shown = "return [...document.querySelectorAll('iframe')].filter((node) => node.checkVisibility({ visibilityProperty: true }) && node.offsetWidth > 1).length";
    browse(DESKTOP, |browser| async move {
        let host =
            host("<style>.pixel { display: none }</style>", &format!("{frames}<p>After</p>"), &["pixel"]);
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        let height = browser.run("return document.querySelector('p').offsetTop").await?;
        answer(&browser, "refuse_all").await?;
        browser.rest().await?;
        assert_eq!((browser.run(shown).await?, host.third.count("/pixel")), (json!(0), 0));
        browser.run("constat.open()").await?;
        browser.find("dialog[open]").await?;
        browser.press("allow_all").await?;
        asked(&host, "/pixel", hidden.len()).await?;
        assert_eq!(browser.run(shown).await?, 0);
        assert_eq!(browser.run("return document.querySelector('p').offsetTop").await?, height);
        Ok(())
    });
}

/// Gives every frame whose attribute looks like a waiting address that address, as lazy loaders do.
const LAZY: &str = "const load = () => { for (const frame of document.querySelectorAll('iframe')) { const address = frame.dataset.src || frame.dataset.lazySrc; if (address) frame.src = address } };";

#[test]
fn a_lazy_loader_of_the_page_finds_no_address_of_a_waiting_frame() {
    browse(DESKTOP, |browser| async move {
        for (name, when) in [
            ("data-src", "addEventListener('load', load)"),
            (
                "data-constat-src",
                "load(); setInterval(load, 20); new MutationObserver(load).observe(document, { attributes: true, subtree: true })",
            ),
        ] {
            let body = frame("film", "").replace("data-src", name);
            let host = host("", &format!("{body}<script>{LAZY} {when}</script>"), &["film"]);
            browser.open(&host.url()).await?;
            browser.find(".banner").await?;
            browser.rest().await?;
            assert_eq!(host.third.count("/film"), 0, "{name}");
            browser.placeholder("iframe").await?;
            let found = browser.run("return document.querySelector('iframe').outerHTML").await?;
            assert!(!found.as_str().unwrap().contains("/film"), "{found}");
            answer(&browser, "allow_all").await?;
            asked(&host, "/film", 1).await?;
            // The other page is on another port, for which the cookie holds too.
            browser.forget_choice().await?;
        }
        Ok(())
    });
}

#[test]
fn the_placeholder_goes_where_its_frame_goes() {
    let body = format!("<section id='first'>{}</section><section id='second'></section>", frame("film", ""));
    browse(DESKTOP, |browser| async move {
        let host = host("", &body, &["film"]);
        browser.open(&host.url()).await?;
        answer(&browser, "refuse_all").await?;
        browser.placeholder("iframe").await?;
        browser.run("window.film = document.querySelector('iframe'); film.remove()").await?;
        browser.rest().await?;
        let left = browser
            .run("return [document.body.innerText.trim(), document.querySelector('#first').offsetHeight]")
            .await?;
        assert_eq!(left, json!(["", 0]));
        browser.run("document.querySelector('#second').append(film)").await?;
        assert!(browser.placeholder("#second iframe").await?.contains("YouTube"));
        browser.run("document.querySelector('#first').append(film)").await?;
        browser.allow_frame("#first iframe").await?;
        asked(&host, "/film", 1).await?;
        Ok(())
    });
}

#[test]
fn copies_of_a_waiting_frame_wait_and_load_like_it() {
    let body = format!("<section id='one'>{}</section><section id='two'></section>", frame("film", ""));
    browse(DESKTOP, |browser| async move {
        let host = host("", &body, &["film"]);
        browser.open(&host.url()).await?;
        answer(&browser, "refuse_all").await?;
        browser.placeholder("iframe").await?;
        browser.run("two.append(one.firstChild.cloneNode(true)); one.innerHTML = one.innerHTML; document.body.insertAdjacentHTML('beforeend', '<section id=three>' + one.innerHTML + '</section>')").await?;
        for place in ["#one iframe", "#two iframe", "#three iframe"] {
            assert!(browser.placeholder(place).await?.contains("YouTube"), "{place}");
        }
        assert_eq!(host.third.count("/film"), 0);
        assert_eq!(
            browser.run("return document.documentElement.outerHTML.includes('/film')").await?,
            false,
            "nothing in the page names the address"
        );
        browser.allow_frame("#two iframe").await?;
        asked(&host, "/film", 3).await?;
        Ok(())
    });
}

#[test]
fn a_frame_follows_the_address_that_the_page_gives_it() {
    browse(DESKTOP, |browser| async move {
        let host = host("", &frame("film", ""), &["film", "second", "third"]);
        browser.open(&host.url()).await?;
        answer(&browser, "refuse_all").await?;
        browser.placeholder("iframe").await?;
        let change = |path: &str| {
            format!("document.querySelector('iframe').dataset.src = '{}/{path}'", host.third.other_origin())
        };
        browser.run(&change("second")).await?;
        browser.rest().await?;
        assert_eq!(host.third.count("/second"), 0);
        browser.allow_frame("iframe").await?;
        asked(&host, "/second", 1).await?;
        browser.run(&change("third")).await?;
        asked(&host, "/third", 1).await?;
        assert_eq!((host.third.count("/film"), host.third.count("/second")), (0, 1));
        browser.run("constat.withdraw()").await?;
        browser.placeholder("iframe").await?;
        browser.run(&change("film")).await?;
        browser.rest().await?;
        assert_eq!(host.third.count("/film"), 0);
        Ok(())
    });
}

#[test]
fn a_sandboxed_frame_waits_and_loads_in_its_sandbox() {
    browse(DESKTOP, |browser| async move {
        let host = host("", &frame("film", "sandbox='allow-scripts'"), &[]);
        host.third.put("/film", "<!doctype html><script>top.postMessage(origin, '*')</script>");
        browser.open(&host.url()).await?;
        browser.run("addEventListener('message', (event) => { window.origin_of_film = event.data })").await?;
        answer(&browser, "refuse_all").await?;
        browser.allow_frame("iframe").await?;
        browser.until("window.origin_of_film").await?;
        assert_eq!(browser.run("return origin_of_film").await?, "null", "in a sandbox");
        assert_eq!(host.third.count("/film"), 1);
        assert_eq!(
            browser.run("return document.querySelector('iframe').getAttribute('sandbox')").await?,
            "allow-scripts"
        );
        Ok(())
    });
}

/// Marks of which each in a page or component asks for its own path.
fn both(name: &str) -> String {
    let script = format!(r#"<script type="text/plain" data-category="audience">ran.push("{name}")</script>"#);
    frame(&format!("{name}.html"), "") + script.as_str()
}

#[test]
fn marks_in_shadow_roots_wait_and_are_released_once() {
    let body = format!(
        r#"<film-box></film-box><div><template shadowrootmode="open">{}<div><template shadowrootmode="closed">{}</template></div></template></div>
        <template id="early">{}</template><template id="late">{}</template><div id="closed"></div><div id="after"></div>
        <script>customElements.define("film-box", class extends HTMLElement {{ constructor() {{ super(); this.attachShadow({{ mode: "open" }}).append(early.content.cloneNode(true)) }} }})</script>"#,
        both("declared"),
        both("unseen"),
        both("early"),
        both("late"),
    );
    let add = |id: &str, mode: &str| {
        format!(
            "document.getElementById('{id}').attachShadow({{ mode: '{mode}' }}).append(late.content.cloneNode(true))"
        )
    };
    browse(DESKTOP, |browser| async move {
        let host =
            host("<script>window.ran = []</script>", &body, &["declared.html", "early.html", "late.html"]);
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run(&add("closed", "closed")).await?;
        browser.rest().await?;
        let before = host.third.asked().len();
        assert_eq!((browser.run("return ran").await?, before), (json!([]), 0));
        browser.press("allow_all").await?;
        browser.until("ran.length >= 3").await?;
        browser.run(&add("after", "open")).await?;
        browser.until("ran.length >= 4").await?;
        asked(&host, "/late.html", 2).await?;
        browser.rest().await?;
        let ran = browser.run("return ran.sort()").await?;
        assert_eq!(ran, json!(["declared", "early", "late", "late"]));
        assert_eq!((host.third.count("/declared.html"), host.third.count("/early.html")), (1, 1));
        assert_eq!(host.third.count("/unseen.html"), 0, "what cannot be seen is never released");
        Ok(())
    });
}

#[test]
fn marks_that_come_into_a_shadow_root_outside_the_page_are_released_when_it_comes_back() {
    let body = format!("<div id='box'></div><template id='marks'>{}</template>", both("film"));
    browse(DESKTOP, |browser| async move {
        let host = host("<script>window.ran = []</script>", &body, &["film.html"]);
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        browser.run("window.own = box; window.root = own.attachShadow({ mode: 'closed' })").await?;
        browser.rest().await?;
        browser.run("own.remove(); root.append(marks.content.cloneNode(true))").await?;
        browser.rest().await?;
        assert_eq!(browser.run("return ran").await?, json!([]), "nothing runs outside the page");
        browser.run("document.body.append(own)").await?;
        browser.until("ran.length").await?;
        asked(&host, "/film.html", 1).await
    });
}
