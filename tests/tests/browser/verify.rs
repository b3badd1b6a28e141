//! The verifier's page, from the server and from a disk.

use crate::bundle::{Files, other_key, with_pictures};
use constat_tests::browser::{Browser, DESKTOP, Outcome, PHONE, browse};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use thirtyfour::Key;

/// Chooses files and waits until the page shows the last of them.
async fn give(browser: &Browser, files: &[&Path]) -> Outcome {
    browser.run("document.getElementById('status').textContent = ''").await?;
    browser.choose("#files", files).await?;
    let name = files.last().and_then(|file| file.file_name()).unwrap().to_str().unwrap();
    let name = if name == "jwks.json" { "evidence.json" } else { name };
    browser.until(&format!("document.getElementById('status').textContent.includes({})", json!(name))).await
}

async fn open(browser: &Browser, page: &str, language: &str) -> Outcome {
    browser.open(page).await?;
    browser.click(&format!("#languages [lang={language}]")).await?;
    browser.until(&format!("document.documentElement.lang === '{language}'")).await
}

/// The text of the result, line by line.
async fn result(browser: &Browser) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let text = browser.run("return document.getElementById('result').innerText").await?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

async fn verdict(browser: &Browser) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    let verdicts = "return [...document.querySelectorAll('.verdict h3')].map((node) => node.textContent)";
    Ok(browser.run(verdicts).await?)
}

/// A copy of a bundle in which one byte is another.
fn changed(evidence: &Path, before: &str, at: usize) -> PathBuf {
    let mut bytes = std::fs::read(evidence).unwrap();
    let start = bytes.windows(before.len()).position(|window| window == before.as_bytes()).unwrap();
    let byte = &mut bytes[start + before.len() + at];
    *byte = if *byte == b'0' { b'1' } else { b'0' };
    let file = evidence.with_file_name("changed.json");
    std::fs::write(&file, bytes).unwrap();
    file
}

#[test]
fn a_bundle_is_proven_in_the_page_and_with_one_byte_changed_it_is_not() {
    browse(DESKTOP, |browser| async move {
        let files = Files::make().await;
        open(&browser, &files.page(), "en").await?;
        give(&browser, &[&files.evidence]).await?;
        assert_eq!(verdict(&browser).await?, json!(["Proven"]));
        let text = result(&browser).await?;
        let id = files.record.consent_id.to_string();
        for line in [
            &format!("consent id {id} on site polaire"),
            "Services allowed",
            "that a human hand clicked, or whose",
        ] {
            assert!(text.to_lowercase().contains(&line.to_lowercase()), "{line}: {text}");
        }
        assert!(text.contains("Its key was compared with no published key"), "{text}");
        let statement = browser
            .run("const q = document.querySelector('blockquote'); return [q.lang, q.textContent]")
            .await?;
        assert_eq!(statement[0], "fr");
        assert!(statement[1].as_str().unwrap().contains(&id), "{statement}");
        assert!(text.contains(&files.record.notice_hash.to_string()));

        for (before, at, part) in [
            ("\"inclusion_proof\":[\"", 0, "inclusion_proof:"),
            ("\"commitment_key\":\"", 3, "inclusion_proof:"),
            ("\"statement\":\"", 4, "statement:"),
            ("\"dpo_email\":\"", 0, "notice:"),
        ] {
            let file = changed(&files.evidence, before, at);
            browser.click("#clear").await?;
            give(&browser, &[&file]).await?;
            assert_eq!(verdict(&browser).await?, json!(["Not proven"]), "{before}");
            let text = result(&browser).await?;
            assert!(text.contains(part), "{before}: {text}");
        }
        Ok(())
    });
}

#[test]
fn the_page_works_from_a_disk_with_no_server_in_every_language() {
    browse(PHONE, |browser| async move {
        let mut files = Files::make().await;
        let saved = files.folder.path().join("verify.html");
        let page = files.api.as_ref().unwrap().get("/verify/").await;
        std::fs::write(&saved, page.body).unwrap();
        assert!(files.api.take().unwrap().server.stop());
        let address = format!("file://{}", saved.display());
        let expected = [("fr", "Prouvé"), ("nl", "Bewezen"), ("de", "Bewiesen"), ("en", "Proven")];
        for (language, proven) in expected {
            open(&browser, &address, language).await?;
            give(&browser, &[&files.evidence]).await?;
            assert_eq!(verdict(&browser).await?, json!([proven]));
        }
        // The language can change after the check too.
        browser.click("#languages [lang=fr]").await?;
        assert_eq!(verdict(&browser).await?, json!(["Prouvé"]));
        assert!(result(&browser).await?.contains("qu’une main humaine ait cliqué, ni laquelle"));
        assert!(browser.fetched().await?.is_empty());
        Ok(())
    });
}

