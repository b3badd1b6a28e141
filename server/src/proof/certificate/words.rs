//! The names of the texts of a certificate. `words_in.rs` has them in each language.

/// The texts of one language. `{0}` and `{1}` are values.
pub struct Words {
    /// The title of the document.
    pub title: &'static str,
    /// Who made it: the server's version and the moment.
    pub exported: &'static str,
    pub proven: &'static str,
    pub proven_text: &'static str,
    pub not_proven: &'static str,
    /// With the names of the checks that failed.
    pub not_proven_text: &'static str,
    /// Under the QR code, before the address.
    pub qr_caption: &'static str,
    /// For who does not see the code, with its address.
    pub qr_alt: &'static str,
    pub answer: &'static str,
    pub site: &'static str,
    pub controller: &'static str,
    pub action: &'static str,
    pub on_banner: &'static str,
    pub on_configuration: &'static str,
    pub recorded_at: &'static str,
    pub choice_until: &'static str,
    pub proof_until: &'static str,
    pub consent_id: &'static str,
    pub event_id: &'static str,
    pub previous_event_id: &'static str,
    pub signals: &'static str,
    pub signal_on: &'static str,
    pub signal_off: &'static str,
    pub shown: &'static str,
    pub notice_hash: &'static str,
    /// What the bundle has beside it, with the number of files and of pictures.
    pub shown_files: &'static str,
    pub chosen: &'static str,
    pub service: &'static str,
    pub company: &'static str,
    pub choice: &'static str,
    pub allowed: &'static str,
    pub refused: &'static str,
    pub exempt: &'static str,
    pub no_service: &'static str,
    pub log: &'static str,
    pub log_name: &'static str,
    pub leaf: &'static str,
    /// An index and the size.
    pub leaf_of: &'static str,
    pub root: &'static str,
    pub key: &'static str,
    pub unsigned: &'static str,
    pub stamp: &'static str,
    /// A moment and an authority.
    pub stamped: &'static str,
    pub not_stamped: &'static str,
    pub checks: &'static str,
    pub open: &'static str,
    pub verify: &'static str,
    /// With the address of the verifier.
    pub verify_text: &'static str,
    /// With the mark for such a character.
    pub replaced: &'static str,
    /// The description of the file inside.
    pub bundle: &'static str,
}
