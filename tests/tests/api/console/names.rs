//! Names are text, whatever they contain.

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::SITE_ORIGIN;
use constat_tests::console::{House, OWN, path_of};
use rustix::process::Signal;

/// HTML, a script, the end of an attribute, a place of a text, and a mark that turns the line round.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {at} \u{202e}dlrow";

fn is_text(what: &str, html: &str) {
    assert!(!html.contains("<script") && !html.contains("<img src=x"), "{what}");
    assert!(!html.contains("\"'>"), "{what}: an attribute was ended");
    // A drawn layer is a tree of its own, out of which no mark reaches.
    let html =
        html.split("<template ").map(|part| part.split_once("</template>").map_or(part, |(_, rest)| rest));
    let html = html.collect::<String>();
    for (at, _) in html.match_indices('\u{202e}') {
        let before = &html[..at];
        let element = before[before.rfind('<').unwrap_or(0)..].split(['>', ' ']).next().unwrap_or_default();
        let isolated = [
            "<bdi",
            "<option",
            "<title",
            "<code",
            "<input",
            "<ins",
            "<blockquote",
            "<br",
            "<span",
            "<textarea",
        ];
        assert!(isolated.contains(&element), "{what}: {element} does not keep the mark to itself");
    }
}

#[tokio::test]
async fn the_name_of_a_token_is_text_on_every_screen() {
    let house = House::start();
    let (mut visitor, _) = house.person("ana@helvia.example", "dpo", OWN).await;
    let name: String = HOSTILE.chars().take(64).collect();
    let fields = [("name", &*name), ("scope", "log:read"), ("site", OWN), ("days", "3")];
    let made = visitor.submit("/console/tokens", "/console/tokens", &fields).await;
    assert_eq!(made.status, 200, "{made:?}");
    is_text("made", made.text());
    assert!(made.text().contains("&#60;script&#62;") || made.text().contains("&lt;script&gt;"), "{made:?}");
    let listed = visitor.get("/console/tokens").await;
    is_text("listed", listed.text());
    let revoke = constat_tests::console::between(listed.text(), "href=\"/console/tokens/", "\"").to_owned();
    let asked = visitor.get(&format!("/console/tokens/{revoke}")).await;
    assert_eq!(asked.status, 200);
    is_text("asked", asked.text());
    let path = format!("/console/tokens/{revoke}");
    let revoked = visitor.submit(&path, &path, &[]).await;
    assert_eq!(revoked.status, 303, "{revoked:?}");
    let after = visitor.get(path_of(revoked.header("location"))).await;
    is_text("revoked", after.text());
    is_text("trail", visitor.get("/console/audit-trail").await.text());
    for query in [
        "/console/tokens?revoked=",
        "/console/audit-trail?who=",
        "/console/audit-trail?site=",
        "/console/sites/polaire/notices?on=",
    ] {
        let typed: String = HOSTILE.bytes().map(|byte| format!("%{byte:02X}")).collect();
        is_text(query, visitor.get(&format!("{query}{typed}")).await.text());
        is_text(query, house.visitor().get(&format!("{query}{typed}")).await.text());
    }
}

#[tokio::test]
async fn what_was_typed_into_a_form_comes_back_as_text() {
    let house = House::start();
    let (mut visitor, _) = house.person("ana@helvia.example", "admin", OWN).await;
    let fields = [("email", HOSTILE), ("role", HOSTILE), ("site", HOSTILE), ("until", HOSTILE)];
    let refused = visitor.submit("/console/people", "/console/people", &fields).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    is_text("people", refused.text());
    let mut stranger = house.visitor();
    is_text("sign-in", stranger.sign_in(HOSTILE, HOSTILE, HOSTILE).await.text());
    let address = "\"<b>x\"@helvia.example";
    let added = visitor
        .submit("/console/people", "/console/people", &[("email", address), ("role", "owner"), ("site", OWN)])
        .await;
    assert!(!added.text().contains("<b>x"), "{added:?}");
    let listed = visitor.get("/console/people").await;
    assert!(!listed.text().contains("<b>x"), "{listed:?}");
    if added.status == 200 {
        let id = constat_tests::console::between(listed.text(), "href=\"/console/people/", "/");
        let path = format!("/console/people/{id}/remove");
        is_text("remove", visitor.get(&path).await.text());
        let removed = visitor.submit(&path, &path, &[]).await;
        assert_eq!(removed.status, 303, "{path}: {removed:?}");
    }
}

#[tokio::test]
async fn the_name_of_a_controller_is_text_on_every_screen_of_its_site() {
    let house = House::start();
    let (mut visitor, _) = house.person("ana@helvia.example", "dpo", OWN).await;
    let file = with_shipped_vendors(OWN, SITE_ORIGIN);
    let line = file.lines().find(|line| line.starts_with("name = ")).unwrap();
    let named = format!("name = {}", toml_text(HOSTILE));
    house.sites.write(OWN, &file.replacen(line, &named, 1));
    house.server.signal(Signal::HUP);
    house.server.logs("the site files were", 1).await;
    if house.server.log().contains("the site files were not taken") {
        // The mark alone is refused by the site file: the rest has to be enough.
        let named = format!("name = {}", toml_text(&HOSTILE.replace('\u{202e}', "")));
        house.sites.write(OWN, &file.replacen(line, &named, 1));
        house.server.signal(Signal::HUP);
        house.server.logs("the site files were read again", 1).await;
    }
    let notices = visitor.get("/console/sites/polaire/notices").await;
    let hash =
        constat_tests::console::between(notices.text(), "/console/sites/polaire/notices/", "\"").to_owned();
    for path in [
        "/console/",
        "/console/account",
        "/console/tokens",
        "/console/audit-trail",
        "/console/sites/polaire",
        "/console/sites/polaire/log",
        "/console/sites/polaire/notices",
        &format!("/console/sites/polaire/notices/{}", &hash[..64]),
    ] {
        let page = visitor.get(path).await;
        assert_eq!(page.status, 200, "{path}: {page:?}");
        assert!(page.text().contains("alert(1)"), "{path} shows the name: {page:?}");
        is_text(path, page.text());
    }
}

fn toml_text(text: &str) -> String {
    let escaped = text.chars().map(|letter| match letter {
        '"' | '\\' => format!("\\{letter}"),
        '\u{202e}' => "\\u202e".to_owned(),
        _ => letter.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}
