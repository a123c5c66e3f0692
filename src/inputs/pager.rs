//! A pager that shows what is written to the terminal.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

/// A running pager; dropping it waits until the user has left it.
#[derive(Debug)]
pub struct Pager {
    child: Child,
}

impl Pager {
    /// Starts `command` by the shell, as git does. `less` shows colours, leaves short texts on the screen, and ends at
    /// once where everything fits, unless the user's own variables say otherwise.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &str) -> io::Result<Pager> {
        let command = format!("export LESS=\"${{LESS-FRX}}\" LV=\"${{LV--c}}\"; {command}");
        let child = Command::new("sh").args(["-c", &command]).stdin(Stdio::piped()).spawn()?;
        Ok(Pager { child })
    }

    /// Where to write.
    pub fn input(&mut self) -> Option<impl Write> {
        self.child.stdin.take()
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
