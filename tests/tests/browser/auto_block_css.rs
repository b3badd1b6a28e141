//! Blocking without marks: styles. What is held of them reads as the page made it, and is given back in whatever the
//! page has made of it meanwhile.

use crate::auto_block::{a_moment, opened, site, tag};
use crate::page::Host;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// Each way in which a script makes a style that fetches.
const STYLES: &str = include_str!("auto_block_css.js");

/// The kinds that the vendor was asked for.
fn kinds(host: &Host) -> BTreeSet<String> {
    let kind = |path: String| path[1..].split('.').next().map(str::to_owned);
    host.vendor_asked().into_iter().filter_map(kind).collect()
}

/// Waits until the vendor was asked for as many more things as it will be.
async fn quiet(host: &Host) {
    let mut asked = usize::MAX;
    while asked != host.vendor_asked().len() {
        asked = host.vendor_asked().len();
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
}

/// Waits until the vendor was asked for all of these: for some a browser asks again.
async fn until_asked(host: &Host, paths: &[&str]) -> Outcome {
    for _ in 0..400 {
        if paths.iter().all(|path| host.third.count(path) > 0) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err(format!("of {paths:?} the vendor was asked for {:?} alone", host.vendor_asked()).into())
}

/// Runs a script in which `STATS` is the vendor.
async fn run(
    browser: &Browser,
    host: &Host,
    script: &str,
) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    Ok(browser.run(&script.replace("STATS", &host.stats())).await?)
}

async fn nothing_asked(host: &Host) {
    a_moment().await;
    assert_eq!(host.vendor_asked(), Vec::<String>::new());
}

#[test]
fn whatever_way_a_script_makes_a_style_what_it_fetches_waits_for_the_answer() {
    browse(DESKTOP, |browser| async move {
        let page = |head: &str| {
            format!(
                r#"<!doctype html><html lang="fr"><head>{head}<meta charset="utf-8"><title>Styles</title><link rel="icon" href="data:,"><script>{STYLES}</script></head><body></body></html>"#
            )
        };
        let host = site("");
        host.pages.put("/plain", page(""));
        host.pages.put("/", page(&tag(&host)));
        browser.open(&format!("{}/plain", host.pages.origin())).await?;
        run(&browser, &host, "return makeAll('STATS')").await?;
        quiet(&host).await;
        let plain = kinds(&host);
        let errors = browser.run("return errors").await?;
        assert!(plain.len() > 50, "{plain:?}");

        let held = site("");
        held.pages.put("/", page(&tag(&held)));
        opened(&browser, &held).await?;
        run(&browser, &held, "return makeAll('STATS')").await?;
        quiet(&held).await;
        assert_eq!(kinds(&held), BTreeSet::new());
        assert_eq!(browser.run("return errors").await?, errors);
        browser.press("allow_all").await?;
        quiet(&held).await;
        let missing: Vec<_> = plain.difference(&kinds(&held)).cloned().collect();
        assert!(missing.is_empty(), "never asked for {missing:?}");
        assert_eq!(browser.run("return errors").await?, errors);
        Ok(())
    });
}

#[test]
fn a_picture_comes_back_whatever_else_the_page_changes_in_its_style() {
    let script = r#"
      const made = (name, style, change) => {
        const it = document.createElement("p");
        it.id = name;
        if (style) it.setAttribute("style", style.replace("PICTURE", `url(STATS/${name}.png)`));
        document.body.append(it);
        change(it.style, `url(STATS/${name}.png)`, it);
      };
      made("attribute", "background-image: PICTURE", style => { style.height = "300px"; });
      made("shorthand", "", (style, picture) => { style.background = picture; style.backgroundSize = "cover"; });
      made("text", "", (style, picture) => { style.cssText = "background: " + picture; style.color = "red"; });
      made("property", "", (style, picture) => { style.setProperty("background-image", picture, "important"); style.setProperty("--a", "1"); });
      made("again", "background: PICTURE", (style, picture, it) => { it.setAttribute("style", it.getAttribute("style") + ";width:99px"); });
      made("more", "", (style, picture) => { style.backgroundImage = picture; style.backgroundImage += ", linear-gradient(red, red)"; });
      made("read", "", (style, picture, it) => { style.background = picture; const text = style.cssText; style.cssText = ""; style.cssText = text + "width:99px"; });
      made("variable", "", (style, picture) => { style.background = picture + " var(--repeat)"; style.setProperty("--repeat", "no-repeat"); });
      made("slides", "", (style, picture) => { for (let at = 0; at < 3000; at++) style.backgroundImage = at % 2 ? picture : "none"; });
      made("gone", "", (style, picture) => { style.backgroundImage = picture; style.backgroundImage = "none"; });
      window.look = () => [...document.querySelectorAll("p[id]")].map(it => [it.id, getComputedStyle(it).backgroundImage, it.style.cssText, it.getAttribute("style")]);"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        run(&browser, &host, script).await?;
        nothing_asked(&host).await;
        let held: Vec<[String; 4]> = serde_json::from_value(browser.run("return look()").await?)?;
        browser.press("allow_all").await?;
        let names =
            ["attribute", "shorthand", "text", "property", "again", "more", "read", "variable", "slides"];
        until_asked(&host, &names.map(|name| format!("/{name}.png")).each_ref().map(String::as_str)).await?;
        assert_eq!(host.third.count("/gone.png"), 0);
        let free: Vec<[String; 4]> = serde_json::from_value(browser.run("return look()").await?)?;
        assert_eq!(held, free, "it reads the same before and after");
        let of = |name: &str| free.iter().find(|read| read[0] == name).unwrap().clone();
        assert!(of("attribute")[2].contains("height: 300px"));
        assert!(of("shorthand")[2].contains("cover"));
        assert!(of("property")[2].contains("!important") && of("property")[2].contains("--a"));
        assert!(of("more")[1].contains("gradient"));
        let left =
            browser.run("return document.documentElement.matches(':has([style*=\"constat-held\"])')").await?;
        assert_eq!(left, json!(false));
        Ok(())
    });
}

