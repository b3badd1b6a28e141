//! What the programs answer to `--help`.

use crate::markdown::root;
use constat_tests::server::binary;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// What one subcommand knows.
#[derive(Default)]
pub struct Help {
    /// Its options, as `--name` and `-n`.
    pub options: BTreeSet<String>,
    /// The environment variables that stand in for options.
    pub variables: BTreeSet<String>,
    /// Whether it takes further subcommands.
    pub has_subcommands: bool,
}

/// A program's subcommands by name; the program itself has the empty name.
pub type Program = BTreeMap<String, Help>;

/// `constat`.
pub static CONSTAT: LazyLock<Program> = LazyLock::new(|| ask(&binary()));

/// `cargo xtask`. `cargo xtask test` has built it beside the tests.
pub static XTASK: LazyLock<Program> = LazyLock::new(|| {
    let exe = std::env::current_exe().expect("a test knows where it is");
    let xtask = exe.ancestors().nth(2).expect("tests lie in target/PROFILE/deps").join("xtask");
    assert!(xtask.is_file(), "build xtask first: cargo xtask test");
    ask(&xtask)
});

fn ask(program: &Path) -> Program {
    let mut helps = Program::new();
    let mut waiting = vec![Vec::new()];
    while let Some(path) = waiting.pop() {
        let text = help_text(program, &path);
        let subcommands = subcommands(&text);
        for name in &subcommands {
            waiting.push([path.as_slice(), std::slice::from_ref(name)].concat());
        }
        let (options, variables) = (options(&text), variables(&text));
        helps.insert(path.join(" "), Help { options, variables, has_subcommands: !subcommands.is_empty() });
    }
    helps
}

fn help_text(program: &Path, path: &[String]) -> String {
    let mut command = Command::new(program);
    let output = command.current_dir(root()).args(path).arg("--help").output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    assert!(output.status.success(), "{} {path:?} --help failed", program.display());
    String::from_utf8(output.stdout).expect("help is text")
}

fn subcommands(help: &str) -> Vec<String> {
    let lines =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

fn options(help: &str) -> BTreeSet<String> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let words = lines
        .flat_map(|line| line.split([' ', ',']).take_while(|word| word.starts_with('-') || word.is_empty()));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn variables(help: &str) -> BTreeSet<String> {
    let named = help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next());
    named.map(str::to_owned).collect()
}

/// Checks the words after a program's name: the subcommand and every option are known.
///
/// # Errors
/// What is not.
pub fn check(program: &Program, words: &[String]) -> Result<(), String> {
    let mut name = String::new();
    let mut rest = words;
    while program[&name].has_subcommands
        && let Some((next, behind)) = rest.split_first().filter(|(next, _)| !next.starts_with('-'))
    {
        name = format!("{name} {next}").trim_start().to_owned();
        if !program.contains_key(&name) {
            return Err(format!("there is no subcommand `{name}`"));
        }
        rest = behind;
    }
    for word in rest.iter().filter(|word| word.starts_with('-')) {
        let option = word.split('=').next().unwrap_or_default();
        if !program[&name].options.contains(option) {
            return Err(format!("`{name}` has no option `{option}`"));
        }
    }
    Ok(())
}

#[test]
fn help_is_read() {
    let serve = &CONSTAT["serve"];
    assert!(
        serve.options.contains("--port") && serve.options.contains("--help") && serve.options.contains("-h")
    );
    assert!(serve.variables.contains("CONSTAT_KEY_FILE"), "{:?}", serve.variables);
    assert!(CONSTAT.contains_key("keys rotate") && CONSTAT["keys"].has_subcommands);
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(check(&CONSTAT, &words("keys list --data x")), Ok(()));
    assert!(check(&CONSTAT, &words("keys lists")).is_err_and(|why| why.contains("keys lists")));
    assert!(check(&CONSTAT, &words("serve --prt 1")).is_err_and(|why| why.contains("--prt")));
    assert!(check(&XTASK, &words("test --quick")).is_ok() && check(&XTASK, &words("tset")).is_err());
}
