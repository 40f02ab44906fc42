//! A gateway of the standard library alone: one thread a client connection, one upstream connection each.
//!
//! It passes `POST /v1/chat/completions` on to the instances in turn, with the key of its configuration,
//! and copies the answer back as it comes, streamed or not. `GET /health` says that it is up.

mod config;
mod http;

use config::Config;
use http::{Framing, Message};
use std::io::{self, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::{env, fs, process, thread};

const CHAT: &str = "POST /v1/chat/completions HTTP/1.1";
const HEALTH: &str = "GET /health HTTP/1.1";

struct Gateway {
    config: Config,
    turn: AtomicUsize,
}

fn main() {
    if let Err(problem) = run() {
        eprintln!("rust-gateway: {}", problem);
        process::exit(2);
    }
}

fn run() -> Result<(), String> {
    let path = env::args().nth(1).ok_or("usage: rust-gateway CONFIG")?;
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {}", path, error))?;
    let config = Config::parse(&text).map_err(|error| format!("{}: {}", path, error))?;
    let listener = TcpListener::bind(&config.listen).map_err(|error| error.to_string())?;
    let gateway = Arc::new(Gateway {
        config,
        turn: AtomicUsize::new(0),
    });
    for client in listener.incoming() {
        let client = client.map_err(|error| error.to_string())?;
        let gateway = Arc::clone(&gateway);
        thread::spawn(move || gateway.serve(client));
    }
    Ok(())
}

impl Gateway {
    /// Answers the requests of one client, until either side hangs up.
    fn serve(&self, client: TcpStream) {
        if let Err(error) = self.converse(client) {
            if error.kind() != io::ErrorKind::UnexpectedEof {
                eprintln!("rust-gateway: {}", error);
            }
        }
    }

    fn converse(&self, client: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let mut writer = client.try_clone()?;
        let mut reader = BufReader::new(client);
        let mut upstream = None;
        loop {
            let request = Message::read(&mut reader)?;
            let mut body = Vec::new();
            request.copy_body(&mut reader, &mut body, Framing::None)?;
            match request.first_line.as_str() {
                HEALTH => reply(&mut writer, "200 OK", "ok")?,
                CHAT if self.knows(&request) => {
                    self.forward(&request, &body, &mut upstream, &mut writer)?
                }
                CHAT => reply(&mut writer, "401 Unauthorized", "unknown key")?,
                _ => reply(&mut writer, "404 Not Found", "no such path")?,
            }
        }
    }

    fn knows(&self, request: &Message) -> bool {
        let key = request
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "));
        key.map_or(false, |key| self.config.clients.contains(key))
    }

    /// Sends the request on, and what comes back as it comes; a provider that cannot be reached is a 502.
    fn forward(
        &self,
        request: &Message,
        body: &[u8],
        upstream: &mut Option<Upstream>,
        client: &mut TcpStream,
    ) -> io::Result<()> {
        let held = match upstream.take() {
            Some(held) => Ok(held),
            None => self.connect(),
        };
        let mut provider = match held.and_then(|held| self.ask(held, request, body)) {
            Ok(provider) => provider,
            Err(_) => return reply(client, "502 Bad Gateway", "the provider cannot be reached"),
        };
        let answer = Message::read(&mut provider.reader)?;
        answer.write_head(client)?;
        answer.copy_body(&mut provider.reader, client, Framing::UntilClosed)?;
        if answer.keeps_alive() {
            *upstream = Some(provider);
            return Ok(());
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    fn connect(&self) -> io::Result<Upstream> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let host = &self.config.upstreams[turn % self.config.upstreams.len()];
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Upstream {
            host: host.clone(),
            reader: BufReader::new(stream),
        })
    }

    fn ask(&self, mut held: Upstream, request: &Message, body: &[u8]) -> io::Result<Upstream> {
        let own = [
            ("host", held.host.clone()),
            (
                "authorization",
                format!("Bearer {}", self.config.upstream_key),
            ),
            ("content-length", body.len().to_string()),
        ];
        let mut sent = request.with(&own).into_bytes();
        sent.extend_from_slice(body);
        held.reader.get_mut().write_all(&sent)?;
        Ok(held)
    }
}

/// A connection to a provider, kept for the client's next request.
struct Upstream {
    host: String,
    reader: BufReader<TcpStream>,
}

fn reply(client: &mut TcpStream, status: &str, text: &str) -> io::Result<()> {
    let body = format!("{{\"message\":\"{}\"}}", text);
    let head = "content-type: application/json";
    write!(
        client,
        "HTTP/1.1 {}\r\n{}\r\ncontent-length: {}\r\n\r\n{}",
        status,
        head,
        body.len(),
        body
    )
}
