//! Subcommands on a data folder, as an operator runs them.

use constat_shared::Record;
use constat_tests::api::SITE;
use constat_tests::server::binary;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub fn constat(data: &Path, args: &[&str]) -> Output {
    let (command, rest) = args.split_first().unwrap();
    let mut constat = Command::new(binary());
    constat.arg(command).args(rest);
    if *command != "verify" {
        constat.arg("--data").arg(data);
    }
    constat.output().unwrap()
}

pub fn prove(data: &Path, record: &Record) -> PathBuf {
    let file = data.join("evidence.json");
    let (id, event) = (record.consent_id.to_string(), record.event_id.to_string());
    let name = file.to_str().unwrap();
    let output =
        constat(data, &["prove", "--site", SITE, "--consent-id", &id, "--event", &event, "-o", name]);
    assert!(output.status.success(), "{output:?}");
    file
}

/// What a command prints, which has to succeed.
pub fn printed(data: &Path, args: &[&str]) -> String {
    let output = constat(data, args);
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// As [`printed`], as JSON.
pub fn json(data: &Path, args: &[&str]) -> serde_json::Value {
    serde_json::from_str(&printed(data, args)).unwrap()
}

/// The words with which a command fails.
pub fn refused(data: &Path, args: &[&str]) -> String {
    let output = constat(data, args);
    assert_eq!((output.status.code(), &*output.stdout), (Some(1), &b""[..]), "{args:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}
