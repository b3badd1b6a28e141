//! The colours: that they can be read, and that refusing looks like accepting.

use super::super::error::Report;
use super::super::file::{ButtonFile, PaletteFile, ThemeFile};
use super::super::forms;
use constat_shared::Color;
use constat_shared::notice::{Palette, Theme};

/// The least contrast of text (WCAG 2.2, success criterion 1.4.3, level AA).
const CONTRAST_MIN: f64 = 4.5;

/// Background, text, button and words on the button, by day.
const LIGHT: [&str; 4] = ["#ffffff", "#1b1b1f", "#0b4f6c", "#ffffff"];
/// The same by night.
const DARK: [&str; 4] = ["#17181c", "#f1f1f4", "#8fd3f0", "#10222b"];

pub(super) fn check(file: &ThemeFile, report: &mut Report) -> Option<Theme> {
    let light = palette("theme.light", &file.light, LIGHT, report);
    let dark = palette("theme.dark", &file.dark, DARK, report);
    Some(Theme { light: light?, dark: dark? })
}

fn palette(at: &str, file: &PaletteFile, defaults: [&str; 4], report: &mut Report) -> Option<Palette> {
    let default = defaults.map(|text| Color::parse(text).expect("the default colours are colours"));
    let colour = |name: &str, given: Option<&str>, default, report: &mut Report| {
        report.field(&format!("{at}.{name}"), given, Some(default), "", forms::color)
    };
    let background = colour("background", file.background.as_deref(), default[0], report);
    let text = colour("text", file.text.as_deref(), default[1], report);
    let allow = button(&format!("{at}.allow_all"), file.allow_all.as_ref(), report);
    let refuse = button(&format!("{at}.refuse_all"), file.refuse_all.as_ref(), report);
    let (button, button_text) = match (allow, refuse) {
        (Given::Nothing, Given::Nothing) => (default[2], default[3]),
        (Given::Button(allow), Given::Button(refuse)) => {
            if allow != refuse {
                different(at, "accepting and refusing have different colours", report);
            }
            allow
        }
        (Given::Mistake, _) | (_, Given::Mistake) => return None,
        _ => {
            different(at, "accepting and refusing are not both coloured", report);
            return None;
        }
    };
    let palette = Palette { background: background?, text: text?, button, button_text };
    readable(at, &palette, report);
    Some(palette)
}

/// What a file says of a button.
enum Given {
    Nothing,
    Mistake,
    Button((Color, Color)),
}

fn button(at: &str, file: Option<&ButtonFile>, report: &mut Report) -> Given {
    let Some(file) = file else { return Given::Nothing };
    let remedy = "Write it as #rrggbb";
    let background = file.background.as_deref();
    let background = report.field(&format!("{at}.background"), background, None, remedy, forms::color);
    let text = report.field(&format!("{at}.text"), file.text.as_deref(), None, remedy, forms::color);
    background.zip(text).map_or(Given::Mistake, Given::Button)
}

fn different(at: &str, problem: &str, report: &mut Report) {
    let remedy = "Write the same background and text for `allow_all` and `refuse_all`, or leave both out: \
                  refusing must look like accepting";
    report.add(&format!("{at}.refuse_all"), problem, remedy);
}

/// Links have the colour of the buttons, so it too must show on the background.
fn readable(at: &str, palette: &Palette, report: &mut Report) {
    let pairs = [
        ("text", "text on background", palette.text, palette.background),
        ("allow_all.text", "the buttons' text on the buttons", palette.button_text, palette.button),
        (
            "allow_all.background",
            "the buttons' colour, which links have too, on the background",
            palette.button,
            palette.background,
        ),
    ];
    for (name, what, above, below) in pairs {
        let contrast = above.contrast(below);
        if contrast < CONTRAST_MIN {
            // Cut, not rounded: 4.496 must not read as 4.50.
            let contrast = (contrast * 100.0).floor() / 100.0;
            let problem = format!("{what} has a contrast of {contrast}:1 ({above} on {below})");
            report.add(
                &format!("{at}.{name}"),
                problem,
                format!("Choose colours with at least {CONTRAST_MIN}:1"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{BASE, assert_only_fault, site};
    use super::*;

    fn with(theme: &str) -> String {
        format!("{BASE}\n{theme}\n")
    }

    #[test]
    fn the_default_colours_can_be_read() {
        let theme = site(BASE).notice.theme;
        assert_eq!(theme.light.button.to_string(), LIGHT[2]);
        assert_eq!(theme.dark.background.to_string(), DARK[0]);
    }

    #[test]
    fn a_site_can_choose_the_colours_of_both_buttons() {
        let button = "{ background = \"#5B2A86\", text = \"#ffffff\" }";
        let theme = with(&format!("[theme.light]\nallow_all = {button}\nrefuse_all = {button}"));
        assert_eq!(site(&theme).notice.theme.light.button.to_string(), "#5b2a86");
    }

    #[test]
    fn accepting_and_refusing_styled_differently_is_a_mistake() {
        let text = with(
            "[theme.dark]\nallow_all = { background = \"#8fd3f0\", text = \"#10222b\" }\n\
             refuse_all = { background = \"#cccccc\", text = \"#10222b\" }",
        );
        let remedy = "Write the same background and text for `allow_all` and `refuse_all`";
        assert_only_fault(&text, "refuse_all", "theme.dark.refuse_all", remedy);
        let text = with("[theme.dark]\nallow_all = { background = \"#8fd3f0\", text = \"#10222b\" }");
        assert_only_fault(&text, "[theme.dark]", "theme.dark.refuse_all", remedy);
    }

    #[test]
    fn half_a_button_and_a_colour_that_is_none_are_mistakes() {
        let text = with(
            "[theme.dark]\nallow_all = { background = \"#8fd3f0\" }\n\
             refuse_all = { background = \"#8fd3f0\", text = \"#10222b\" }",
        );
        assert_only_fault(&text, "allow_all", "theme.dark.allow_all.text", "Write it as #rrggbb");
        let text = with("[theme.light]\ntext = \"black\"");
        assert_only_fault(&text, "text = \"black\"", "theme.light.text", "Write it as #rrggbb");
    }

    #[test]
    fn colours_that_cannot_be_read_are_a_mistake() {
        let text = with("[theme.light]\ntext = \"#777777\"");
        assert_only_fault(
            &text,
            "text = \"#777777\"",
            "theme.light.text",
            "Choose colours with at least 4.5:1",
        );
        let button = |background, text| {
            let button = format!("{{ background = \"{background}\", text = \"{text}\" }}");
            with(&format!("[theme.light]\nallow_all = {button}\nrefuse_all = {button}"))
        };
        let text = button("#0b4f6c", "#0b4f6d");
        assert_only_fault(&text, "allow_all", "theme.light.allow_all.text", "Choose colours");
        let text = button("#ffd100", "#000000");
        assert_only_fault(&text, "allow_all", "theme.light.allow_all.background", "Choose colours");
    }
}
