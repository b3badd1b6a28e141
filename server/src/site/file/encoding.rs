//! The encoding of a file. Site files are UTF-8, as TOML is; one that an editor has saved otherwise is
//! refused by the name of its encoding, because a wrong guess would change what visitors read.

use super::report::Fault;
use super::source::FILE_BYTES_MAX;
use std::borrow::Cow;

/// How some editors begin a file in UTF-8.
const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The marks at the beginning of files in other encodings, the longer ones first (Unicode, section 23.8).
const MARKS: [(&[u8], &str); 4] = [
    (b"\xFF\xFE\0\0", "UTF-32LE"),
    (b"\0\0\xFE\xFF", "UTF-32BE"),
    (b"\xFF\xFE", "UTF-16LE"),
    (b"\xFE\xFF", "UTF-16BE"),
];

/// The text of a file, without the mark at its beginning.
///
/// # Errors
/// What is wrong with its encoding, and the line, from 1, where one can be named.
pub fn text_of(bytes: &[u8]) -> Result<Cow<'_, str>, (Option<usize>, Fault)> {
    if bytes.len() > FILE_BYTES_MAX {
        // It is refused for its size. The end of what was read may be the middle of a character.
        return Ok(String::from_utf8_lossy(bytes));
    }
    let marked = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, name)| *name);
    if let Some(name) = marked.or_else(|| unmarked(bytes)) {
        return Err((None, saved_as(name, format!("the file is in {name}"))));
    }
    let bytes = bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes);
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    Err((Some(line), one_byte(bytes, at)))
}

/// The encoding of a file with two or four bytes for each character and no mark: those of its many ASCII
/// characters are zero but one.
fn unmarked(bytes: &[u8]) -> Option<&'static str> {
    let zeros = |place: usize| bytes.iter().skip(place).step_by(4).filter(|byte| **byte == 0).count();
    let most = bytes.len() / 8;
    match [0, 1, 2, 3].map(|place| zeros(place) > most) {
        [false, true, true, true] => Some("UTF-32LE"),
        [true, true, true, false] => Some("UTF-32BE"),
        [false, true, false, true] => Some("UTF-16LE"),
        [true, false, true, false] => Some("UTF-16BE"),
        _ => None,
    }
}

/// What a byte says that no UTF-8 has: the file is in an encoding with one byte for each character, or only
/// some of it is.
fn one_byte(bytes: &[u8], at: usize) -> Fault {
    let byte = bytes[at];
    let is_partly_utf_8 = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if is_partly_utf_8 {
        let problem = format!("the byte 0x{byte:02X} is not UTF-8, but other letters of the file are");
        return Fault::new(problem, "Write the letter on this line again, and save the file as UTF-8");
    }
    // These are control characters in Latin-1, and letters and quotes in Windows-1252.
    let is_windows = bytes.iter().any(|byte| (0x80..0xA0).contains(byte));
    let name = if is_windows { "Windows-1252" } else { "Latin-1 (ISO-8859-1)" };
    let short = if is_windows { "WINDOWS-1252" } else { "ISO-8859-1" };
    saved_as(short, format!("the byte 0x{byte:02X} is not UTF-8: the file seems to be in {name}"))
}

fn saved_as(name: &str, problem: String) -> Fault {
    let remedy = format!(
        "Save it as UTF-8: choose that encoding when you save it in your editor, or convert it with \
         `iconv -f {name} -t UTF-8 OLD > NEW`"
    );
    Fault::new(problem, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::tests::sample::SITE_FILE;

    fn utf_16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    fn utf_32(text: &str, bytes_of: fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().flat_map(|letter| bytes_of(letter.into())).collect()
    }

    fn refused(bytes: &[u8]) -> (Option<usize>, String, String) {
        let (line, fault) = text_of(bytes).expect_err("it is not UTF-8");
        (line, fault.problem, fault.remedy)
    }

    #[test]
    fn utf_8_is_read_with_and_without_a_mark() {
        assert_eq!(text_of(SITE_FILE.as_bytes()).unwrap(), SITE_FILE);
        let marked = [UTF_8_MARK, SITE_FILE.as_bytes()].concat();
        assert_eq!(text_of(&marked).unwrap(), SITE_FILE);
        assert_eq!(text_of(b"").unwrap(), "");
        assert_eq!(text_of(UTF_8_MARK).unwrap(), "");
    }

    #[test]
    fn wide_encodings_are_named_with_and_without_a_mark() {
        let marked = format!("\u{FEFF}{SITE_FILE}");
        for text in [SITE_FILE, &marked, "a=1", "\u{FEFF}", "\u{FEFF}é"] {
            for (name, bytes) in [
                ("UTF-16LE", utf_16(text, u16::to_le_bytes)),
                ("UTF-16BE", utf_16(text, u16::to_be_bytes)),
                ("UTF-32LE", utf_32(text, u32::to_le_bytes)),
                ("UTF-32BE", utf_32(text, u32::to_be_bytes)),
            ] {
                let (line, problem, remedy) = refused(&bytes);
                assert_eq!((line, problem), (None, format!("the file is in {name}")), "{text}");
                assert!(remedy.contains("Save it as UTF-8"), "{remedy}");
                assert!(remedy.contains(&format!("iconv -f {name} -t UTF-8")), "{remedy}");
            }
        }
    }

    #[test]
    fn encodings_with_one_byte_a_letter_are_named_with_the_first_line_that_shows_it() {
        let (line, problem, remedy) = refused(b"id = \"boreale\"\nname = \"Bor\xE9ale\"\n");
        assert_eq!(line, Some(2));
        assert_eq!(problem, "the byte 0xE9 is not UTF-8: the file seems to be in Latin-1 (ISO-8859-1)");
        assert!(remedy.contains("UTF-8") && remedy.contains("iconv -f ISO-8859-1"), "{remedy}");
        let (line, problem, remedy) = refused(b"title = \"L\x92\xE9t\xE9\"");
        assert_eq!(line, Some(1));
        assert!(problem.contains("0x92") && problem.ends_with("Windows-1252"), "{problem}");
        assert!(remedy.contains("iconv -f WINDOWS-1252"), "{remedy}");
    }

    #[test]
    fn a_file_that_is_utf_8_but_for_a_letter_is_not_to_be_converted() {
        let (line, problem, remedy) = refused(b"a = \"\xC3\xA9\"\nb = \"\xE9\"\n");
        assert_eq!(line, Some(2));
        assert!(problem.contains("other letters of the file are"), "{problem}");
        assert!(!remedy.contains("iconv"), "{remedy}");
    }

    #[test]
    fn a_file_that_is_cut_off_within_a_letter_because_of_its_size_is_too_large() {
        let large = "é".repeat(FILE_BYTES_MAX / 2 + 1);
        assert!(text_of(&large.as_bytes()[..FILE_BYTES_MAX + 1]).is_ok());
    }
}
