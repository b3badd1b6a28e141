//! The colours: that they can be read, and that refusing looks like accepting.

use crate::site::file::report::Report;
use crate::site::file::schema::{ButtonFile, PaletteFile, ThemeFile};
use crate::site::file::values;
use constat_shared::{Color, Palette, Theme};

/// The least contrast of text (WCAG 2.2, success criterion 1.4.3, level AA).
const CONTRAST_MIN: f64 = 4.5;

/// Background, text, button and words on the button, by day.
pub const LIGHT: [&str; 4] = ["#ffffff", "#1b1b1f", "#0b4f6c", "#ffffff"];
/// The same by night.
pub const DARK: [&str; 4] = ["#17181c", "#f1f1f4", "#8fd3f0", "#10222b"];

pub fn check(file: &ThemeFile, report: &mut Report) -> Option<Theme> {
    let light = palette("theme.light", &file.light, LIGHT, report);
    let dark = palette("theme.dark", &file.dark, DARK, report);
    Some(Theme { light: light?, dark: dark? })
}

fn palette(at: &str, file: &PaletteFile, defaults: [&str; 4], report: &mut Report) -> Option<Palette> {
    let default = defaults.map(|text| Color::parse(text).expect("the default colours are colours"));
    let colour = |name: &str, given: Option<&str>, default, report: &mut Report| {
        report.field(&format!("{at}.{name}"), given, Some(default), "", values::color)
    };
    let background = colour("background", file.background.as_deref(), default[0], report);
    let text = colour("text", file.text.as_deref(), default[1], report);
    let allow = button(&format!("{at}.allow_all"), file.allow_all.as_deref(), report);
    let refuse = button(&format!("{at}.refuse_all"), file.refuse_all.as_deref(), report);
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

/// What a file gives for a button.
enum Given {
    Nothing,
    Mistake,
    Button((Color, Color)),
}

fn button(at: &str, file: Option<&ButtonFile>, report: &mut Report) -> Given {
    let Some(file) = file else { return Given::Nothing };
    let remedy = "Write it as #rrggbb";
    let background = file.background.as_deref();
    let background = report.field(&format!("{at}.background"), background, None, remedy, values::color);
    let text = report.field(&format!("{at}.text"), file.text.as_deref(), None, remedy, values::color);
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