#[test]
fn a_style_that_is_held_reads_as_the_page_has_made_it() {
    let script = r#"
      const picture = "url(\"STATS/read.png\")", rule = `.read { background-image: ${picture}; }`, style = document.createElement("style"), it = document.createElement("p");
      document.head.append(style);
      document.body.append(it);
      style.innerHTML = rule;
      style.firstChild.insertData(0, `@import url("STATS/read.css");`);
      style.firstChild.appendData("/* end */");
      style.firstChild.deleteData(style.firstChild.data.indexOf("/* end"), 9);
      it.style.backgroundImage = picture;
      const frames = it.animate({ backgroundImage: [picture, "none"] }, 9e5).effect.getKeyframes();
      const constructed = new CSSStyleSheet();
      constructed.replaceSync(rule);
      const read = {
        data: style.firstChild.data, text: style.textContent, html: style.innerHTML, inner: style.innerText, whole: style.outerHTML, serial: new XMLSerializer().serializeToString(style),
        rule: style.sheet.cssRules[1].cssText, of: style.sheet.cssRules[1].style.backgroundImage, href: style.sheet.cssRules[0].href, constructed: constructed.cssRules[0].style.cssText,
        property: it.style.backgroundImage, get: it.style.getPropertyValue("background-image"), css: it.style.cssText, attribute: it.getAttribute("style"), node: it.getAttributeNode("style").value,
        nodeValue: it.attributes.style.nodeValue, computed: getComputedStyle(it).backgroundImage, frame: frames[0].backgroundImage, map: it.attributeStyleMap ? "" + it.attributeStyleMap.get("background-image") : picture,
        copy: it.cloneNode().style.backgroundImage, parent: document.head.textContent,
      };
      let thrown = "";
      try { style.firstChild.insertData(9e9, "x"); } catch (error) { thrown = error.name; }
      return [Object.keys(read).filter(name => !read[name].includes(`STATS/read.`) || read[name].includes("constat-held")), read.data === `@import url("STATS/read.css");` + rule, thrown];"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        assert_eq!(run(&browser, &host, script).await?, json!([[], true, "IndexSizeError"]));
        nothing_asked(&host).await;
        Ok(())
    });
}

