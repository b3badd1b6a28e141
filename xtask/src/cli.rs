//! The command line: every command with its options.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};

/// The command line.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Constat's own commands")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Task,
}

/// One of the commands.
#[derive(Subcommand)]
pub enum Task {
    /// Build target/release/constat with the widget, the loader and the demo inside it
    Build,
    /// Build, then serve the demo site on 127.0.0.1
    Serve(ServeOptions),
    /// Check formatting and lints, and run all tests
    Test {
        /// Leave out documentation, dependencies, durability, faults, the browser and slow unit tests
        #[arg(long)]
        quick: bool,
        /// Browser engines to test on: chromium, firefox, webkit, separated by commas, or all
        #[arg(long, value_name = "LIST", default_value = "chromium", conflicts_with = "quick")]
        engines: Engines,
    },
    /// Build, then measure speed, memory and bytes; with `search`, only what a search costs; with `tags`, only a
    /// page of many tags in Chromium, beside two other consent tools
    Bench {
        /// The part that is measured; all but these two without one
        #[arg(value_parser = ["search", "tags"])]
        part: Option<String>,
    },
    /// Make the README's images, in docs/images
    Screenshots,
    /// Write the vendors that other catalogues know to www/catalogue/vendors
    ImportCatalogue(ImportOptions),
}

/// The sources of `import-catalogue`.
#[derive(Args)]
pub struct ImportOptions {
    /// The Open Cookie Database, open-cookie-database.csv
    #[arg(long, value_name = "FILE")]
    pub open_cookie_database: PathBuf,
    /// The unpacked package third-party-web
    #[arg(long, value_name = "DIR")]
    pub third_party_web: PathBuf,
    /// The unpacked package tarteaucitronjs
    #[arg(long, value_name = "DIR")]
    pub tarteaucitron: PathBuf,
    /// The day the sources were read, YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub read: String,
}

fn date(text: &str) -> Result<String, String> {
    let is_date = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if is_date { Ok(text.to_owned()) } else { Err("write it as YYYY-MM-DD".to_owned()) }
}

/// A browser engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// Blink, in Chromium.
    Chromium,
    /// Gecko, in Firefox ESR.
    Firefox,
    /// WebKit, in WebKitGTK.
    WebKit,
}

impl Engine {
    /// Every engine, in the order in which the tests run.
    pub const ALL: [Engine; 3] = [Engine::Chromium, Engine::Firefox, Engine::WebKit];

    /// As on the command line, and in `CONSTAT_ENGINE` for the tests.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::WebKit => "webkit",
        }
    }
}

/// Engines, each once and in the order of [`Engine::ALL`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Engines(pub Vec<Engine>);

impl FromStr for Engines {
    type Err = String;

    fn from_str(list: &str) -> Result<Engines, String> {
        let names: Vec<&str> = list.split(',').collect();
        let is_engine = |name: &str| Engine::ALL.into_iter().any(|engine| engine.name() == name);
        match names.iter().find(|name| **name != "all" && !is_engine(name)) {
            Some(unknown) => Err(format!("{unknown:?} is none of chromium, firefox, webkit and all")),
            None => Ok(Engines(
                Engine::ALL
                    .into_iter()
                    .filter(|engine| names.contains(&"all") || names.contains(&engine.name()))
                    .collect(),
            )),
        }
    }
}

/// Options of `serve` that go on to the server.
#[derive(Args)]
pub struct ServeOptions {
    /// Port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Folder of the records [default: ./constat-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Folder of site files to serve beside the demo
    #[arg(long, value_name = "DIR")]
    pub sites: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_run_once_and_in_their_order() {
        let engines = |list: &str| list.parse::<Engines>().map(|engines| engines.0);
        assert_eq!(engines("all"), Ok(Engine::ALL.to_vec()));
        assert_eq!(engines("webkit,chromium,webkit"), Ok(vec![Engine::Chromium, Engine::WebKit]));
        assert_eq!(
            engines("opera"),
            Err("\"opera\" is none of chromium, firefox, webkit and all".to_owned())
        );
        assert!(engines("").is_err());
    }
}
