//! Who may come in: roles are taken one by one, and no address names anybody.

use constat_tests::console::{House, OTHER, OWN, Visitor, add, between, path_of};
use constat_tests::server::{Server, run};
use reqwest::Method;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

const EMAIL: &str = "ana@helvia.example";
/// The most accounts of an installation.
const ACCOUNTS_MAX: u32 = 1000;

async fn give(admin: &mut Visitor, role: &str, site: &str) {
    let form = [("email", EMAIL), ("role", role), ("site", site)];
    let given = admin.submit("/console/people", "/console/people", &form).await;
    assert_eq!(given.status, 200, "{given:?}");
}

#[tokio::test]
async fn a_taken_role_closes_its_screens_at_once() {
    let house = House::start();
    let (mut admin, _) = house.person("root@helvia.example", "admin", "*").await;
    let (mut ana, _) = house.person(EMAIL, "dpo", OWN).await;
    give(&mut admin, "owner", OWN).await;
    let token = [("name", "nightly"), ("scope", "audit-trail:read"), ("site", OWN), ("days", "3")];
    assert_eq!(ana.submit("/console/tokens", "/console/tokens", &token).await.status, 200);
    let take = format!("{}/roles/dpo/{OWN}/take", admin.screens_of(EMAIL).await);
    assert!(admin.get("/console/people").await.text().contains(&format!("href=\"{take}\"")));

    let asked = admin.get(&take).await;
    assert_eq!(asked.status, 200);
    let gone = between(asked.text(), "id=\"gone\"", "</ul>");
    for named in ["Data protection officer", "Acknowledge notices", "Read the audit trail", "nightly"] {
        assert!(gone.contains(named), "{named}: {gone}");
    }
    assert!(!gone.contains("Read the log"), "an owner reads it too: {gone}");
    assert!(between(asked.text(), "id=\"stays\"", "</ul>").contains("Site owner"), "{asked:?}");
    assert_eq!(ana.get("/console/audit-trail").await.status, 200, "asking takes nothing");

    let taken = admin.submit(&take, &take, &[]).await;
    assert_eq!((taken.status, taken.header("location")), (303, "/console/people?taken"));
    assert_eq!(ana.get("/console/audit-trail").await.status, 403);
    assert_eq!(ana.get(&format!("/console/sites/{OWN}/log")).await.status, 200);
    assert_eq!(admin.submit("/console/people", &take, &[]).await.status, 303, "twice is once");
    assert_eq!(admin.get(&take).await.status, 404, "they do not have it any more");
}

#[tokio::test]
async fn the_last_role_goes_with_the_account_and_own_roles_and_those_of_other_sites_stay() {
    let house = House::start();
    let (mut root, _) = house.person("root@helvia.example", "admin", "*").await;
    let (mut admin, _) = house.person("admin@helvia.example", "admin", OWN).await;
    let (mut ana, _) = house.person(EMAIL, "owner", OWN).await;
    let screens = admin.screens_of(EMAIL).await;
    let take = format!("{screens}/roles/owner/{OWN}/take");
    assert!(!admin.get("/console/people").await.text().contains(&take), "it is not offered");
    let asked = admin.get(&take).await;
    assert!(asked.status == 200 && asked.text().contains(&format!("href=\"{screens}/remove\"")), "{asked:?}");
    let refused = admin.submit("/console/people", &take, &[]).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert_eq!(ana.get(&format!("/console/sites/{OWN}")).await.status, 200);

    give(&mut root, "owner", OTHER).await;
    let elsewhere = format!("{screens}/roles/owner/{OTHER}/take");
    assert_eq!(admin.get(&elsewhere).await.status, 404, "a role that an admin of one site does not see");
    assert_eq!(admin.submit("/console/people", &elsewhere, &[]).await.status, 403);
    let list = admin.get("/console/people").await;
    assert!(!list.text().contains(&format!("{screens}/remove")), "not the whole account: {list:?}");
    assert_eq!(admin.submit("/console/people", &take, &[]).await.status, 303);
    assert!(!admin.get("/console/people").await.text().contains(EMAIL), "nothing of their site is left");
    assert_eq!(ana.get(&format!("/console/sites/{OTHER}")).await.status, 200);

    let own = root.screens_of("admin@helvia.example").await;
    for path in ["roles/admin/polaire/take", "remove", "link"] {
        let path = format!("{own}/{path}");
        assert_eq!(admin.get(&path).await.status, 403, "{path}");
        assert_eq!(admin.submit("/console/people", &path, &[]).await.status, 403, "{path}");
    }
    for wrong in ["roles/none/polaire/take", "roles/owner/NOT%20A%20SITE/take", "roles/owner/*/take"] {
        assert_eq!(root.get(&format!("{screens}/{wrong}")).await.status, 404, "{wrong}");
    }
}

