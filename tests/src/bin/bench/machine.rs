//! The machine, as far as it explains the numbers.

use std::fs;

/// What the absolute numbers depend on.
pub struct Machine {
    /// How many threads run at once.
    pub cores: usize,
    /// The processor's name.
    pub processor: String,
    /// All its memory.
    pub memory_gib: f64,
}

impl Machine {
    /// This machine. What the kernel does not report is left out.
    pub fn this() -> Machine {
        let value = |file: &str, name: &str| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let memory = value("/proc/meminfo", "MemTotal");
        let memory_kib: f64 =
            memory.and_then(|text| text.strip_suffix(" kB")?.parse().ok()).unwrap_or(f64::NAN);
        Machine {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: value("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned()),
            memory_gib: memory_kib / (1024.0 * 1024.0),
        }
    }
}
