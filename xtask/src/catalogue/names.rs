//! Names of vendors: when two are the same, and the id that is made of one.

/// Ends of a domain that some sources leave in a service's name.
const ENDINGS: [&str; 8] = [".com", ".io", ".net", ".fr", ".de", ".co", ".ai", ".nl"];

/// What two ways to write the same name have in common: letters and digits in lower case.
pub fn key(name: &str) -> String {
    let lower = without_ending(name);
    lower.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The id of a vendor that only its name is known of, such as `channel-me` for `Channel.me`.
pub fn slug(name: &str) -> String {
    let lower = without_ending(name);
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

fn without_ending(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    ENDINGS.iter().find_map(|ending| lower.strip_suffix(ending)).unwrap_or(&lower).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        assert_eq!(key("AB Tasty"), key("ABTasty"));
        assert_eq!(key("openx.net"), key("OpenX"));
        assert_ne!(key("Google Ads"), key("Google Analytics"));
    }

    #[test]
    fn an_id_has_words_and_dashes() {
        assert_eq!(slug("Visual Website Optimizer"), "visual-website-optimizer");
        assert_eq!(slug("DoubleClick/Google Marketing"), "doubleclick-google-marketing");
        assert_eq!(slug("openx.net"), "openx");
    }
}
