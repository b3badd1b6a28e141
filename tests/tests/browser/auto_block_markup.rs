//! Blocking without marks: HTML that is written, read out, compared and put in by libraries.

use crate::auto_block::{a_moment, no_errors, opened, site};
use constat_tests::browser::{DESKTOP, browse};
use serde_json::json;

const PICTURE: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#;

/// Ways to bring an image of a vendor into a page, each with a name of its own; `U` is the address without its ending.
const WAYS: [(&str, &str); 8] = [
    // Turbolinks changes pages so.
    (
        "body",
        "document.body = new DOMParser().parseFromString(`<p>${document.title}</p><img alt='' src='U.png'>`, 'text/html').body",
    ),
    (
        "shadow",
        "const host = document.createElement('div'); document.body.append(host); const root = host.attachShadow({ mode: 'open' }); root.innerHTML = '<iframe></iframe>'; const { contentWindow } = root.firstChild; new contentWindow.Image().src = 'U.png'",
    ),
    (
        "nested",
        "const box = document.createElement('div'), host = document.createElement('div'); box.innerHTML = '<iframe></iframe>'; document.body.append(host); host.attachShadow({ mode: 'open' }).append(box); new (box.firstChild.contentDocument.defaultView.Image)().src = 'U.png'",
    ),
    (
        "head",
        "document.head.append(document.createRange().createContextualFragment(`<link rel='preload' as='image' href='U.png'>`))",
    ),
    // Quotes in a value that has none around it.
    ("quotes", "document.write(`<p title=it's>x<img alt='' src='U.png'><p title=it's>y`)"),
    ("brackets", "document.write(`<img alt=\"1 > 0`); document.write(`\" src='U.png'>`)"),
    // What ends in the next piece.
    ("pieces", "document.write('<script>1</scr'); document.write(`ipt><img alt='' src='U.png'>`)"),
    (
        "unsafe",
        "const box = document.createElement('div'); document.body.append(box); if (box.setHTMLUnsafe) box.setHTMLUnsafe(`<img alt='' src='U.png'>`); else box.innerHTML = `<img alt='' src='U.png'>`",
    ),
];

#[test]
fn whatever_way_html_comes_into_a_page_it_waits_for_the_answer() {
    for (name, way) in WAYS {
        browse(DESKTOP, move |browser| async move {
            let host = site("");
            let path = format!("/{name}.png");
            let script = format!("<script>{{ {} }}</script>", way.replace("U.", &format!("STATS/{name}.")));
            host.vendor_answers(&path, "");
            let (head, body) = if name == "head" { (script, String::new()) } else { (String::new(), script) };
            host.put_page("/", &head, &body);
            opened(&browser, &host).await?;
            a_moment().await;
            assert_eq!(host.vendor_asked(), Vec::<String>::new(), "{name}");
            no_errors(&browser).await?;
            browser.press("allow_all").await?;
            host.until_asked(&path, 1).await
        });
    }
}

#[test]
fn a_sanitizer_that_the_page_gives_cleans_what_is_held_too() {
    let script = r#"
      const box = document.createElement("div");
      if (!box.setHTMLUnsafe || !window.Sanitizer) return "<p>x</p>";
      box.setHTMLUnsafe(`<p onclick="1">x</p><b><img alt="" src="STATS/x.png"></b>`, { sanitizer: { elements: ["p"], attributes: [] } });
      return box.innerHTML;"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        assert_eq!(browser.run(&script.replace("STATS", &host.stats())).await?, json!("<p>x</p>"));
        Ok(())
    });
}

#[test]
fn who_compares_the_page_with_what_it_is_to_be_takes_no_address_away() {
    // As morphdom does, on which LiveView, Livewire and Turbo build.
    let script = r#"
      window.morph = (from, to) => {
        for (const { name, value } of [...to.attributes]) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
        for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
      };
      const image = new Image(), frame = document.createElement("iframe");
      image.src = "STATS/image.png";
      frame.src = "STATS/frame.html";
      document.body.append(image, frame);
      const to = new DOMParser().parseFromString(`<img alt="new" src="STATS/image.png"><iframe title="new" src="STATS/frame.html"></iframe>`, "text/html").body;
      morph(image, to.firstChild);
      morph(frame, to.lastChild);
      return [image.alt, frame.title];"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        assert_eq!(browser.run(&script.replace("STATS", &host.stats())).await?, json!(["new", "new"]));
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        host.until_asked("/image.png", 1).await?;
        host.until_asked("/frame.html", 1).await
    });
}

#[test]
fn html_that_is_read_out_is_as_the_page_has_made_it_and_comes_back() {
    let script = r#"
      const box = document.createElement("div");
      document.body.append(box);
      box.innerHTML = `<p>a < b</p><img alt="1 > 0" src="STATS/image.png"><iframe src="STATS/frame.html"></iframe><script src="STATS/script.js"><\/script>`;
      window.kept = box.innerHTML;
      return [kept, box.querySelector("img").outerHTML];"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        let stats = host.stats();
        let kept = browser.run(&script.replace("STATS", &stats)).await?;
        let html = kept[0].as_str().unwrap();
        for address in ["image.png", "frame.html", "script.js"] {
            assert!(html.contains(&format!("src=\"{stats}/{address}\"")), "{html}");
        }
        assert!(!html.contains("data-constat") && !html.contains("text/plain"), "{html}");
        assert!(kept[1].as_str().unwrap().contains(&format!("src=\"{stats}/image.png\"")), "{kept}");
        // Put in again it waits, also in another page view.
        browser.run("sessionStorage.kept = kept").await?;
        browser.reload().await?;
        let again = "const box = document.createElement('div'); box.innerHTML = sessionStorage.kept; document.body.append(box)";
        browser.run(again).await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        host.until_asked("/image.png", 1).await?;
        browser.run(again).await?;
        host.until_asked("/image.png", 2).await?;
        host.until_asked("/frame.html", 2).await
    });
}

#[test]
fn a_copy_from_before_the_answer_comes_when_it_is_put_in_after_it() {
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.vendor_answers("/of-template.png", PICTURE);
        host.vendor_answers("/copy.png", PICTURE);
        host.put_page("/", "", r#"<template id="t"><img alt="" src="STATS/of-template.png"></template>"#);
        opened(&browser, &host).await?;
        let image = format!(
            "const image = new Image(); image.src = '{}/copy.png'; window.copy = image.cloneNode(); window.xml = new XMLSerializer().serializeToString(image)",
            host.stats()
        );
        browser.run(&image).await?;
        browser.press("allow_all").await?;
        host.until_asked("/copy.png", 1).await?;
        browser.run("document.body.append(copy, copy.cloneNode(), t.content.cloneNode(true))").await?;
        host.until_asked("/of-template.png", 1).await?;
        browser
            .run("const box = document.createElement('div'); box.id = 'box'; box.innerHTML = xml; document.body.append(box)")
            .await?;
        browser.until("document.querySelector('#box > [src]')").await
    });
}
