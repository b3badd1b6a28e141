use super::sample::{Installation, at, command, refusal};
use crate::access::error::{AccessError, Refusal};
use crate::access::principal::Principal;
use crate::access::request::{self, Seen};
use crate::access::trail::Command;
use serde_json::json;

fn take(here: &Installation, by: &Principal, body: &str, seconds: i64) -> Result<Seen, AccessError> {
    request::take(&here.access, by, "POST /tokens", "key-1", body.as_bytes(), at(seconds))
}

#[test]
fn a_repeated_request_is_answered_as_the_first_for_a_day() {
    let here = Installation::new();
    let Ok(Seen::First(name)) = take(&here, &command(), "{}", 0) else { panic!("it is the first") };
    assert_eq!(refusal(take(&here, &command(), "{}", 1)), Refusal::KeyInUse);
    request::answered(&here.access, &name, &json!({ "jti": "x" }), at(1)).unwrap();
    let Ok(Seen::Again(answer)) = take(&here, &command(), "{}", 2) else { panic!("it is repeated") };
    assert_eq!(answer, json!({ "jti": "x" }));
    assert_eq!(refusal(take(&here, &command(), "{ }", 2)), Refusal::KeyReused);
    let other = Principal::command(Command::TokenAdd);
    assert!(matches!(take(&here, &other, "{}", 2), Ok(Seen::First(_))), "the key of somebody else");
    assert!(matches!(take(&here, &command(), "{}", 24 * 3600), Ok(Seen::First(_))));
}

#[test]
fn a_request_that_was_refused_may_be_sent_again_and_only_a_short_word_is_a_key() {
    let here = Installation::new();
    let Ok(Seen::First(name)) = take(&here, &command(), "{}", 0) else { panic!("it is the first") };
    request::forget(&here.access, &name).unwrap();
    assert!(matches!(take(&here, &command(), "{}", 1), Ok(Seen::First(_))));
    for key in ["", "a b", "é", &"x".repeat(129)] {
        let taken = request::take(&here.access, &command(), "POST /tokens", key, b"", at(0));
        assert_eq!(refusal(taken), Refusal::KeyInvalid);
    }
}
