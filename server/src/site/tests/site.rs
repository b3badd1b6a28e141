//! Whole site files: what is right and wrong about the whole.

use super::sample::{SITE_FILE, assert_fault, catalogue, changed, site};
use crate::site::file::source;
use crate::site::{Site, SiteError, SiteFolder};
use constat_shared::{Category, Language, LogShards, TextKey};
use std::path::Path;

fn read_dir(dir: &Path) -> Result<Vec<Site>, Vec<SiteError>> {
    let sites = SiteFolder::open(dir)?.read(&catalogue())?.into_iter().map(|(_, site)| site).collect();
    Ok(sites)
}

#[test]
fn a_site_that_writes_no_text_gets_complete_ones_in_four_languages() {
    let notice = site(SITE_FILE).notice;
    for language in Language::ALL {
        let view = notice.view(language).expect("the notice speaks the language");
        for key in TextKey::ALL.iter().filter(|key| !key.is_of_signals()) {
            assert!(!view.texts.get(*key).trim().is_empty(), "{language} {}", key.as_str());
        }
        for vendor in view.categories.iter().flat_map(|category| &category.vendors) {
            assert!(!vendor.purposes.is_empty(), "{language} {}", vendor.id);
        }
    }
    assert_eq!(notice.main_language(), Language::Fr);
}

#[test]
fn a_notice_lists_categories_in_order_and_vendors_by_id() {
    let notice = site(SITE_FILE).notice;
    let categories: Vec<_> = notice.categories.iter().map(|used| (used.id, used.exempt)).collect();
    let expected = [
        (Category::Essential, true),
        (Category::Functional, true),
        (Category::Audience, true),
        (Category::Advertising, false),
    ];
    assert_eq!(categories, expected);
    let vendors: Vec<_> = notice.vendors.iter().map(|vendor| vendor.id.as_str()).collect();
    assert_eq!(vendors, ["counter", "own-chat", "retarget"]);
    assert!(notice.purposes.keys().all(|id| ["advertising", "chat", "counting"].contains(&id.as_str())));
}

#[test]
fn a_notice_holds_only_the_languages_of_its_site() {
    let text = changed(r#"["fr", "nl", "de", "en"]"#, r#"["nl"]"#);
    let text = text.split("[purposes.").next().unwrap().to_owned()
        + "[purposes.chat.nl]\ntitle = \"T\"\ndescription = \"D\"\n";
    let notice = site(&text).notice;
    assert_eq!(notice.texts.keys().collect::<Vec<_>>(), [&Language::Nl]);
    assert!(notice.purposes.values().all(|texts| texts.keys().eq([&Language::Nl])));
    assert_eq!(notice.controller.policy_url.len(), 1);
}

#[test]
fn changed_wording_changes_the_notice_and_not_the_terms() {
    let before = site(SITE_FILE);
    let wording = "\n[texts]\nfr.title = \"A\"\nnl.title = \"B\"\nde.title = \"C\"\nen.title = \"D\"\n";
    let after = site(&format!("{SITE_FILE}{wording}"));
    assert_ne!(after.notice.notice_hash(), before.notice.notice_hash());
    assert_eq!(after.notice.terms_hash(), before.notice.terms_hash());
    assert_eq!(after.notice.texts[&Language::De].get(TextKey::Title), "C");
}

#[test]
fn an_added_vendor_changes_the_terms() {
    let (before, after) = (site(SITE_FILE), site(&format!("{SITE_FILE}\n[[vendors]]\nid = \"billboard\"\n")));
    assert_ne!(after.notice.notice_hash(), before.notice.notice_hash());
    assert_ne!(after.notice.terms_hash(), before.notice.terms_hash());
}

#[test]
fn a_time_stamping_authority_is_no_part_of_the_notice() {
    let before = site(SITE_FILE);
    assert_eq!(before.timestamp_authority, None);
    for url in ["https://tsa.example", "http://127.0.0.1:3161/tsr"] {
        let after = site(&changed("languages", &format!("timestamp_authority = {url:?}\nlanguages")));
        assert_eq!(after.timestamp_authority.as_deref(), Some(url));
        assert_eq!(after.notice.notice_hash(), before.notice.notice_hash());
    }
}

#[test]
fn an_authority_that_has_no_web_address_is_a_mistake() {
    for bad in ["tsa.example", "ftp://tsa.example", "https://", "https://me:secret@tsa.example"] {
        let line = format!("timestamp_authority = {bad:?}");
        let to = format!("{line}\nlanguages");
        assert_fault("languages", &to, &line, "timestamp_authority", "Write one such as https://tsa");
    }
}

#[test]
fn a_number_of_logs_is_no_part_of_the_notice_and_from_1_to_16() {
    let before = site(SITE_FILE);
    assert_eq!(before.log_shards, LogShards::ONE);
    let after = site(&changed("languages", "log_shards = 4\nlanguages"));
    assert_eq!(after.log_shards.get(), 4);
    assert_eq!(after.notice.notice_hash(), before.notice.notice_hash());
    for bad in ["0", "17", "-1", "257"] {
        let line = format!("log_shards = {bad}");
        let remedy = "Write a whole number from 1 to 16";
        assert_fault("languages", &format!("{line}\nlanguages"), &line, "log_shards", remedy);
    }
}

#[test]
fn only_a_listed_origin_is_allowed() {
    let site = site(SITE_FILE);
    assert!(site.allows_origin("https://www.boreale.example"));
    for other in ["http://www.boreale.example", "https://www.boreale.example.evil", "null", ""] {
        assert!(!site.allows_origin(other), "{other}");
    }
}

#[test]
fn who_refused_is_asked_again_only_by_the_owners_word_which_no_visitor_is_shown() {
    let before = site(SITE_FILE);
    let after = site(&changed("languages", "ask_refusers_again = true\nlanguages"));
    assert_eq!((before.ask_refusers_again, after.ask_refusers_again), (false, true));
    assert_eq!(after.notice.notice_hash(), before.notice.notice_hash());
    let line = "ask_refusers_again = 1";
    let change = format!("{line}\nlanguages");
    assert_fault("languages", &change, line, "ask_refusers_again", "Write true or false");
}

#[test]
fn a_folder_gives_its_sites_by_file_name_and_ignores_other_files() {
    let dir = tempfile::tempdir().unwrap();
    let other = changed("id = \"boreale\"", "id = \"australe\"");
    std::fs::write(dir.path().join("b.toml"), SITE_FILE).unwrap();
    std::fs::write(dir.path().join("a.toml"), other).unwrap();
    std::fs::write(dir.path().join("notes.txt"), "not a site").unwrap();
    let sites = read_dir(dir.path()).unwrap();
    let ids: Vec<_> = sites.iter().map(|site| site.notice.site.as_str()).collect();
    assert_eq!(ids, ["australe", "boreale"]);
}

#[test]
fn two_files_for_one_site_are_a_mistake() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.toml"), SITE_FILE).unwrap();
    std::fs::write(dir.path().join("b.toml"), SITE_FILE).unwrap();
    let errors = read_dir(dir.path()).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].file.ends_with("b.toml"), "{}", errors[0]);
    assert_eq!((errors[0].line, errors[0].key.as_str()), (Some(1), "id"));
    assert!(errors[0].to_string().contains("Give one of them another id"));
}

