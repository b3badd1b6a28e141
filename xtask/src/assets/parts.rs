//! The parts of the loader that few pages need, in `www/parts`: modules that the loader imports where one does.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::assets::minify::{Kind, minify};
use crate::tools::failure::Failure;
use crate::tools::files::read;

/// The names by which the loader imports them.
const PARTS: [&str; 3] = ["placeholder", "uncover", "written"];

/// The sources of the parts.
pub struct Parts {
    sources: Vec<(&'static str, Vec<u8>)>,
}

/// The parts made small.
pub struct BuiltParts {
    /// The hash in the names of all of them, so that the loader has to know one.
    pub hash: String,
    /// Name and content of each file.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Parts {
    /// Reads the parts from their folder.
    pub fn read(folder: &Path) -> Result<Parts, Failure> {
        let part = |name: &'static str| Ok((name, read(&folder.join(format!("{name}.js")))?));
        Ok(Parts { sources: PARTS.into_iter().map(part).collect::<Result<_, Failure>>()? })
    }

    /// The source of every part.
    pub fn sources(&self) -> impl Iterator<Item = &[u8]> {
        self.sources.iter().map(|(_, source)| source.as_slice())
    }

    /// Makes them small and names them.
    pub fn build(&self) -> Result<BuiltParts, Failure> {
        let small = |(name, source): &(&'static str, Vec<u8>)| {
            let source = String::from_utf8_lossy(source);
            Ok((*name, minify(&format!("www/parts/{name}.js"), &source, Kind::Module)?.into_bytes()))
        };
        let small = self.sources.iter().map(small).collect::<Result<Vec<_>, Failure>>()?;
        let mut all = Sha256::new();
        for (name, content) in &small {
            all.update(name);
            all.update(content);
        }
        let mut hash = hex::encode(all.finalize());
        hash.truncate(12);
        let files = small.into_iter().map(|(name, content)| (format!("{name}-{hash}.js"), content)).collect();
        Ok(BuiltParts { hash, files })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_part() {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../www/parts"));
        let files = std::fs::read_dir(folder).unwrap();
        let files: BTreeSet<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(files, PARTS.map(|part| format!("{part}.js")).into());
        let built = Parts::read(folder).unwrap().build().unwrap();
        assert!(built.files.iter().all(|(name, _)| name.ends_with(&format!("-{}.js", built.hash))));
    }
}