#[test]
fn nothing_leaves_the_page() {
    browse(DESKTOP, |browser| async move {
        let files = Files::make().await;
        browser.open(&files.page()).await?;
        let blocked = "window.violations = []; addEventListener('securitypolicyviolation', (event) => window.violations.push(event.effectiveDirective))";
        browser.run(blocked).await?;
        give(&browser, &[&files.evidence, &files.jwks]).await?;
        assert_eq!(browser.fetched().await?, Vec::<String>::new());
        assert_eq!(
            browser.run("return window.violations").await?,
            json!([]),
            "the page itself tries nothing"
        );
        // What a script in it would try, the browser refuses.
        let tries = "const image = new Image(); image.src = '/healthz';
            const form = document.createElement('form'); form.method = 'post'; form.action = '/x'; document.body.append(form); form.submit();
            navigator.sendBeacon('/x', 'y');
            fetch('/healthz').catch(() => {});
            const script = document.createElement('script'); script.textContent = 'window.ran = 1'; document.body.append(script);";
        browser.run(tries).await?;
        browser.until("['connect-src', 'img-src', 'form-action', 'script-src-elem'].every((name) => window.violations.includes(name))").await?;
        assert_eq!(browser.run("return [window.ran, location.pathname]").await?, json!([null, "/verify/"]));
        Ok(())
    });
}

#[test]
fn files_dropped_anywhere_on_the_page_are_checked() {
    browse(DESKTOP, |browser| async move {
        let files = Files::make().await;
        open(&browser, &files.page(), "en").await?;
        // The bundle alone, the one inside a certificate, and one of which a byte was changed there.
        let mut certificate = std::fs::read(&files.certificate).unwrap();
        let whole = certificate.clone();
        let proof = b"\"inclusion_proof\":[\"";
        let at = certificate.windows(proof.len()).position(|window| window == proof).unwrap() + proof.len();
        certificate[at] = if certificate[at] == b'0' { b'1' } else { b'0' };
        for (name, bytes, expected) in [
            ("dropped.json", std::fs::read(&files.evidence).unwrap(), "Proven"),
            ("dropped.pdf", whole, "Proven"),
            ("changed.pdf", certificate, "Not proven"),
        ] {
            let drop = format!(
                "const data = new DataTransfer(); data.items.add(new File([new Uint8Array({bytes:?})], '{name}'));
                 document.querySelector('h1').dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true, cancelable: true }}))"
            );
            browser.run(&drop).await?;
            browser
                .until(&format!("document.getElementById('status').textContent.includes('{name}')"))
                .await?;
            assert_eq!(verdict(&browser).await?, json!([expected]), "{name}");
            if expected == "Not proven" {
                assert!(result(&browser).await?.contains("inclusion_proof:"));
            }
            // What is given later comes to what is there.
            browser.click("#clear").await?;
        }
        Ok(())
    });
}

#[test]
fn pictures_and_keys_beside_a_bundle_are_compared_with_it() {
    browse(DESKTOP, |browser| async move {
        let files = Files::make().await;
        let (bundle, jwks, picture) = with_pictures(&files);
        let wrong = other_key(&files);
        open(&browser, &files.page(), "en").await?;
        give(&browser, &[&bundle]).await?;
        assert!(result(&browser).await?.contains("none was given to compare"));
        // Files given later come to those that are there.
        give(&browser, &[&jwks, &picture, &bundle]).await?;
        assert_eq!(verdict(&browser).await?, json!(["Proven"]));
        let text = result(&browser).await?;
        assert!(text.contains("fr-banner-360x740.png: its SHA-256 is the one the log names"), "{text}");
        assert!(text.contains("this key is one of those the operator publishes"), "{text}");

        let mut bytes = std::fs::read(&picture).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&picture, bytes).unwrap();
        give(&browser, &[&picture, &bundle]).await?;
        assert_eq!(verdict(&browser).await?, json!(["Not proven"]));
        assert!(result(&browser).await?.contains("it is not the original picture"));

        browser.click("#clear").await?;
        give(&browser, &[&wrong, &bundle]).await?;
        assert_eq!(verdict(&browser).await?, json!(["Not proven"]));
        assert!(result(&browser).await?.contains("it is none of the published keys given"));
        Ok(())
    });
}

#[test]
fn a_receipt_is_checked_with_the_published_keys() {
    browse(DESKTOP, |browser| async move {
        let files = Files::make().await;
        open(&browser, &files.page(), "en").await?;
        give(&browser, &[&files.receipt]).await?;
        assert_eq!(verdict(&browser).await?, json!([]));
        assert!(result(&browser).await?.contains("drop their jwks.json too"));
        give(&browser, &[&files.jwks, &files.receipt]).await?;
        assert_eq!(verdict(&browser).await?, json!(["Proven"]));
        let text = result(&browser).await?;
        assert!(text.contains("a receipt holds no proof of it"), "{text}");
        Ok(())
    });
}

