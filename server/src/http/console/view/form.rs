//! Forms: what was wrong with a field.

/// What is wrong with a field, in a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The name of the field, which is also its id.
    pub field: &'static str,
    /// A text of `t.errors`.
    pub text: String,
}

/// What is wrong with a form: at most one error for each field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(pub Vec<FieldError>);

impl Errors {
    /// What is wrong with a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    /// Adds what is wrong with a field.
    pub fn add(&mut self, field: &'static str, text: &impl ToString) {
        self.0.push(FieldError { field, text: text.to_string() });
    }

    /// Whether anything is wrong.
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether a summary with links helps: several fields are wrong.
    pub fn several(&self) -> bool {
        self.0.len() > 1
    }
}

/// Something that can be ticked or chosen in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What is shown; for roles, permissions and actions the template takes the words of the language instead.
    pub label: String,
    /// Whether it is ticked or chosen.
    pub is_chosen: bool,
}
