//! The inline script of Google Consent Mode's advanced mode: it stands before Google's tag, so that what is denied
//! is denied also while consent.js is on its way, or when it never comes.

use crate::site::{ConsentMode, ConsentType, Region};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use constat_shared::Hash;
use std::fmt::Write;

/// The content of the script element: at most 400 bytes, without the regions. It says nothing where the loader was faster.
pub fn snippet(mode: &ConsentMode) -> String {
    let name = &mode.data_layer;
    let types: Vec<&str> = ConsentType::ALL.iter().map(|of| of.as_str()).collect();
    let mut more = String::new();
    for region in &mode.regions {
        write!(more, ";g(\"consent\",\"default\",{})", differs(region)).unwrap_or_default();
    }
    for (on, key) in
        [(mode.ads_data_redaction, "ads_data_redaction"), (mode.url_passthrough, "url_passthrough")]
    {
        if on {
            write!(more, ";g(\"set\",\"{key}\",true)").unwrap_or_default();
        }
    }
    format!(
        "{{let l=window.{name}=window.{name}||[],g=function(){{l.push(arguments)}},c={{security_storage:\"granted\",\
         wait_for_update:{wait}}};if(!l.some(e=>e&&e[1]==\"default\")){{for(let k of\"{types}\".split(\" \"))\
         c[k]=\"denied\";g(\"consent\",\"default\",c){more}}}}}",
        wait = mode.wait_for_update_ms,
        types = types.join(" "),
    )
}

/// What a Content Security Policy calls the script (CSP Level 3, section 2.3.1).
pub fn csp_hash(snippet: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Hash::of(snippet.as_bytes()).as_bytes()))
}

/// The types of a region as an object of JavaScript. Codes and names need no escapes.
fn differs(region: &Region) -> String {
    let granted = region.granted.iter().map(|of| format!("{of}:\"granted\""));
    let codes: Vec<String> = region.codes.iter().map(|code| format!("\"{code}\"")).collect();
    let all: Vec<String> = granted.chain([format!("region:[{}]", codes.join(","))]).collect();
    format!("{{{}}}", all.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Decider;
    use constat_shared::Category;

    /// The most bytes of its content, without the regions.
    const SNIPPET_BYTES_MAX: usize = 400;

    fn mode() -> ConsentMode {
        ConsentMode {
            advanced: true,
            wait_for_update_ms: 10_000,
            ads_data_redaction: true,
            url_passthrough: true,
            data_layer: "a234567890123456789012$4".to_owned(),
            map: [(); 6].map(|()| Decider::Category(Category::Advertising)),
            regions: Vec::new(),
        }
    }

    #[test]
    fn the_longest_snippet_without_regions_keeps_its_limit() {
        let longest = snippet(&mode());
        assert!(longest.len() <= SNIPPET_BYTES_MAX, "{} bytes: {longest}", longest.len());
        assert!(!longest.contains("</") && !longest.contains("<!--"));
    }

    #[test]
    fn a_region_is_one_more_default() {
        let region = Region { codes: vec!["US-CA".into()], granted: vec![ConsentType::AnalyticsStorage] };
        let text = snippet(&ConsentMode { regions: vec![region], ..mode() });
        let more = "g(\"consent\",\"default\",{analytics_storage:\"granted\",region:[\"US-CA\"]})";
        assert!(text.contains(more), "{text}");
    }
}
