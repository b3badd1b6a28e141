//! Canonical JSON (RFC 8785), the only form that is ever hashed or signed.

use serde::Serialize;

/// The canonical JSON of a value made of strings, booleans, integers below
/// 2^53, arrays and string-keyed maps, as all of Constat's types are.
///
/// # Panics
/// When a type that JSON cannot hold is passed (a map with non-string keys, a
/// float that is not finite): an error in the program, never in its input.
pub fn to_vec(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("the type is representable in JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    /// RFC 8785, section 3.2.2 (serialisation of primitives) and 3.2.3 (sorting).
    #[test]
    fn canonical_json_agrees_with_the_examples_of_rfc_8785() {
        let sample: Value = serde_json::from_str(
            r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
                "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                "literals":[null,true,false]}"#,
        )
        .unwrap();
        let expected = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
        assert_eq!(super::to_vec(&sample), expected.as_bytes());

        let sorting: Value = serde_json::from_str(
            r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
                "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#,
        )
        .unwrap();
        let text = String::from_utf8(super::to_vec(&sorting)).unwrap();
        let order = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"];
        let positions: Vec<_> = order.iter().map(|word| text.find(word).unwrap()).collect();
        assert!(positions.is_sorted(), "{text}");
    }
}
