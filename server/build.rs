//! Rebuilds the binary when what it embeds has changed.

fn main() {
    for folder in ["target/assets", "www"] {
        println!("cargo::rerun-if-changed=../{folder}");
    }
}
