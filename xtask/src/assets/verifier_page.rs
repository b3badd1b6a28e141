//! The verifier's page: one HTML file with style, script and WebAssembly inside it. It works from
//! a disk as well as from the server.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::assets::glue::Bound;
use crate::assets::minify::{Kind, minify};
use crate::tools::failure::Failure;
use crate::tools::files::read;

/// The page's name among the assets.
pub const PAGE: &str = "verify.html";

/// The name of the glue in `www/verify/script.js`.
pub const GLOBAL: &str = "constat_verifier";

/// The sources of the page.
pub struct Page {
    html: String,
    style: String,
    script: String,
    texts: String,
}

/// The page as it is served, and saved to disks.
pub struct Built {
    /// The whole file.
    pub html: String,
    /// Its Content Security Policy: it allows the script and style inside the page, and nothing else.
    pub policy: String,
}

impl Page {
    /// Reads the sources from their folder.
    pub fn read(folder: &Path) -> Result<Page, Failure> {
        let text = |name: &str| Ok(String::from_utf8_lossy(&read(&folder.join(name))?).into_owned());
        Ok(Page {
            html: text("page.html")?,
            style: text("style.css")?,
            script: text("script.js")?,
            texts: text("texts.json")?,
        })
    }

    /// Everything the page is made from, except the WebAssembly.
    pub fn sources(&self) -> impl Iterator<Item = &[u8]> {
        [&self.html, &self.style, &self.script, &self.texts].into_iter().map(|source| source.as_bytes())
    }

    /// Puts it all into one file.
    pub fn build(&self, bound: Bound) -> Result<Built, Failure> {
        let texts: serde_json::Value = serde_json::from_str(&self.texts).map_err(|error| {
            Failure::new(
                format!("www/verify/texts.json is not JSON: {error}."),
                "Fix it and run the command again.",
            )
        })?;
        let wasm = format!("\"{}\"", BASE64.encode(bound.wasm));
        let script = format!("(function () {{ {}\n{} }})();", bound.js, self.script);
        let script = minify("www/verify/script.js", &script, Kind::Script)?;
        // Filled in after the minifier, so that it does not parse half a megabyte of digits.
        let script = fill(&script, "__VERIFY_TEXTS__", &texts.to_string())?;
        let script = fill(&script, "__VERIFY_WASM__", &wasm)?;
        // The HTML parser ends a script at these two characters and its name, also inside a string.
        let script = script.replace("</", "<\\/");
        let policy = policy(&script, &self.style);
        let html = fill(&self.html, "__VERIFY_POLICY__", &policy)?;
        let html = fill(&html, "__VERIFY_STYLE__", &self.style)?;
        let html = fill(&html, "__VERIFY_SCRIPT__", &script)?;
        Ok(Built { html, policy })
    }
}

/// `data:` is for the icon in the tab, without which browsers ask the server for one.
fn policy(script: &str, style: &str) -> String {
    let hash = |text: &str| BASE64.encode(Sha256::digest(text));
    let (script, style) = (hash(script), hash(style));
    format!(
        "default-src 'none'; script-src 'sha256-{script}' 'wasm-unsafe-eval'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
}

fn fill(text: &str, place: &str, value: &str) -> Result<String, Failure> {
    match text.matches(place).count() {
        1 => Ok(text.replace(place, value)),
        count => Err(Failure::new(
            format!("the verifier's page names {place} {count} times, not once."),
            "Name it once in www/verify/page.html or script.js.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(script: &str) -> Page {
        Page {
            html: "<meta content=\"__VERIFY_POLICY__\"><style>__VERIFY_STYLE__</style><script>__VERIFY_SCRIPT__</script>".into(),
            style: "a { color: red }".into(),
            script: script.into(),
            texts: r#"{"fr":"</script>"}"#.into(),
        }
    }

    fn bound() -> Bound {
        Bound { js: "let constat_verifier = window.x;".into(), wasm: b"wasm".to_vec() }
    }

    #[test]
    fn the_page_holds_all_of_it_and_its_policy_names_the_script_by_hash() {
        let script = "window.y(constat_verifier, __VERIFY_WASM__, __VERIFY_TEXTS__);";
        let built = page(script).build(bound()).unwrap();
        let (_, rest) = built.html.split_once("<script>").unwrap();
        let (inside, _) = rest.split_once("</script>").unwrap();
        assert!(inside.contains("\"d2FzbQ==\"") && inside.contains(r"<\/script>"), "{inside}");
        let hash = BASE64.encode(Sha256::digest(inside));
        assert!(built.policy.contains(&format!("script-src 'sha256-{hash}'")), "{}", built.policy);
        assert!(built.html.contains(&built.policy) && built.html.contains("<style>a { color: red }"));
    }

    #[test]
    fn a_script_that_lost_a_placeholder_is_refused() {
        let failure = page("window.y(__VERIFY_WASM__)").build(bound()).err().unwrap().to_string();
        assert!(failure.contains("__VERIFY_TEXTS__ 0 times, not once"), "{failure}");
    }
}