#[test]
fn copies_and_what_is_written_into_the_page_get_their_pictures_too() {
    let body = r#"
      <script>
        document.write('<style>#written { background: url(STATS/written.png) }</style><b id="written">x</b>');
        document.write('<b style="background: url(STATS/attribute.png)">x</b>');
      </script>
      <div id="slides"><p style="background-image: url(STATS/own.png)">x</p></div>"#;
    let script = r##"
      const slide = document.createElement("p");
      slide.style.backgroundImage = "url(STATS/slide.png)";
      const copy = slide.cloneNode(true), late = slide.cloneNode(true);
      late.style.backgroundImage = late.style.backgroundImage.replace("slide", "late");
      slides.append(copy);
      window.insert = () => { slides.append(late); };
      const style = document.createElement("style");
      style.textContent = "#slides { background: url(STATS/sheet.png) }";
      const other = style.cloneNode(true);
      document.head.append(style, other);
      style.remove();
      slides.innerHTML += "<b style='background: url(STATS/html.png)'>x</b>";"##;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        run(&browser, &host, script).await?;
        a_moment().await;
        // The page's own HTML is out of reach, as docs/page.md says.
        let asked: Vec<_> = host.vendor_asked().into_iter().filter(|path| path != "/own.png").collect();
        assert_eq!(asked, Vec::<String>::new());
        browser.press("allow_all").await?;
        until_asked(
            &host,
            &["/written.png", "/attribute.png", "/own.png", "/slide.png", "/sheet.png", "/html.png"],
        )
        .await?;
        browser.run("insert()").await?;
        until_asked(&host, &["/late.png"]).await
    });
}

#[test]
fn a_sheet_keeps_its_nodes_and_its_rules_when_it_is_given_back() {
    let script = r#"
      const one = document.createElement("style"), two = document.createElement("style"), three = document.createElement("style");
      one.append("@import url(STATS/import.css);");
      document.head.append(one, two, three);
      one.append(".a { color: rgb(1, 2, 3) }");
      one.append(".b { background: url(STATS/node.png) }");
      window.nodes = [...one.childNodes];
      two.textContent = ".c { background: url(STATS/text.png) }";
      two.sheet.insertRule(".d { color: rgb(4, 5, 6) }", 1);
      window.rule = two.sheet.cssRules[0];
      rule.style.width = "99px";
      three.textContent = "@import url(STATS/other.css); .e { color: red }";
      three.sheet.insertRule(".e { color: rgb(7, 8, 9) }", 2);
      three.sheet.disabled = false;
      document.body.insertAdjacentHTML("beforeend", "<i class=a>x</i><i class=b>x</i><i class=c>x</i><i class=d>x</i><i class=e>x</i>");
      window.look = () => [
        one.childNodes.length, one.childNodes.length === nodes.length && nodes.every((node, at) => node === one.childNodes[at]), one.textContent, one.firstChild.data,
        rule === two.sheet.cssRules[0], rule.cssText, two.sheet.cssRules.length, two.textContent, three.sheet.cssRules.length, three.sheet.cssRules[0].href,
        ...["a", "c", "d", "e"].map(name => getComputedStyle(document.querySelector("." + name)).color),
      ];
      window.finish = () => { one.removeChild(nodes[2]); one.removeChild(nodes[0]); return one.textContent; };"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        for path in ["/import.css", "/other.css"] {
            host.vendor_answers(path, "");
        }
        opened(&browser, &host).await?;
        run(&browser, &host, script).await?;
        nothing_asked(&host).await;
        let held = browser.run("return look()").await?;
        assert_eq!(
            [&held[0], &held[1], &held[4], &held[6], &held[8]],
            [&json!(3), &json!(true), &json!(true), &json!(2), &json!(3)],
            "{held}"
        );
        assert_eq!(held[3], json!(format!("@import url({}/import.css);", host.stats())));
        browser.press("allow_all").await?;
        until_asked(&host, &["/import.css", "/node.png", "/text.png", "/other.css"]).await?;
        assert_eq!(browser.run("return look()").await?, held);
        assert_eq!(held[10], json!("rgb(1, 2, 3)"));
        assert_eq!(held[12], json!("rgb(4, 5, 6)"));
        assert_eq!(held[13], json!("rgb(7, 8, 9)"));
        assert_eq!(browser.run("return finish()").await?, json!(".a { color: rgb(1, 2, 3) }"));
        Ok(())
    });
}

