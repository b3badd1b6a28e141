//! Steps: a line when one starts, its seconds when it ends, and programs run inside it.

use std::io::ErrorKind;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::tools::failure::Failure;

/// The remedy when the compiler has named every error.
pub const COMPILER_REMEDY: &str = "Fix the errors that the compiler names above.";

/// Runs one step of a command and prints how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    println!("== {name}");
    let start = Instant::now();
    let result = work().map_err(|failure| failure.in_step(name));
    println!("   {:.1} s", start.elapsed().as_secs_f64());
    result
}

/// How long each suite of a command took.
#[derive(Default)]
pub struct Suites(Vec<(&'static str, Duration)>);

impl Suites {
    /// Runs the steps of a suite and remembers how long they took together.
    pub fn run(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let start = Instant::now();
        let result = work();
        self.0.push((name, start.elapsed()));
        result
    }

    /// Prints the minutes of each suite and of all together.
    pub fn print(&self) {
        println!("== Minutes per suite");
        let all = self.0.iter().map(|(_, took)| *took).sum();
        for (name, took) in self.0.iter().chain([&("all", all)]) {
            println!("   {name:<22} {:>6.1}", took.as_secs_f64() / 60.0);
        }
    }
}

/// Runs a program to its end, its output going to the terminal.
pub fn run(command: &mut Command, remedy: &str) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    well_ended(command, status, remedy)
}

/// Whether a program has ended well.
fn well_ended(command: &Command, status: ExitStatus, remedy: &str) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` ended with {status}.", shown(command)), remedy))
}

/// Runs a program to its end and returns what it wrote to its standard output.
pub fn output(command: &mut Command, remedy: &str) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| not_started(command, &error))?;
    well_ended(command, output.status, remedy)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The failure of a program that could not even start.
pub fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    if error.kind() == ErrorKind::NotFound {
        let remedy = format!("Install `{program}`, or add its folder to PATH, and run the command again.");
        return Failure::new(format!("the program `{program}` was not found."), remedy);
    }
    Failure::new(
        format!("`{program}` could not be started: {error}."),
        format!("Check that `{program}` may be executed by this user."),
    )
}

/// The command as a user would type it.
fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_its_remedy() {
        let failure = run(&mut Command::new("no-such-program-here"), "").unwrap_err().to_string();
        assert!(failure.contains("`no-such-program-here` was not found"), "{failure}");
        assert!(failure.contains("Install"), "{failure}");
    }

    #[test]
    fn a_failing_program_is_shown_as_typed() {
        let failure = run(Command::new("/bin/sh").args(["-c", "exit 3"]), "Look above.").unwrap_err();
        assert!(failure.to_string().contains("`sh -c exit 3` ended with exit status: 3"), "{failure}");
    }
}
