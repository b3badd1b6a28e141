//! `constat check`: site files, without a server.

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use constat_tests::server::run;
use constat_tests::sites::Sites;
use std::path::PathBuf;

/// What `constat check` said.
pub struct Checked {
    pub code: Option<i32>,
    pub printed: String,
    pub complained: String,
}

pub async fn check(files: &[PathBuf]) -> Checked {
    let args = std::iter::once("check".into()).chain(files.iter().map(|file| file.as_os_str().to_owned()));
    let output = run(args).await;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Checked { code: output.status.code(), printed: text(&output.stdout), complained: text(&output.stderr) }
}

/// The line of a text that some words are on, from 1.
fn line_of(text: &str, words: &str) -> usize {
    text.lines().position(|line| line.contains(words)).expect("the text has the words") + 1
}

fn small() -> String {
    with_shipped_vendors(SITE, SITE_ORIGIN)
}

#[tokio::test]
async fn good_files_are_named_with_their_notice() {
    let sites = Sites::with(SITE, &small());
    sites.write("other", &with_shipped_vendors("other", SITE_ORIGIN));
    let files = [sites.file(SITE), sites.file("other")];
    let checked = check(&files).await;
    assert_eq!(checked.code, Some(0));
    // Neither is in first-party mode.
    for (line, file) in checked.complained.lines().zip(&files) {
        assert!(line.starts_with(&format!("{}: warning: Safari keeps", file.display())), "{line}");
        assert!(line.contains("7 days"), "{line}");
    }
    assert_eq!(checked.complained.lines().count(), 2);
    for (line, file) in checked.printed.lines().zip(&files) {
        assert!(line.starts_with(&format!("{}: good, notice ", file.display())), "{line}");
    }
    assert_eq!(checked.printed.lines().count(), 2);
}

#[tokio::test]
async fn every_mistake_of_every_file_is_named_by_file_line_key_and_remedy() {
    let sites = Sites::with(SITE, &small());
    let months = small().replace("choice_months = 6", "choice_months = 5");
    let vendor = small().replace("id = \"youtube\"", "id = \"youtub\"\ncolour = 1");
    sites.write("months", &months);
    sites.write("vendor", &vendor);
    let files =
        [sites.file(SITE), sites.file("months"), sites.file("vendor"), sites.path().join("absent.toml")];
    let checked = check(&files).await;
    assert_eq!(checked.code, Some(1));
    assert!(checked.printed.contains("polaire.toml: good"), "{}", checked.printed);
    assert_eq!(checked.printed.lines().count(), 1, "{}", checked.printed);
    let words = [
        format!("months.toml:{}: lifetimes.choice_months: ", line_of(&months, "choice_months")),
        "6 to 13".to_owned(),
        format!("vendor.toml:{}: vendors.youtub: ", line_of(&vendor, "youtub")),
        "`youtube`".to_owned(),
        format!("vendor.toml:{}: vendors.youtub.colour: ", line_of(&vendor, "colour")),
        "absent.toml: ".to_owned(),
    ];
    for words in words {
        assert!(checked.complained.contains(&words), "{words}: {}", checked.complained);
    }
}

#[tokio::test]
async fn a_file_that_is_not_toml_is_named_with_its_line() {
    let text = format!("{}\n= 1\n", small());
    let sites = Sites::with(SITE, &text);
    let checked = check(&[sites.file(SITE)]).await;
    assert_eq!(checked.code, Some(1));
    let place = format!("polaire.toml:{}: ", text.lines().count());
    assert!(checked.complained.contains(&place), "{}", checked.complained);
}

#[tokio::test]
async fn accepting_and_refusing_must_look_the_same() {
    let theme = "[theme.light]\nallow_all = { background = \"#0b4f6c\", text = \"#ffffff\" }\n\
                 refuse_all = { background = \"#ffffff\", text = \"#0b4f6c\" }\n";
    let sites = Sites::with(SITE, &format!("{}{theme}", small()));
    let checked = check(&[sites.file(SITE)]).await;
    assert_eq!(checked.code, Some(1));
    assert!(checked.complained.contains("theme.light"), "{}", checked.complained);
}

#[tokio::test]
async fn without_a_file_the_usage_is_explained() {
    let checked = check(&[]).await;
    assert_eq!(checked.code, Some(2));
    assert!(checked.complained.contains("<FILE>"), "{}", checked.complained);
}

#[tokio::test]
async fn a_folder_is_checked_as_it_is_served() {
    let sites = Sites::with(SITE, &small());
    let companion = sites.path().join("._polaire.toml");
    std::fs::write(&companion, [0, 5, 22, 7, 0xff]).unwrap();
    std::fs::create_dir(sites.path().join("old.toml")).unwrap();
    let checked = check(&[sites.path().to_owned()]).await;
    assert_eq!(checked.code, Some(0), "{}", checked.complained);
    assert!(checked.printed.contains("polaire.toml: good, notice "), "{}", checked.printed);
    let api = Api::serve(sites);
    api.sites.write("broken", "id = ");
    api.server.signal(rustix::process::Signal::HUP);
    api.server.logs("the site files were not taken", 1).await;
    for said in [&checked.complained, &api.server.log()] {
        assert!(said.contains("`._polaire.toml`, `old.toml`"), "{said}");
    }
    assert_eq!(api.server.log().matches("passed over").count(), 2, "once for each load");
    let checked = check(&[api.sites.path().to_owned(), companion]).await;
    assert_eq!(checked.code, Some(1));
    for file in ["broken.toml:", "._polaire.toml:"] {
        assert!(checked.complained.contains(file), "{file}: {}", checked.complained);
    }
}

#[tokio::test]
async fn a_file_in_another_encoding_is_named_with_it_and_with_the_remedy() {
    let text = small().replace("Polaire", "Polaire\u{e9}");
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect();
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, name) in [(latin, "Latin-1"), (wide, "UTF-16LE")] {
        let sites = Sites::with(SITE, "");
        std::fs::write(sites.file(SITE), bytes).unwrap();
        let checked = check(&[sites.file(SITE)]).await;
        assert_eq!(checked.code, Some(1));
        for words in [name, "Save it as UTF-8", "iconv -f "] {
            assert!(checked.complained.contains(words), "{words}: {}", checked.complained);
        }
    }
    let sites = Sites::with(SITE, &format!("\u{feff}{text}"));
    assert_eq!(check(&[sites.file(SITE)]).await.code, Some(0));
}
