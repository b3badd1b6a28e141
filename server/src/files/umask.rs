//! The mode of everything that this process makes.

use rustix::fs::Mode;
use rustix::process::umask;

/// Makes every file and folder that this process and its children create
/// readable by their owner only, whatever the account's umask is. Called once,
/// before anything is written.
pub fn close_to_others() {
    umask(Mode::RWXG | Mode::RWXO);
}
