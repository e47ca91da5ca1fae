//! An HTTP server on the loopback interface that remembers what it is told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::programs::End;

/// It ends with the test's process: nothing waits for it.
pub(crate) struct Listener {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    pub(crate) fn start() -> Result<Self, End> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let all = Arc::clone(&all);
                std::thread::spawn(move || answer(stream, &all));
            }
        });
        Ok(Self { url: format!("http://{address}/events"), heard })
    }

    /// Returns what it was told, in order.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("nobody panics while he holds it").clone()
    }

    /// Waits until it is told of `something`.
    pub(crate) fn hears(&self, something: &str) -> Result<(), End> {
        for _ in 0..100 {
            if self.heard().iter().any(|event| event.contains(something)) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(format!("no event tells of {something}: {:?}", self.heard()).into())
    }
}

/// Answers every request of a connection, and remembers the bodies.
fn answer(stream: TcpStream, heard: &Mutex<Vec<String>>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            match reader.read_line(&mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) if line.trim().is_empty() => break,
                Ok(_) => {}
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or_default();
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        heard.lock().expect("nobody panics while he holds it").push(String::from_utf8_lossy(&body).into_owned());
        if writer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").is_err() {
            return;
        }
    }
}
