//! What is drawn besides text: signs, lines, boxes, and the QR code.

use krilla::geom::{Path, PathBuilder, Rect};
use qrcode::{Color as Module, EcLevel, QrCode};

/// A sign before a check: its shape says the same as its colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Well.
    Check,
    /// Failed.
    Cross,
    /// Open.
    Dash,
}

/// The strokes of a sign in a square of that size.
pub fn sign(sign: Sign, x: f32, y: f32, size: f32) -> Option<Path> {
    let lines: &[&[(f32, f32)]] = match sign {
        Sign::Check => &[&[(0.08, 0.55), (0.38, 0.85), (0.94, 0.16)]],
        Sign::Cross => &[&[(0.12, 0.14), (0.88, 0.88)], &[(0.88, 0.14), (0.12, 0.88)]],
        Sign::Dash => &[&[(0.1, 0.52), (0.9, 0.52)]],
    };
    let mut path = PathBuilder::new();
    for line in lines {
        for (at, (right, down)) in line.iter().enumerate() {
            let (x, y) = (x + right * size, y + down * size);
            if at == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
    }
    path.finish()
}

/// A filled rectangle.
pub fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x, y, width, height)?);
    path.finish()
}

/// The dark modules of the QR code of a text, in a square of that size; `None` when the text is too long.
pub fn qr_code(text: &str, x: f32, y: f32, size: f32) -> Option<Path> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let module = size / code.width() as f32;
    let mut path = PathBuilder::new();
    for (down, row) in code.to_colors().chunks(code.width()).enumerate() {
        let mut right = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Module::Dark {
                let (left, top) = (x + right as f32 * module, y + down as f32 * module);
                path.push_rect(Rect::from_xywh(left, top, run.len() as f32 * module, module)?);
            }
            right += run.len();
        }
    }
    path.finish()
}
