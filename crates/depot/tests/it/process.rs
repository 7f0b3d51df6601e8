//! A real registry on loopback: the `docker-registry` of Debian, which is the distribution project's own.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// A registry process with a folder of its own. It ends when it is dropped.
pub(crate) struct RegistryProcess {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
    /// Where it keeps everything.
    pub(crate) folder: TempDir,
}

impl RegistryProcess {
    /// Starts a registry; `None`, and a word about it, if there is no such program here.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// The same with more lines of configuration.
    pub(crate) fn start_with(configuration: &str) -> Option<Self> {
        // Another process may take the port in between: then the next one is tried.
        for _ in 0..5 {
            let folder = tempfile::tempdir().expect("a folder");
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = listener.local_addr().expect("an address").to_string();
            drop(listener);
            let child = spawn(folder.path(), &address, configuration)?;
            let mut process = Self { child, address, folder };
            if process.is_up() {
                return Some(process);
            }
        }
        panic!("the registry does not start");
    }

    /// Waits until it listens or is gone.
    fn is_up(&mut self) -> bool {
        for _ in 0..600 {
            if TcpStream::connect(&self.address).is_ok() {
                return true;
            }
            if self.child.try_wait().expect("its state").is_some() {
                return false;
            }
            thread::sleep(Duration::from_millis(50));
        }
        false
    }
}

fn spawn(folder: &Path, address: &str, configuration: &str) -> Option<Child> {
    let file = folder.join("config.yml");
    let storage = folder.join("storage");
    let text = format!(
        "version: 0.1\nlog: {{ level: error, accesslog: {{ disabled: true }} }}\nstorage: {{ filesystem: {{ rootdirectory: {} }} }}\n\
         http: {{ addr: '{address}' }}\n{configuration}",
        storage.display()
    );
    fs::write(&file, text).expect("a configuration");
    let mut command = Command::new("docker-registry");
    command.arg("serve").arg(&file).env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        Ok(child) => Some(child),
        Err(error) => {
            println!("SKIPPED: docker-registry does not start ({error}); on Debian: apt-get install docker-registry");
            None
        }
    }
}

impl Drop for RegistryProcess {
    fn drop(&mut self) {
        // It may be gone already; the test is over either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