#[test]
fn what_only_looks_like_an_address_is_left_as_it_is() {
    let script = r#"
      const style = document.createElement("style");
      style.textContent = `
        @namespace svg url(STATS/namespace);
        /* url(STATS/comment.png) */
        a[href^="STATS"] { color: rgb(1, 2, 3) }
        a::after { content: "see STATS/ " attr(href) }
        b { background: url("data:image/svg+xml,<svg xmlns='STATS/svg'/>") }`;
      document.head.append(style);
      document.body.insertAdjacentHTML("beforeend", "<a href='STATS/page'>x</a>");
      const a = document.body.lastChild;
      return [getComputedStyle(a).color, getComputedStyle(a, "::after").content, style.outerHTML.includes("constat-held"), [...style.childNodes].some(node => node.length !== node.data.length)];"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        let read = run(&browser, &host, script).await?;
        assert_eq!(read[0], json!("rgb(1, 2, 3)"));
        assert!(read[1].as_str().unwrap().contains(&format!("see {}/", host.stats())), "{read}");
        assert_eq!([&read[2], &read[3]], [&json!(false), &json!(false)], "{read}");
        nothing_asked(&host).await;
        Ok(())
    });
}

#[test]
fn one_vendor_s_pictures_come_when_it_alone_is_allowed() {
    let script = r#"
      const it = document.createElement("p"), style = document.createElement("style");
      it.style.backgroundImage = "url(STATS/one.png), url(VIDEO/three.png)";
      it.style.height = "99px";
      style.textContent = ".two { background: url(STATS/two.png), url(VIDEO/four.png) }";
      document.head.append(style);
      document.body.append(it, Object.assign(document.createElement("p"), { className: "two" }), Object.assign(document.createElement("iframe"), { id: "frame", src: "STATS/frame.html" }));"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        let video = host.third.origin_of("video.test");
        opened(&browser, &host).await?;
        run(&browser, &host, &script.replace("VIDEO", &video)).await?;
        nothing_asked(&host).await;
        browser.press("refuse_all").await?;
        browser.until("document.getElementById('frame').contentDocument?.querySelector('button')").await?;
        browser.enter_frame("#frame").await?;
        browser.run("document.querySelector('button').click()").await.ok();
        browser.leave_frames().await?;
        until_asked(&host, &["/one.png", "/two.png"]).await?;
        a_moment().await;
        assert_eq!([host.third.count("/three.png"), host.third.count("/four.png")], [0, 0]);
        let read = browser.run("return document.querySelector('p[style]').style.backgroundImage").await?;
        assert_eq!(read, json!(format!("url(\"{}/one.png\"), url(\"{video}/three.png\")", host.stats())));
        browser.run("constat.open()").await?;
        browser.press("allow_all").await?;
        until_asked(&host, &["/three.png", "/four.png"]).await
    });
}

#[test]
fn the_styles_of_what_the_page_exempts_are_not_held() {
    let body = r#"<div data-constat="ignore" id="box"><p id="inside">x</p></div><p id="later">x</p>"#;
    let script = r##"
      inside.style.background = "url(STATS/property.png)";
      inside.insertAdjacentHTML("afterend", "<p style='background: url(STATS/attribute.png)'>x</p>");
      const style = document.createElement("style");
      style.textContent = "#box { background: url(STATS/sheet.png) }";
      box.append(style);
      later.style.background = "url(STATS/later.png)";"##;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        run(&browser, &host, script).await?;
        until_asked(&host, &["/property.png", "/attribute.png", "/sheet.png"]).await?;
        assert_eq!(host.third.count("/later.png"), 0);
        browser.run("later.dataset.constat = 'ignore'; later.setAttribute('data-constat', 'ignore')").await?;
        until_asked(&host, &["/later.png"]).await
    });
}
