//! The signals of a browser that can be a refusal.

crate::names! {
    /// A signal by which a browser says, of every site, that its user does not want to be tracked.
    RefusalSignal;
    /// Global Privacy Control, `navigator.globalPrivacyControl`.
    Gpc = "gpc";
    /// Do Not Track, `navigator.doNotTrack`.
    Dnt = "dnt";
}

impl RefusalSignal {
    /// How browsers call it, in every language.
    pub fn title(self) -> &'static str {
        match self {
            RefusalSignal::Gpc => "Global Privacy Control",
            RefusalSignal::Dnt => "Do Not Track",
        }
    }
}
