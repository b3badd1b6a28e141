//! Enums whose variants have fixed names: in stores, addresses, files and on command lines.

/// Makes an enum of names: each variant with the text that stands for it in JSON, in an address or in a file.
/// Such a text never changes.
#[macro_export]
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

            /// The one of that name.
            ///
            /// # Errors
            /// A sentence without its subject, which lists them.
            pub fn parse(text: &str) -> Result<$name, ::std::string::String> {
                $name::ALL.iter().copied().find(|one| one.as_str() == text).ok_or_else(|| {
                    let names: ::std::vec::Vec<_> = $name::ALL.iter().map(|one| one.as_str()).collect();
                    ::std::format!("must be one of {}", names.join(", "))
                })
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let text = <::std::string::String as ::serde::Deserialize>::deserialize(deserializer)?;
                $name::parse(&text).map_err(<D::Error as ::serde::de::Error>::custom)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    crate::names! {
        /// A fruit.
        Fruit;
        /// Red or green.
        Apple = "apple";
        /// Green.
        WinterPear = "winter-pear";
    }

    #[test]
    fn a_name_is_read_as_it_is_written_and_no_other_is() {
        for fruit in Fruit::ALL {
            assert_eq!(Fruit::parse(fruit.as_str()), Ok(*fruit));
            assert_eq!(serde_json::to_value(fruit).unwrap(), fruit.to_string());
            assert_eq!(serde_json::from_value::<Fruit>(fruit.as_str().into()).unwrap(), *fruit);
        }
        let words = Fruit::parse("Apple").unwrap_err();
        assert_eq!(words, "must be one of apple, winter-pear");
        assert_eq!(serde_json::from_value::<Fruit>("plum".into()).unwrap_err().to_string(), words);
    }
}
