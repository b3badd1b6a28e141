//! Whole site files: what is right and wrong about categories.

use super::sample::{SITE_FILE, assert_fault, site};
use constat_shared::Category;

const AUDIENCE: &str = "categories.audience.exemption";

#[test]
fn essential_is_used_and_exempt_without_a_word() {
    let notice = site(SITE_FILE).notice;
    assert!(notice.is_exempt(Category::Essential));
    let from = "[categories.functional]";
    let to = "[categories.essential]\nexempt = false\n[categories.functional]";
    assert_fault(from, to, "exempt = false", "categories.essential.exempt", "Take `exempt = false` out");
}

#[test]
fn advertising_and_third_parties_are_never_exempt() {
    let from = "[categories.advertising]\n";
    for id in [Category::Advertising, Category::ThirdParty] {
        let to = "[categories.advertising]\n[categories.third_party]\n";
        let to = to.replace(&format!("[categories.{id}]\n"), &format!("[categories.{id}]\nexempt =  true\n"));
        let key = format!("categories.{id}.exempt");
        assert_fault(from, &to, "exempt =  true", &key, "Take `exempt = true` out");
    }
}

#[test]
fn audience_is_exempt_only_with_the_whole_checklist() {
    for condition in [
        "own_use_only",
        "anonymous_statistics_only",
        "no_cross_site_tracking",
        "no_merging_or_sharing",
        "visitors_informed",
    ] {
        let (from, key) = (format!("{condition} = true\n"), format!("{AUDIENCE}.{condition}"));
        let remedy = "take `exempt = true` and the checklist out";
        assert_fault(&from, "", "[categories.audience.exemption]", &key, remedy);
        assert_fault(&from, &format!("{condition} = false\n"), condition, &key, remedy);
    }
    let checklist = SITE_FILE.split("[categories.audience.exemption]").nth(1).unwrap();
    let checklist = checklist.split("[categories.advertising]").next().unwrap();
    let from = format!("[categories.audience.exemption]{checklist}");
    let remedy = "Fill in [categories.audience.exemption]";
    assert_fault(&from, "", "exempt = true # audience", "categories.audience.exempt", remedy);
}

#[test]
fn an_exempt_tracker_lives_13_months_and_its_data_25_at_most() {
    let key = format!("{AUDIENCE}.tracker_months");
    assert_fault("tracker_months = 13", "tracker_months = 14", "tracker_months", &key, "Write 13 or less");
    let key = format!("{AUDIENCE}.data_months");
    assert_fault("data_months = 25", "data_months = 26", "data_months", &key, "Write 25 or less");
    assert_fault("data_months = 25\n", "", "[categories.audience.exemption]", &key, "Write 25 or less");
}

#[test]
fn an_exempt_cookie_does_not_outlive_what_the_checklist_says() {
    let key = "vendors.counter.cookies._count.duration_days";
    let remedy = "Shorten its life, or correct [categories.audience.exemption]";
    assert_fault("tracker_months = 13", "tracker_months = 6", "id = \"counter\"", key, remedy);
}

#[test]
fn a_checklist_where_none_belongs_is_a_mistake() {
    let from = "[categories.advertising]\n";
    let to = "[categories.advertising]\n[categories.advertising.exemption]\nown_use_only = true\n";
    let (line, key) = ("[categories.advertising.exemption]", "categories.advertising.exemption");
    assert_fault(from, to, line, key, "Only an audience category with exempt = true has one");
}

#[test]
fn an_unknown_category_is_a_mistake() {
    let (from, to) = ("[categories.advertising]\n", "[categories.advertising]\n[categories.audiance]\n");
    assert_fault(from, to, "[categories.audiance]", "categories.audiance", "Did you mean `audience`?");
}
