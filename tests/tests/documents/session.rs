//! A reader's first hour: the commands of a document are run in their order, in
//! a folder as the document describes it, and print what it shows.

use crate::markdown;
use crate::output::agrees;
use crate::shell::{Typed, commands, typed};
use crate::site_files::whole;
use constat_tests::consent;
use constat_tests::server::binary;
use reqwest::Client;
use reqwest::header::ORIGIN;
use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

const DEMO_SITE: &str = "boreale";

/// Commands that need an authority or a browser; `api/timestamp` and `browser/snapshot` run them.
const NOT_HERE: [&str; 2] = ["timestamp", "snapshot"];

/// A reader: a folder, a server, and one record.
struct Reader {
    dir: tempfile::TempDir,
    server: Option<Child>,
    record: Value,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop_server();
    }
}

impl Reader {
    fn new(site_file: Option<String>) -> Reader {
        let dir = tempfile::tempdir().expect("there is room for a temporary folder");
        std::fs::create_dir(dir.path().join("sites")).expect("the folder is new");
        let reader = Reader { dir, server: None, record: Value::Null };
        if let Some(text) = site_file {
            reader.write("sites/helvia.toml", &text);
        }
        reader
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.dir.path().join(name), text).expect("the folder can be written");
    }

    fn constat(&self) -> Command {
        let mut command = Command::new(binary());
        command.current_dir(self.dir.path());
        command
    }

    /// Types a line.
    ///
    /// # Errors
    /// What goes otherwise than the document shows.
    async fn types(&mut self, typed: &Typed) -> Result<(), String> {
        for words in commands(&typed.line) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            match words.as_slice() {
                ["cargo", "xtask", "serve"] => self.serve_demo(&typed.output).await?,
                ["cargo", ..] | [] => {}
                [_, "serve", options @ ..] => drop(self.serve(options, &typed.output)?),
                [_, command, ..] if NOT_HERE.contains(command) => {}
                [_, arguments @ ..] => self.run(arguments, &typed.output)?,
            }
        }
        Ok(())
    }

    fn run(&self, arguments: &[&str], shown: &[String]) -> Result<(), String> {
        let output = self.constat().args(self.own(arguments)).output().expect("the binary can be started");
        if !output.status.success() {
            return Err(format!("it fails: {}", String::from_utf8_lossy(&output.stderr)));
        }
        agrees(shown, &String::from_utf8_lossy(&output.stdout))
    }

    /// The arguments with the reader's own consent id and month.
    fn own(&self, arguments: &[&str]) -> Vec<String> {
        let text = |name: &str| self.record[name].as_str().unwrap_or_default();
        let mut own: Vec<String> = Vec::new();
        for argument in arguments {
            let replaced = match own.last().map(String::as_str) {
                Some("--consent-id") => text("consent_id"),
                Some("--month") => text("recorded_at").get(..7).unwrap_or_default(),
                _ => argument,
            };
            own.push(replaced.to_owned());
        }
        own
    }

    /// Starts a server, in place of the one that runs; gives what it prints.
    fn serve(&mut self, options: &[&str], shown: &[String]) -> Result<String, String> {
        self.stop_server();
        let mut command = self.constat();
        command.args(["serve", "--port", "0"]).args(options);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        self.server = Some(child);
        let mut printed = String::new();
        for line in stdout.lines().map_while(Result::ok) {
            printed += &format!("{line}\n");
            // The last line of a start.
            if line.starts_with("data ") {
                let shown = if shown.is_empty() { &["…".to_owned()] } else { shown };
                return agrees(shown, &printed).map(|()| printed);
            }
        }
        Err(format!("the server does not start; it prints {printed:?}"))
    }

    fn stop_server(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Serves the demo as `cargo xtask serve` does, and answers its banner.
    async fn serve_demo(&mut self, shown: &[String]) -> Result<(), String> {
        let printed = self.serve(&["--demo"], shown)?;
        let url =
            printed.lines().find_map(|line| line.strip_prefix("listening ")).expect("it prints its address");
        let client = Client::new();
        let get = async |path: String| {
            let answer = client.get(format!("{url}{path}")).send().await.expect("the server answers");
            answer.text().await.expect("the answer is text")
        };
        let notice = get(format!("/v1/sites/{DEMO_SITE}/notice/fr")).await;
        let notice: Value = serde_json::from_str(&notice).expect("a notice is JSON");
        let request = client.post(format!("{url}/v1/sites/{DEMO_SITE}/consents")).header(ORIGIN, url);
        let answer = request.body(refusal(&notice).to_string()).send().await.expect("the server answers");
        let answer: Value = answer.json().await.expect("the answer is JSON");
        self.record = answer["record"].clone();
        self.write("receipt.jwt", answer["receipt"].as_str().expect("an answer gets a receipt"));
        self.write("jwks.json", &get("/.well-known/jwks.json".to_owned()).await);
        Ok(())
    }
}

/// “Refuse all”, pressed on the banner of a notice.
fn refusal(notice: &Value) -> Value {
    let categories = notice["categories"].as_array().expect("a notice has categories");
    let (mut by_category, mut by_vendor) = (Map::new(), Map::new());
    for category in categories {
        let id = category["id"].as_str().expect("a category has an id");
        by_category.insert(id.to_owned(), json!(category["exempt"]));
        for vendor in category["vendors"].as_array().expect("a category has vendors") {
            by_vendor.insert(vendor["id"].as_str().expect("a vendor has an id").to_owned(), json!(false));
        }
    }
    let mut request =
        consent::request(notice["notice_hash"].as_str().expect("a notice has a hash"), "refuse_all");
    request["categories"] = Value::Object(by_category);
    request["vendors"] = Value::Object(by_vendor);
    request
}

async fn follow(path: &str, with_demo: bool) {
    let document = markdown::read(path);
    let mut reader = Reader::new(whole(&document));
    if with_demo {
        reader.serve_demo(&[]).await.expect("the demo is served");
    }
    for typed in typed(&document) {
        if let Err(why) = reader.types(&typed).await {
            panic!("{}: `{}`: {why}", typed.at, typed.line);
        }
    }
}

#[tokio::test]
async fn the_first_hour_of_the_readme_goes_as_it_is_written() {
    follow("README.md", false).await;
}

#[tokio::test]
async fn a_site_file_is_checked_and_served_as_it_is_written() {
    follow("docs/site-file.md", false).await;
}

#[tokio::test]
async fn a_record_is_proven_and_verified_as_it_is_written() {
    follow("docs/proof.md", true).await;
}
