//! What a route needs, said by the type of its handler's first argument.

use crate::access::permission::Permission;

/// What a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anybody may ask.
    Nothing,
    /// A person who is signed in, or a token that is good.
    Anybody,
    /// This permission, on the site of the address, or on at least one.
    Permission(Permission),
}

/// The first argument of a handler, which says what its route needs.
pub trait Asks {
    /// What it needs.
    const NEEDS: Needs;
}

macro_rules! first_of {
    ($($further:ident)*) => {
        impl<First: Asks, $($further,)*> Asks for (First, $($further,)*) {
            const NEEDS: Needs = First::NEEDS;
        }
    };
}

first_of! {}
first_of! { A }
first_of! { A B }
first_of! { A B C }
