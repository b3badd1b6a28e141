//! Every form on which somebody who is signed in enters their password or a code: a wrong one is in the trail.

use super::csrf::{codes, encoded, everything};
use super::house::{Ask, House, screens};
use super::links::attribute;
use crate::access::account::{self, Account};
use crate::access::error::Refusal;
use crate::access::session::csrf_token;
use crate::access::sign_in::OWN_ACCOUNT;
use crate::clock;
use crate::http::asks::Needs;
use crate::http::console::fault;
use crate::http::console::texts::Texts;
use crate::http::router::Verb;
use actix_web::http::Method;
use constat_shared::Language;
use std::collections::BTreeSet;
use url::form_urlencoded::Serializer;

/// The fields beside which the error of a wrong password or code stands.
fn secret_fields() -> Vec<&'static str> {
    let refusals = [Refusal::PasswordWrong, Refusal::CodeWrong, Refusal::CurrentCodeWrong];
    let t = Texts::of(Language::En);
    refusals.map(|refusal| fault::of(t, &refusal.into()).unwrap().0[0].field).to_vec()
}

/// Where forms post that have such a field, with the field.
async fn forms(house: &House, session: &str) -> BTreeSet<(String, &'static str)> {
    let fields = secret_fields();
    let mut found = BTreeSet::new();
    let is_own = |needs| needs != Needs::Nothing;
    for row in screens().into_iter().filter(|row| row.verb == Verb::Get && is_own(row.needs)) {
        let ask = Ask { session: Some(session), ..Ask::default() };
        let page = house.ask(Method::GET, row.path, ask).await.body;
        for form in page.split("<form").skip(1) {
            let form = form.split("</form").next().unwrap();
            for field in fields.iter().filter(|field| form.contains(&format!("name=\"{field}\""))) {
                found.insert((attribute(form, "action").unwrap().to_owned(), *field));
            }
        }
    }
    found
}

fn noted(house: &House, person: &Account) -> usize {
    house.console.sign_ins.note_last_failures(&house.console.access, clock::now()).unwrap();
    let trail = house.store.trail(0, 10_000).unwrap();
    let is_it = |action: &str, who: Option<&str>, target: Option<&str>| {
        action == "sign_in_failed" && who == Some(&*person.email) && target == Some(OWN_ACCOUNT)
    };
    trail.iter().filter(|it| is_it(&it.action, it.who.as_deref(), it.target.as_deref())).count()
}

#[actix_web::test]
async fn a_wrong_password_or_code_on_the_own_account_is_noted_whichever_form_asked_for_it() {
    let house = House::new();
    let person = everything(&house);
    let without = house.person("none@helvia.example", &[]);
    let without = account::change(&*house.store, &without.email, None, clock::now(), |account| {
        account.second_factor = None;
        Ok(account.clone())
    });
    let without = without.unwrap();
    let mut count = 0;
    for person in [person, without] {
        let session = house.session(&person);
        for (path, wrong) in forms(&house, &session).await {
            let mut body = Serializer::new(String::new());
            // The first value of a field counts.
            body.append_pair(wrong, "wrong horse battery");
            let right = codes(&house, &person, &session, &path);
            body.extend_pairs(right.iter().filter(|(field, _)| *field != wrong));
            let body = Some(format!("{}&{}", body.finish(), encoded(&[&csrf_token(&session)])));
            let before = noted(&house, &person);
            let ask = Ask { session: Some(&session), body, ..Ask::default() };
            let answer = house.ask(Method::POST, &path, ask).await;
            assert_eq!(answer.status, 422, "{path} {wrong}");
            assert!(answer.body.contains(&format!("error-{wrong}\"")), "{path} {wrong}: {}", answer.body);
            assert_eq!(noted(&house, &person), before + 1, "{path} {wrong}");
            count += 1;
        }
    }
    // Another password, the second factor, its replacement, recovery codes.
    assert!(count >= 7, "{count}");
}
