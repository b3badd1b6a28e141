//! What `constat check` says of Google Consent Mode, and who gets the loader's part for it.

use crate::check::{Checked, check};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use constat_tests::sites::Sites;
use std::io::Write;
use std::process::{Command, Stdio};

const ADVANCED: &str = "mode = \"advanced\"\ni_know = \"No visitor of the test.\"\n";

/// The sample site with a table `[consent_mode]`.
fn text(keys: &str) -> String {
    format!("{}[consent_mode]\n{keys}", with_shipped_vendors(SITE, SITE_ORIGIN))
}

async fn checked(text: &str) -> Checked {
    let sites = Sites::with(SITE, text);
    check(&[sites.file(SITE)]).await
}

/// The content of the one script, and what is printed below it.
fn snippet(printed: &str) -> (String, String) {
    let lines: Vec<&str> = printed.lines().collect();
    let at: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains("<script")).collect();
    assert_eq!(at.len(), 1, "{printed}");
    let script = lines[at[0]].strip_prefix("<script>").unwrap().strip_suffix("</script>").unwrap();
    assert!(!script.contains("</") && !script.contains("<!--"), "{script}");
    (script.to_owned(), lines[at[0] + 1].to_owned())
}

/// What openssl says.
fn hash_by_openssl(text: &str) -> String {
    let mut command = Command::new("sh");
    command.args(["-c", "openssl dgst -sha256 -binary | openssl base64 -A"]);
    let mut openssl = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    openssl.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8(openssl.wait_with_output().unwrap().stdout).unwrap()
}

#[tokio::test]
async fn advanced_mode_has_one_line_for_the_page_of_400_bytes_at_most_with_its_hash() {
    for keys in [
        "",
        "ads_data_redaction = false\n",
        "url_passthrough = true\nwait_for_update_ms = 5000\ndata_layer = \"a2345678901234$\"\n",
    ] {
        let checked = checked(&text(&format!("{ADVANCED}{keys}"))).await;
        assert_eq!(checked.code, Some(0), "{}", checked.complained);
        let (script, hash) = snippet(&checked.printed);
        assert!(script.len() <= 400, "{} bytes: {script}", script.len());
        assert_eq!(hash, format!("'sha256-{}'", hash_by_openssl(&script)));
        assert_eq!(script.contains("ads_data_redaction"), !keys.contains("= false"));
        assert_eq!(script.contains("url_passthrough"), keys.contains("url_passthrough"));
    }
    let region = "[[consent_mode.region]]\ncodes = [\"US-CA\", \"BR\"]\nanalytics_storage = \"granted\"\n";
    let (script, hash) = snippet(&checked(&text(&format!("{ADVANCED}{region}"))).await.printed);
    assert!(script.contains("[\"US-CA\",\"BR\"]"), "{script}");
    assert_eq!(hash, format!("'sha256-{}'", hash_by_openssl(&script)));
}

#[tokio::test]
async fn basic_mode_needs_no_line_in_the_page() {
    let checked = checked(&text("")).await;
    assert_eq!(checked.code, Some(0), "{}", checked.complained);
    assert!(!checked.printed.contains("<script"), "{}", checked.printed);
}

#[tokio::test]
async fn advanced_mode_is_refused_where_the_authority_asks_for_consent_first() {
    for authority in [
        "\"cnil\"",
        "\"apd\"",
        "\"ap\"",
        "{ name = \"CNIL\", url = \"https://www.cnil.fr/fr/plaintes\" }",
        "{ name = \"Gegevensbeschermingsautoriteit\", url = \"https://www.gegevensbeschermingsautoriteit.be\" }",
        "{ name = \"AP\", url = \"https://autoriteitpersoonsgegevens.nl\" }",
    ] {
        let of =
            |keys: &str| text(keys).replacen("authority = \"cnil\"", &format!("authority = {authority}"), 1);
        let refused = checked(&of("mode = \"advanced\"")).await;
        assert_eq!(refused.code, Some(1), "{authority}");
        assert!(refused.complained.contains("consent_mode.mode: "), "{}", refused.complained);
        assert!(refused.complained.contains("`i_know`"), "{}", refused.complained);
        let (script, _) = snippet(&checked(&of(ADVANCED)).await.printed);
        assert!(script.contains("denied"));
    }
}

#[tokio::test]
async fn only_a_site_with_the_table_gets_the_part_of_the_loader() {
    let sites = Sites::with(SITE, &text(""));
    sites.write("other", &with_shipped_vendors("other", SITE_ORIGIN));
    let api = Api::serve(sites);
    for (site, there) in [(SITE, true), ("other", false)] {
        let script = api.get(&format!("/v1/sites/{site}/consent.js")).await;
        for words in ["constat_choice", "wait_for_update", "\"google\":"] {
            assert_eq!(script.text().contains(words), there, "{site}: {words}");
        }
    }
}
