//! The names of the checks of a bundle, and their results. The API, the screens, the certificate and
//! both verifiers use these names, so that they must never change.

use crate::names;

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
