//! The language: of the browser before sign-in, of the account after it.

use constat_tests::console::{House, OWN};

fn language(html: &str) -> &str {
    constat_tests::console::between(html, "<html lang=\"", "\"")
}

#[tokio::test]
async fn the_browser_chooses_before_sign_in_and_the_account_after_it() {
    let house = House::start();
    let mut visitor = house.visitor();
    for (preferred, shown) in
        [("fr-FR, en;q=0.5", "fr"), ("nl-BE", "nl"), ("de", "de"), ("en", "en"), ("xx", "en")]
    {
        visitor.language = preferred.to_owned();
        let page = visitor.get("/console/sign-in").await;
        assert_eq!(language(page.text()), shown, "{preferred}");
    }
    visitor.language = "fr".to_owned();
    let link = house.link("ana@helvia.example", "dpo", OWN).await;
    visitor.welcome("ana@helvia.example", &link).await;
    for screen in ["/console/", "/console/account", "/console/audit-trail", "/console/none"] {
        assert_eq!(language(visitor.get(screen).await.text()), "fr", "{screen}");
    }
    for chosen in ["de", "nl", "en", "fr", "de"] {
        let fields = [("language", chosen), ("return_to", "/console/tokens?before=x")];
        let set = visitor.submit("/console/account", "/console/account/language", &fields).await;
        assert_eq!((set.status, set.header("location")), (303, "/console/tokens?before=x"));
        assert_eq!(language(visitor.get("/console/tokens").await.text()), chosen);
    }
    let fields = [("language", "xx"), ("return_to", "/console/")];
    visitor.submit("/console/account", "/console/account/language", &fields).await;
    assert_eq!(language(visitor.get("/console/account").await.text()), "de", "another one changes nothing");
    visitor.submit("/console/account", "/console/sign-out", &[]).await;
    assert_eq!(language(visitor.get("/console/sign-in").await.text()), "fr", "the browser's again");
}
