//! DER, one field after the other (ITU-T X.690).
//!
//! Tokens are read by hand and not into types, because what was signed has to
//! be hashed as the very bytes that came.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Reader, SliceReader, Tag, TagNumber};

/// The fields of a structure, read from the first to the last.
pub struct Fields<'a>(SliceReader<'a>);

impl<'a> Fields<'a> {
    /// The fields between those bytes, which are the contents of a structure.
    pub fn within(contents: &'a [u8]) -> der::Result<Fields<'a>> {
        Ok(Fields(SliceReader::new(contents)?))
    }

    /// The fields of a sequence that is all of those bytes.
    pub fn of_sequence(bytes: &'a [u8]) -> der::Result<Fields<'a>> {
        let mut outside = Fields::within(bytes)?;
        let sequence = outside.sequence()?;
        outside.end()?;
        Ok(sequence)
    }

    /// The contents of the next field, which has that tag.
    pub fn next(&mut self, tag: Tag) -> der::Result<&'a [u8]> {
        let field: AnyRef<'a> = self.0.decode()?;
        der::Tagged::tag(&field).assert_eq(tag)?;
        Ok(field.value())
    }

    /// The next field whole, with its tag and length.
    pub fn whole(&mut self, tag: Tag) -> der::Result<&'a [u8]> {
        Tag::peek(&self.0)?.assert_eq(tag)?;
        self.0.tlv_bytes()
    }

    /// The fields of the next one, which is a sequence.
    pub fn sequence(&mut self) -> der::Result<Fields<'a>> {
        Fields::within(self.next(Tag::Sequence)?)
    }

    /// The next field, which is an object identifier.
    pub fn identifier(&mut self) -> der::Result<ObjectIdentifier> {
        self.0.decode()
    }

    /// The contents of the next field if it has that tag.
    pub fn optional(&mut self, tag: Tag) -> der::Result<Option<&'a [u8]>> {
        if self.is_at_end() || Tag::peek(&self.0)? != tag { Ok(None) } else { self.next(tag).map(Some) }
    }

    /// The tag of the next field.
    pub fn tag(&self) -> der::Result<Tag> {
        Tag::peek(&self.0)
    }

    /// Whether no field is left.
    pub fn is_at_end(&self) -> bool {
        self.0.is_finished()
    }

    /// Checks that no field is left.
    pub fn end(self) -> der::Result<()> {
        self.0.finish()
    }
}

/// The tag `[number]`, around other fields or, when it is not constructed, in
/// the place of the tag of one value.
pub const fn context(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific { constructed, number: TagNumber(number) }
}

/// An INTEGER that is not negative and not larger than 2^64 - 1.
pub fn number(contents: &[u8]) -> der::Result<u64> {
    let integer = AnyRef::new(Tag::Integer, contents)?;
    integer.decode_as::<u64>()
}
