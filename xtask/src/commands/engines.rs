//! The browser tests on each engine, and which of them run on one engine only.

use crate::cli::Engine;
use crate::tools::browsers::{ensure_chromium, ensure_firefox, ensure_webkit};
use crate::tools::failure::Failure;
use crate::tools::workspace::Workspace;

/// Tests that are left out on some engines.
struct Exception {
    /// A module of the browser tests, or one test with its module.
    tests: &'static str,
    /// Where they run.
    on: &'static [Engine],
    why: &'static str,
}

/// All other browser tests run on every engine.
const EXCEPTIONS: [Exception; 20] = [
    Exception {
        tests: "snapshot::",
        on: &[Engine::Chromium],
        why: "the pictures are taken by the server's own Chromium",
    },
    Exception {
        tests: "screenshots::",
        on: &[Engine::Chromium],
        why: "they make the pictures of the README",
    },
    Exception {
        tests: "verify::",
        on: &[Engine::Chromium],
        why: "the verifier is a page of its own, in which no host page interferes",
    },
    Exception {
        tests: "console::",
        on: &[Engine::Chromium],
        why: "scripts are switched off by Chromium's DevTools; the screens are HTML and CSS alone",
    },
    Exception { tests: "console_records::", on: &[Engine::Chromium], why: "as the console's other tests" },
    Exception {
        tests: "harness::",
        on: &[Engine::Chromium],
        why: "the tools of the tests, which the other tests use on every engine",
    },
    Exception {
        tests: "holder::",
        on: &[Engine::Chromium],
        why: "whose records an answer may add to, which the server decides",
    },
    Exception {
        tests: "terms::",
        on: &[Engine::Chromium],
        why: "who is asked again, by arithmetic on the cookie",
    },
    Exception {
        tests: "record::",
        on: &[Engine::Chromium],
        why: "a list made of what the server answers, in elements that every engine has",
    },
    Exception {
        tests: "manage::",
        on: &[Engine::Chromium],
        why: "the layer that answers and keyboard open on every engine, opened again",
    },
    Exception {
        tests: "delivery::",
        on: &[Engine::Chromium],
        why: "what the loader does with the server's answers",
    },
    Exception {
        tests: "resilience::",
        on: &[Engine::Chromium],
        why: "what the loader does where the server is silent",
    },
    Exception {
        tests: "setups::",
        on: &[Engine::Chromium],
        why: "pages of marks and signals, each of which the other tests try on every engine",
    },
    Exception {
        tests: "tag_manager::",
        on: &[Engine::Chromium],
        why: "a template that runs in an emulation, by arithmetic",
    },
    Exception {
        tests: "widget::",
        on: &[Engine::Chromium, Engine::WebKit],
        why: "when the widget is fetched; Firefox takes four times as long to start",
    },
    Exception {
        tests: "visuals::refusing_and_allowing_weigh_the_same",
        on: &[Engine::Chromium, Engine::Firefox],
        why: "WebKitGTK takes light or dark from the desktop",
    },
    Exception {
        tests: "preventing::",
        on: &[Engine::WebKit],
        why: "a rule of Safari's engine; it needs no driver",
    },
    Exception {
        tests: "receipt::",
        on: &[Engine::Chromium],
        why: "what the server signs; MiniBrowser asks where a download is to go",
    },
    Exception {
        tests: "taking_back::a_page_in_a_frame_on_another_site_is_asked_once_and_can_take_back",
        on: &[Engine::Chromium, Engine::Firefox],
        why: "WebKit keeps no cookie for a frame on another site",
    },
    Exception {
        tests: "follows::a_page_that_is_prepared_unseen_releases_nothing_and_follows_the_last_answer",
        on: &[Engine::Chromium],
        why: "the others prepare no page before it is asked for",
    },
];

/// Makes sure that the browser of an engine is installed.
pub fn ensure(workspace: &Workspace, engine: Engine) -> Result<(), Failure> {
    match engine {
        Engine::Chromium => ensure_chromium(),
        Engine::Firefox => ensure_firefox(workspace),
        Engine::WebKit => ensure_webkit(),
    }
}

/// The name of the suite.
pub fn suite(engine: Engine) -> &'static str {
    match engine {
        Engine::Chromium => "browser: Chromium",
        Engine::Firefox => "browser: Firefox",
        Engine::WebKit => "browser: WebKit",
    }
}

/// The options that leave out what does not run on the engine. Prints each, so that nobody takes a
/// test that did not run for one that passed.
pub fn options(engine: Engine) -> Vec<&'static str> {
    let left_out = EXCEPTIONS.iter().filter(|exception| !exception.on.contains(&engine));
    left_out
        .flat_map(|Exception { tests, why, .. }| {
            println!("   NOT HERE: {tests} ({why})");
            ["--skip", tests]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn what_is_left_out_exists() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tests/browser");
        for Exception { tests, .. } in EXCEPTIONS {
            let (module, name) = tests.split_once("::").unwrap();
            let source = fs::read_to_string(folder.join(module).with_extension("rs")).unwrap();
            assert!(source.contains(&format!("fn {name}")), "{tests} names no test");
        }
    }

    #[test]
    fn everything_runs_on_chromium_but_a_rule_of_webkit_s() {
        assert_eq!(options(Engine::Chromium), ["--skip", "preventing::"]);
    }
}
