//! The colours of a theme, and their contrast.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A text that is not a colour.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a colour written as #rrggbb")]
pub struct ColorError;

/// An opaque sRGB colour, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color([u8; 3]);

impl Color {
    /// Parses `#rrggbb`; either case is read, lower case is written.
    ///
    /// # Errors
    /// [`ColorError`] for any other text.
    pub fn parse(text: &str) -> Result<Color, ColorError> {
        let mut rgb = [0; 3];
        let digits = text.strip_prefix('#').ok_or(ColorError)?;
        hex::decode_to_slice(digits, &mut rgb).map_err(|_| ColorError)?;
        Ok(Color(rgb))
    }

    /// The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Color) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Relative luminance, from 0 to 1 (WCAG 2.2, "relative luminance").
    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl TryFrom<String> for Color {
    type Error = ColorError;
    fn try_from(text: String) -> Result<Self, ColorError> {
        Color::parse(&text)
    }
}

impl From<Color> for String {
    fn from(color: Color) -> String {
        color.to_string()
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_on_white_has_the_highest_contrast_and_a_colour_on_itself_none() {
        let (black, white) = (Color([0; 3]), Color([255; 3]));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        assert!((white.contrast(white) - 1.0).abs() < 1e-9);
        // #767676 is the lightest grey that passes 4.5:1 on white.
        assert!(Color::parse("#767676").unwrap().contrast(white) >= 4.5);
        assert!(Color::parse("#777777").unwrap().contrast(white) < 4.5);
    }

    #[test]
    fn a_colour_is_six_hexadecimal_digits() {
        assert_eq!(Color::parse("#0A2b3C").unwrap().to_string(), "#0a2b3c");
        for bad in ["", "#fff", "0a2b3c", "#0a2b3g", "red", "#0a2b3c;}"] {
            assert_eq!(Color::parse(bad), Err(ColorError), "{bad}");
        }
    }
}
