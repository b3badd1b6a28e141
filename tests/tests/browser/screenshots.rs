//! The pictures of the README, and a look at every layer in every language.

use constat_tests::browser::{Browser, DESKTOP, Outcome, PHONE, browse};
use constat_tests::server::Server;
use std::path::PathBuf;

/// Where pictures go: the folder of `CONSTAT_SCREENSHOTS`, or one that is removed again.
fn with_folder(test: impl FnOnce(PathBuf)) {
    let removed_again = tempfile::tempdir().unwrap();
    let asked_for = std::env::var_os("CONSTAT_SCREENSHOTS").map(PathBuf::from);
    let folder = asked_for.unwrap_or_else(|| removed_again.path().to_owned());
    std::fs::create_dir_all(&folder).unwrap();
    test(folder);
}

async fn take(browser: &Browser, file: PathBuf) -> Outcome {
    let picture = browser.screenshot().await?;
    assert!(picture.len() > 10_000, "{} is nearly empty", file.display());
    Ok(std::fs::write(file, picture)?)
}

fn pictures(name: &'static str, size: (u32, u32)) {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--demo"]);
    with_folder(|folder| {
        browse(size, |browser| async move {
            for language in ["fr", "nl", "de", "en"] {
                browser.forget_choice().await.ok();
                browser.open(&format!("{}/demo/{language}/", server.url)).await?;
                browser.find(".banner").await?;
                take(&browser, folder.join(format!("banner-{language}-{name}.png"))).await?;
                browser.press("configure").await?;
                browser.find("dialog[open]").await?;
                take(&browser, folder.join(format!("configuration-{language}-{name}.png"))).await?;
                browser.press("refuse_all").await?;
                browser.click("[data-constat=manage]").await?;
                browser.find(".stored summary").await?.click().await?;
                browser.find(".record dl").await?;
                take(&browser, folder.join(format!("record-{language}-{name}.png"))).await?;
            }
            Ok(())
        });
    });
}

#[test]
fn screenshots_on_a_phone() {
    pictures("phone", PHONE);
}

#[test]
fn screenshots_on_a_desktop() {
    pictures("desktop", DESKTOP);
}