/// Adds accounts behind the server's back, like the one of that address, until there are so many.
fn fill(house: &House, like: &str, count: u32) {
    let mut store = Connection::open(house.data.path().join("constat.db")).unwrap();
    let there: u32 = store
        .query_row("SELECT count(*) FROM documents WHERE kind = 'account'", [], |row| row.get(0))
        .unwrap();
    let json: String = store
        .query_row("SELECT json FROM documents WHERE kind = 'account' AND id = ?", [like], |row| row.get(0))
        .unwrap();
    let mut account: Value = serde_json::from_str(&json).unwrap();
    let transaction = store.transaction().unwrap();
    for number in there..count {
        let email = format!("person-{number:04}@helvia.example");
        account["email"] = json!(email);
        account["id"] = json!(format!("{number:032x}"));
        let sql = "INSERT INTO documents (kind, id, version, json) VALUES ('account', ?, 1, ?)";
        transaction.execute(sql, params![email, account.to_string()]).unwrap();
    }
    transaction.commit().unwrap();
}

#[tokio::test]
async fn who_has_an_account_gets_a_role_also_when_there_are_as_many_accounts_as_may_be() {
    let house = House::start();
    let (mut admin, _) = house.person("root@helvia.example", "admin", "*").await;
    house.link(EMAIL, "owner", OWN).await;
    fill(&house, EMAIL, ACCOUNTS_MAX);
    give(&mut admin, "auditor", OWN).await;
    let form = [("email", "new@helvia.example"), ("role", "owner"), ("site", OWN)];
    let refused = admin.submit("/console/people", "/console/people", &form).await;
    assert!(refused.status == 422 && refused.text().contains("id=\"error-email\""), "{refused:?}");
    let token = house.token("directory", &["people:write"]).await;
    for (email, detail) in [(EMAIL, "has an account"), ("new@helvia.example", "as many")] {
        let new = json!({ "email": email, "role": "owner", "sites": [OWN] });
        let refused = house.make(&token, "users", &new, None).await;
        assert!(refused.status == 409 && refused.text().contains(detail), "{email}: {refused:?}");
    }
    let remove = format!("{}/remove", admin.screens_of(EMAIL).await);
    assert_eq!(admin.submit(&remove, &remove, &[]).await.status, 303);
    give(&mut admin, "owner", OWN).await;
}

#[tokio::test]
async fn no_address_of_a_list_or_a_screen_of_people_names_anybody() {
    let house = House::start();
    let (mut admin, _) = house.person("root@helvia.example", "admin", "*").await;
    house.link(EMAIL, "owner", OWN).await;
    fill(&house, EMAIL, 450);
    let is_blind = |path: &str| !path.contains(['@', '%']) && !path.contains("helvia");
    let (mut path, mut seen) = ("/console/people".to_owned(), 0);
    loop {
        let page = admin.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        seen += between(page.text(), "<tbody>", "</tbody>").matches("<tr>").count();
        for attribute in ["href=\"", "action=\""] {
            let mut paths = page.text().split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap());
            assert!(paths.all(is_blind), "{page:?}");
        }
        let Some((_, next)) = page.text().split_once("href=\"/console/people?after=") else { break };
        path = format!("/console/people?after={}", next.split('"').next().unwrap());
    }
    assert_eq!(seen, 450);
    assert_eq!(admin.get("/console/people?after=ana%40helvia.example").await.status, 422);

    let token = house.token("directory", &["people:write"]).await;
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = house.read(&token, &format!("users?limit=100{cursor}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["email"].to_string()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        assert!(is_blind(next), "{next}");
        cursor = format!("&cursor={next}");
        // The one whose page ended there is gone meanwhile.
        let last = seen.last().unwrap().trim_matches('"').replace('@', "%40");
        let removed = house.ask(&token, Method::DELETE, &format!("users/{last}")).await;
        assert!([204, 403].contains(&removed.status), "{removed:?}");
    }
    // The token is for one site: it does not see who lets people in on all of them.
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert!(seen == sorted && seen.len() >= 449, "{}", seen.len());
    let refused = house.ask(&token, Method::GET, "users?cursor=ana%40helvia.example").await;
    refused.assert_problem("an address", "invalid_field", "cursor");
}

#[tokio::test]
async fn the_account_of_the_demo_is_shown_as_such_and_offers_nothing_that_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--demo"]);
    let mut demo = Visitor::at(&server);
    let entered = demo.get(path_of(&server.console)).await;
    assert_eq!(entered.status, 303, "{entered:?}");
    let account = demo.get("/console/account").await;
    assert!(!account.text().contains("/console/account/second-factor"), "{account:?}");
    assert!(!account.text().contains("/console/account/password"), "{account:?}");
    assert_eq!(demo.get("/console/account/second-factor").await.status, 404);

    let mut admin = Visitor::at(&server);
    let link = add(data.path(), &[], "root@helvia.example", "admin", "*").await;
    admin.welcome("root@helvia.example", &link).await;
    let list = admin.get("/console/people").await;
    let row = list.text().split("<tr").find(|row| row.contains("demo@constat.example")).unwrap();
    assert!(row.contains(">Demo<") && !row.contains("href="), "{row}");
    let listed = run(["user", "list", "--data", data.path().to_str().unwrap()]).await;
    let listed = String::from_utf8(listed.stdout).unwrap();
    let line = listed.lines().find(|line| line.contains("demo@constat.example")).unwrap();
    assert!(line.contains("demo's account") && !line.contains("not used"), "{line}");
}
