//! Certificates: what a record shows and proves, as a PDF for people, with the evidence bundle inside.

mod certified;
mod content;
mod document;
mod sheet;
mod signs;
mod text;
mod words;
mod words_in;

pub use certified::Certified;
pub use document::certificate;

#[cfg(test)]
mod tests;
