//! How a command fails: which step, why, and what to do.

/// What a failing command prints.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}\n{remedy}", step.as_deref().unwrap_or("cargo xtask"))]
pub struct Failure {
    step: Option<String>,
    why: String,
    remedy: String,
}

impl Failure {
    /// A failure whose step is named later by [`Failure::in_step`].
    pub fn new(why: impl Into<String>, remedy: impl Into<String>) -> Failure {
        Failure { step: None, why: why.into(), remedy: remedy.into() }
    }

    /// Names the step, unless one further inside is already named.
    pub fn in_step(mut self, step: &str) -> Failure {
        self.step.get_or_insert_with(|| step.to_owned());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_step_is_named() {
        let failure = Failure::new("it broke.", "Fix it.").in_step("inner").in_step("outer");
        assert_eq!(failure.to_string(), "inner: it broke.\nFix it.");
    }
}