#[test]
fn a_file_of_no_use_gets_a_sentence_and_changes_nothing_else() {
    browse(PHONE, |browser| async move {
        let files = Files::make().await;
        let folder = files.folder.path();
        let (letter, large, picture) =
            (folder.join("letter.txt"), folder.join("large.json"), folder.join("a.png"));
        std::fs::write(&letter, "<img src=x onerror=window.ran=1>").unwrap();
        std::fs::File::create(&large).unwrap().set_len(17 * 1024 * 1024).unwrap();
        std::fs::write(&picture, b"\x89PNG\r\n\x1a\n").unwrap();
        open(&browser, &files.page(), "en").await?;
        give(&browser, &[&large, &picture, &letter]).await?;
        let text = result(&browser).await?;
        assert!(text.contains("letter.txt: this is no certificate (PDF), no evidence bundle"), "{text}");
        assert!(text.contains("large.json: this file is too large"), "{text}");
        assert!(text.contains("a.png: a picture alone proves nothing"), "{text}");
        assert_eq!(verdict(&browser).await?, json!([]));
        browser.click("#clear").await?;
        let small = folder.join("small.json");
        std::fs::write(&small, r#"{"format":2,"<b>":1}"#).unwrap();
        give(&browser, &[&files.evidence, &small]).await?;
        assert_eq!(verdict(&browser).await?, json!(["Proven", "Not proven"]));
        assert!(
            result(&browser).await?.contains("unknown field `<b>`"),
            "the page shows a file's content as text"
        );
        Ok(())
    });
}

#[test]
fn the_keyboard_reaches_the_files_and_the_result_takes_the_focus() {
    browse(DESKTOP, |browser| async move {
        let files = Files::make().await;
        browser.open(&files.page()).await?;
        let mut seen = Vec::new();
        for _ in 0..5 {
            browser.keys(&[Key::Tab]).await?;
            seen.push(browser.run("return document.activeElement.id || document.activeElement.lang").await?);
        }
        assert_eq!(json!(seen), json!(["fr", "nl", "de", "en", "files"]));
        let outline = "return getComputedStyle(document.querySelector('#files + label')).outlineStyle";
        assert_eq!(browser.run(outline).await?, "solid", "one sees where the focus is");
        assert_eq!(browser.run("return document.getElementById('files').labels.length").await?, 1);
        give(&browser, &[&files.evidence]).await?;
        assert_eq!(browser.run("return document.activeElement.id").await?, "result-title");
        browser.keys(&[Key::Tab, Key::Tab]).await?;
        assert_eq!(browser.run("return document.activeElement.id").await?, "clear");
        browser.keys(&[Key::Enter]).await?;
        assert_eq!(
            browser
                .run("return [document.getElementById('result').hidden, document.activeElement.id]")
                .await?,
            json!([true, "files"])
        );
        Ok(())
    });
}

/// No sideways scrolling at any width, and the pictures for those who ask for
/// them with `CONSTAT_SCREENSHOTS`.
fn fits(size: (u32, u32), name: &'static str) {
    browse(size, |browser| async move {
        let files = Files::make().await;
        let (bundle, jwks, picture) = with_pictures(&files);
        let broken = changed(&files.evidence, "\"inclusion_proof\":[\"", 0);
        for scheme in ["light", "dark"] {
            browser.prefer(scheme).await?;
            for language in ["fr", "nl", "de", "en"] {
                open(&browser, &files.page(), language).await?;
                look(&browser, &format!("verify-empty-{language}-{name}-{scheme}")).await?;
                give(&browser, &[&picture, &jwks, &bundle]).await?;
                look(&browser, &format!("verify-proven-{language}-{name}-{scheme}")).await?;
                browser.click("#clear").await?;
                give(&browser, &[&broken]).await?;
                look(&browser, &format!("verify-broken-{language}-{name}-{scheme}")).await?;
            }
        }
        Ok(())
    });
}

async fn look(browser: &Browser, name: &str) -> Outcome {
    let wide = browser.run("return [document.documentElement.scrollWidth, innerWidth]").await?;
    assert!(wide[0].as_u64() <= wide[1].as_u64(), "{name} scrolls sideways: {wide}");
    if let Some(folder) = std::env::var_os("CONSTAT_SCREENSHOTS") {
        std::fs::create_dir_all(&folder)?;
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), browser.screenshot().await?)?;
    }
    Ok(())
}

#[test]
fn the_page_fits_a_phone() {
    fits(PHONE, "phone");
}

#[test]
fn the_page_fits_a_desktop() {
    fits(DESKTOP, "desktop");
}

#[test]
fn the_page_fits_320_pixels() {
    fits((320, 640), "narrow");
}
