//! `constat prove` and `constat verify`: evidence bundles.

use crate::command::{constat, prove};
use constat_shared::{Evidence, Hash, LogId, LogShards};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};

#[tokio::test]
async fn a_bundle_is_verified_with_nothing_but_itself_and_any_change_is_found() {
    let api = Api::start();
    let (record, receipt) = api.record("allow_all").await;
    api.record("refuse_all").await;
    let data = api.data.path().to_owned();
    let file = prove(&data, &record);
    let jwks = data.join("jwks.json");
    std::fs::write(&jwks, api.get("/.well-known/jwks.json").await.body).unwrap();
    let receipt_file = data.join("receipt.jwt");
    std::fs::write(&receipt_file, &receipt).unwrap();
    let Api { server, data: _kept, .. } = api;
    assert!(server.stop());

    let name = file.to_str().unwrap();
    let output = constat(&data, &["verify", name]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let id = record.consent_id;
    assert!(text.contains(&format!("proven: consent id {id} on site {SITE}\n")), "{text}");
    assert!(text.contains("proven: the answer: allow all, on the banner, in French, recorded at"), "{text}");
    assert!(text.contains("not proven: that this key is the operator’s; compare it"), "{text}");
    assert!(text.contains("not proven: that a human hand clicked"), "{text}");

    let output = constat(&data, &["verify", name, "--jwks", jwks.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\nproven: this key is one of those the operator publishes"), "{text}");
    let other = data.join("other.json");
    std::fs::write(&other, r#"{"keys":[]}"#).unwrap();
    let output = constat(&data, &["verify", name, "--jwks", other.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("it is none of the published keys given"));

    let arguments = ["verify", "--receipt", receipt_file.to_str().unwrap(), "--jwks", jwks.to_str().unwrap()];
    assert!(constat(&data, &arguments).status.success());
    std::fs::write(&receipt_file, receipt.replacen("eyJ", "eyK", 1)).unwrap();
    assert_eq!(constat(&data, &arguments).status.code(), Some(1));

    let bytes = std::fs::read(&file).unwrap();
    for at in [0, bytes.len() / 3, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        std::fs::write(&file, changed).unwrap();
        let output = constat(&data, &["verify", name]);
        assert_eq!(output.status.code(), Some(1), "byte {at}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("NOT proven"), "byte {at}");
    }
}

#[tokio::test]
async fn a_bundle_names_the_files_that_were_served_when_the_record_was_taken() {
    let api = Api::start();
    let (record, _) = api.record("refuse_all").await;
    let bytes = std::fs::read(prove(api.data.path(), &record)).unwrap();
    let (evidence, _) = Evidence::verify(&bytes).unwrap();
    let files = &evidence.serving().unwrap().files;
    let mut served = 0;
    for (name, hash) in files {
        let path = match name.as_str() {
            "consent.js" => format!("/v1/sites/{SITE}/consent.js"),
            // The styles travel inside the others.
            "first_layer.css" | "configuration.css" => continue,
            asset => format!("/assets/{asset}"),
        };
        assert_eq!(Hash::of(&api.get(&path).await.body), *hash, "{name}");
        served += 1;
    }
    assert!(served >= 3 && files.len() == served + 2, "{files:?}");
    assert!(files.keys().any(|name| name.ends_with(".wasm")));

    // The same files are not logged again; those of another notice are.
    let api = api.restart();
    let log = LogId::of(&record, LogShards::ONE);
    assert_eq!(api.checkpoint(&log).await.size, 2);
    api.sites.write(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN).replace("1 rue", "2 rue"));
    api.server.signal(rustix::process::Signal::HUP);
    api.server.logs("the site files were read again", 1).await;
    assert_eq!(api.checkpoint(&log).await.size, 3);
    let bytes = std::fs::read(prove(api.data.path(), &record)).unwrap();
    assert_eq!(Evidence::verify(&bytes).unwrap().0.serving(), evidence.serving());
}