#[test]
fn the_mistakes_of_all_files_of_a_folder_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.toml"), changed("\"cnil\"", "\"cnill\"")).unwrap();
    std::fs::write(dir.path().join("b.toml"), "= 1").unwrap();
    std::fs::write(dir.path().join("c.toml"), " ".repeat(source::FILE_BYTES_MAX + 1)).unwrap();
    std::fs::write(dir.path().join("d.toml"), [0xff]).unwrap();
    let errors = read_dir(dir.path()).unwrap_err();
    let files: Vec<_> = errors.iter().map(|error| error.file.rsplit(['/', '\\']).next().unwrap()).collect();
    assert_eq!(files, ["a.toml", "b.toml", "c.toml", "d.toml"]);
    assert!(errors[2].to_string().contains("larger than 256 KiB"), "{}", errors[2]);
    assert!(errors[3].to_string().contains("Save it as UTF-8"), "{}", errors[3]);
    let absent = read_dir(&dir.path().join("absent")).unwrap_err();
    assert!(absent[0].to_string().contains("cannot be read"), "{}", absent[0]);
}

#[test]
fn what_others_leave_in_a_folder_is_passed_over_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    // As Kubernetes mounts a configuration: the file is a link into a hidden folder.
    std::fs::create_dir(path("..2026_11_27")).unwrap();
    std::fs::write(path("..2026_11_27/boreale.toml"), SITE_FILE).unwrap();
    std::os::unix::fs::symlink("..2026_11_27", path("..data")).unwrap();
    std::os::unix::fs::symlink("..data/boreale.toml", path("boreale.toml")).unwrap();
    for name in [
        "._boreale.toml",
        ".boreale.toml.swp",
        ".nfs0001",
        "#boreale.toml#",
        "boreale.toml~",
        "~$boreale.toml",
    ] {
        std::fs::write(path(name), [0, 0xff, 0xfe]).unwrap();
    }
    std::os::unix::fs::symlink("somebody@desk.4711", path(".#boreale.toml")).unwrap();
    std::fs::create_dir(path("old.toml")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(path("pipe.toml")).status().unwrap();
    assert!(pipe.success());

    let folder = SiteFolder::open(dir.path()).unwrap();
    assert_eq!(folder.read(&catalogue()).unwrap().len(), 1);
    let words = folder.passed_over().unwrap();
    for name in ["._boreale.toml", ".#boreale.toml", "boreale.toml~", "old.toml", "..data", ".nfs0001"] {
        assert!(words.contains(&format!("`{name}`")), "{name}: {words}");
    }
    assert!(words.ends_with("and 1 more"), "{words}");
}

#[test]
fn a_site_file_that_is_a_link_to_nowhere_is_missed() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.toml"), SITE_FILE).unwrap();
    assert_eq!(SiteFolder::open(dir.path()).unwrap().passed_over(), None);
    std::os::unix::fs::symlink("absent", dir.path().join("b.toml")).unwrap();
    let errors = read_dir(dir.path()).unwrap_err();
    assert!(errors[0].file.ends_with("b.toml"), "{}", errors[0]);
}

#[test]
fn a_time_zone_is_one_of_the_database() {
    let zone = |line: &str| site(&changed("languages", &format!("{line}\nlanguages"))).time_zone;
    assert_eq!(zone("time_zone = \"europe/paris\""), "Europe/Paris");
    assert_eq!(zone(""), "UTC");
    let line = "time_zone = \"Europe/Atlantis\"";
    assert_fault("languages", &format!("{line}\nlanguages"), line, "time_zone", "Europe/Paris");
}
