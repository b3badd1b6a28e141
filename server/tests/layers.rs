//! The layers of ARCHITECTURE.md, and what stays in its room.

use constat_testkit::layers::{OnlyIn, Rules};

#[test]
fn imports_go_strictly_down() {
    let rules = Rules {
        layers: &[
            &["main"],
            &["commands"],
            &["http"],
            &["jobs"],
            &["access"],
            &["consent"],
            &["proof"],
            &["render"],
            &["statistics"],
            &["store", "site", "chromium"],
            &["files"],
            &["cli", "failure", "clock", "telemetry", "crash"],
        ],
        only_in: &[
            OnlyIn {
                names: &["actix_web"],
                files: &["http/", "commands/console.rs", "commands/serve.rs", "commands/snapshot.rs"],
            },
            OnlyIn { names: &["actix_http", "actix_server", "actix_service", "governor"], files: &["http/"] },
            OnlyIn { names: &["rusqlite"], files: &["store/sqlite/"] },
            OnlyIn { names: &["redis"], files: &["store/redis/"] },
            OnlyIn {
                names: &["print!", "println!", "eprint!", "eprintln!", "dbg!"],
                files: &["commands/print.rs"],
            },
        ],
    };
    rules.assert_kept(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
}
