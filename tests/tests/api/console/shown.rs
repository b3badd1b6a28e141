//! What a visitor was shown, on the screens of the console.

use crate::command::prove;
use constat_shared::{Evidence, Hash, Record};
use constat_tests::api::{client, notice_hash, post};
use constat_tests::consent::request;
use constat_tests::console::{House, OWN, between};
use serde_json::{Value, json};

/// The trees in which layers stand: where the style is that each begins with, and what is drawn.
fn drawn(html: &str) -> Vec<(String, String)> {
    let trees = html.split("<blockquote inert><template shadowrootmode=\"open\">").skip(1);
    trees
        .map(|tree| {
            let (tree, _) = tree.split_once("</template></blockquote>").unwrap();
            let style = between(tree, "<link rel=\"stylesheet\" href=\"", "\"").to_owned();
            let (_, layer) =
                tree.split_once("<link rel=\"stylesheet\" href=\"/console/layer.css\">").unwrap();
            (style, layer.to_owned())
        })
        .collect()
}

async fn answer(house: &House, consent: &Value) -> Record {
    serde_json::from_value(post(&house.server, consent).await.json()["record"].clone()).unwrap()
}

/// The first layer that the site serves in a language.
async fn served(house: &House, language: &str) -> String {
    let asked = client().get(format!("{}/v1/sites/{OWN}/banner/{language}", house.server.url));
    constat_tests::api::answer(asked).await.json()["html"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_answer_and_its_notice_show_the_layers_as_the_site_serves_them() {
    let house = House::start();
    let (mut dpo, _) = house.person("dpo@helvia.example", "dpo", OWN).await;
    let hash = notice_hash(&house.server).await;
    let mut consent = request(&hash, "refuse_all");
    consent["language"] = json!("nl");
    let record = answer(&house, &consent).await;
    let timeline = dpo.get(&format!("/console/sites/{OWN}/records/{}", record.consent_id)).await;
    let [(style, layer)] = &drawn(timeline.text())[..] else { panic!("{timeline:?}") };
    assert_eq!(*layer, served(&house, "nl").await);

    let css = dpo.get(style).await;
    assert_eq!(css.header("content-type"), "text/css; charset=utf-8");
    let bundle = std::fs::read(prove(house.data.path(), &record)).unwrap();
    let (evidence, _) = Evidence::verify(&bundle).unwrap();
    assert_eq!(Hash::of(&css.body), evidence.serving().unwrap().files["first_layer.css"], "as in the log");
    assert!(timeline.text().contains("Its files are those that the log names."), "{timeline:?}");
    assert!(timeline.text().contains("<blockquote class=\"shown\" lang=\"nl\""), "for who hears the page");

    let notice = dpo.get(&format!("/console/sites/{OWN}/notices/{hash}")).await;
    let layers = drawn(notice.text());
    assert_eq!(layers.len(), 2 * notice.text().matches("<details class=\"sheet\"").count());
    assert!(layers.contains(&(style.clone(), layer.clone())), "{layers:?}");

    let mut consent = request(&hash, "save");
    consent["layer"] = json!("configuration");
    consent["vendors"]["youtube"] = json!(true);
    let record = answer(&house, &consent).await;
    let timeline = dpo.get(&format!("/console/sites/{OWN}/records/{}", record.consent_id)).await;
    let [(_, layer)] = &drawn(timeline.text())[..] else { panic!("{timeline:?}") };
    let switched_on =
        |tag: &str| tag.starts_with("checked").then(|| between(tag, "name=\"", "\"").to_owned());
    assert_eq!(layer.split("<input ").filter_map(switched_on).collect::<Vec<_>>(), ["youtube"], "{layer}");
    assert!(
        layer.starts_with("<dialog ") && timeline.text().contains("as the visitor saved them"),
        "{layer}"
    );
    let css = dpo.get("/console/configuration.css").await;
    assert_eq!(Hash::of(&css.body), evidence.serving().unwrap().files["configuration.css"], "as in the log");
}
