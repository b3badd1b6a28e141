//! The names of the checks of a bundle, and their results. The API, the screens, the certificate and
//! both verifiers use these names, so that they must never change.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! names {
    ($(#[$doc:meta])* $name:ident; $($(#[$row:meta])* $variant:ident = $text:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$row])* $variant,)* }

        impl $name {
            /// Every one.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// Its name.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

names! {
    /// A check, in the order in which a report lists what is well.
    Step;
    /// The file is a bundle, and no byte of it was changed. When it is well, so are `format`,
    /// `statement`, `language`, `log` and `public_key`, which a report names only when they fail.
    File = "file";
    /// Its format is one that this program reads.
    Format = "format";
    /// The statement is that of the record.
    Statement = "statement";
    /// The consent id and the site.
    ConsentId = "consent_id";
    /// The answer, with its layer, language and time.
    Record = "record";
    /// Each choice answers a category or a vendor of the notice.
    Choices = "choices";
    /// The notice has texts in the language of the answer.
    Language = "language";
    /// The ends of choice and proof are those that the notice sets.
    Dates = "dates";
    /// The notice is the one that was answered.
    Notice = "notice";
    /// The log is that of the record.
    Log = "log";
    /// The record is a leaf of the log.
    InclusionProof = "inclusion_proof";
    /// The public key is well formed.
    PublicKey = "public_key";
    /// The head of the log is signed.
    Checkpoint = "checkpoint";
    /// The operator publishes the key.
    PublishedKey = "published_key";
    /// The log names the files that were served with the notice.
    Serving = "serving";
    /// The log names pictures of the notice.
    Snapshot = "snapshot";
    /// A picture that was given is the one that the log names.
    Picture = "picture";
    /// A time-stamping authority dated the log.
    Timestamp = "timestamp";
    /// The pages of a certificate say what the bundle inside says.
    Pages = "pages";
    /// Which person answered.
    Person = "person";
    /// A receipt is signed.
    Signature = "signature";
    /// Records were deleted.
    Purge = "purge";
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Step, D::Error> {
        let name = <&str>::deserialize(deserializer)?;
        let step = Step::ALL.iter().find(|step| step.as_str() == name);
        step.copied().ok_or_else(|| D::Error::custom("an unknown check"))
    }
}

names! {
    /// The result of a check.
    StepResult;
    /// It is proven.
    Ok = "ok";
    /// It contradicts what else is there: the whole is then not proven.
    Failed = "failed";
    /// Nothing proves it, and nothing contradicts it.
    NotProven = "not_proven";
}

names! {
    /// The result for the whole.
    Verdict;
    /// No check failed.
    Proven = "proven";
    /// At least one failed.
    NotProven = "not_proven";
}
