//! HTTP/1.1 messages: a head that is read whole, and a body that is copied as it comes.

use std::io::{self, BufRead, Read, Write};

const LONGEST_HEAD_BYTES: u64 = 65_536;
const PIECE_BYTES: usize = 16_384;

/// How a body without a length of its own ends.
#[derive(Clone, Copy, PartialEq)]
pub enum Framing {
    /// It has none: so with requests.
    None,
    /// With its connection: so with answers.
    UntilClosed,
}

/// The head of a request or an answer.
pub struct Message {
    pub first_line: String,
    headers: Vec<(String, String)>,
}

impl Message {
    /// Reads a head; an end before its first byte is `UnexpectedEof`.
    pub fn read(reader: &mut impl BufRead) -> io::Result<Message> {
        let mut head = reader.take(LONGEST_HEAD_BYTES);
        let first_line = line(&mut head)?;
        let mut headers = Vec::new();
        loop {
            let text = line(&mut head)?;
            if text.is_empty() {
                return Ok(Message {
                    first_line,
                    headers,
                });
            }
            let (name, value) = text.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_string()));
        }
    }

    pub fn header(&self, wanted: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    }

    pub fn keeps_alive(&self) -> bool {
        let framed = self.length().is_some() || self.is_chunked();
        framed
            && self
                .header("connection")
                .map_or(true, |value| !value.eq_ignore_ascii_case("close"))
    }

    /// The head with these headers in place of its own of the same names.
    pub fn with(&self, own: &[(&str, String)]) -> String {
        let mut text = format!("{}\r\n", self.first_line);
        for (name, value) in &self.headers {
            let replaced = name == "transfer-encoding" || own.iter().any(|(ours, _)| ours == name);
            if !replaced {
                text.push_str(&format!("{}: {}\r\n", name, value));
            }
        }
        for (name, value) in own {
            text.push_str(&format!("{}: {}\r\n", name, value));
        }
        text.push_str("\r\n");
        text
    }

    pub fn write_head(&self, writer: &mut impl Write) -> io::Result<()> {
        let mut text = format!("{}\r\n", self.first_line);
        for (name, value) in &self.headers {
            text.push_str(&format!("{}: {}\r\n", name, value));
        }
        writer.write_all((text + "\r\n").as_bytes())
    }

    /// Copies the body as it is framed on the wire, each piece as soon as it is there.
    ///
    /// A request's chunks lose their framing, since the whole body is sent on with its length.
    pub fn copy_body(
        &self,
        reader: &mut impl BufRead,
        writer: &mut impl Write,
        without_length: Framing,
    ) -> io::Result<()> {
        if self.is_chunked() {
            return copy_chunks(reader, writer, without_length == Framing::UntilClosed);
        }
        match (self.length(), without_length) {
            (Some(length), _) => copy_exactly(reader, writer, length),
            (None, Framing::None) => Ok(()),
            (None, Framing::UntilClosed) => copy_all(reader, writer),
        }
    }

    fn length(&self) -> Option<u64> {
        self.header("content-length")
            .and_then(|value| value.parse().ok())
    }

    fn is_chunked(&self) -> bool {
        self.header("transfer-encoding")
            .map_or(false, |value| value.eq_ignore_ascii_case("chunked"))
    }
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut text = String::new();
    reader.read_line(&mut text)?;
    if !text.ends_with('\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    text.truncate(text.trim_end_matches(&['\r', '\n'][..]).len());
    Ok(text)
}

fn copy_exactly(reader: &mut impl Read, writer: &mut impl Write, length: u64) -> io::Result<()> {
    let copied = copy_pieces(&mut reader.take(length), writer)?;
    if copied == length {
        return Ok(());
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

fn copy_all(reader: &mut impl Read, writer: &mut impl Write) -> io::Result<()> {
    copy_pieces(reader, writer).map(|_| ())
}

fn copy_pieces(reader: &mut impl Read, writer: &mut impl Write) -> io::Result<u64> {
    let mut piece = [0; PIECE_BYTES];
    let mut copied = 0;
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            return Ok(copied);
        }
        writer.write_all(&piece[..count])?;
        copied += count as u64;
    }
}

/// Copies chunk after chunk, with or without the lines that frame them; trailers are not kept.
fn copy_chunks(reader: &mut impl BufRead, writer: &mut impl Write, framed: bool) -> io::Result<()> {
    loop {
        let size_line = line(reader)?;
        let digits = size_line.split(';').next().unwrap_or("").trim();
        let size = u64::from_str_radix(digits, 16).map_err(|_| io::ErrorKind::InvalidData)?;
        if size == 0 {
            while !line(reader)?.is_empty() {}
            return if framed {
                writer.write_all(b"0\r\n\r\n")
            } else {
                Ok(())
            };
        }
        let mut chunk = Vec::new();
        if framed {
            chunk.extend_from_slice(format!("{:x}\r\n", size).as_bytes());
        }
        copy_exactly(reader, &mut chunk, size)?;
        line(reader)?;
        if framed {
            chunk.extend_from_slice(b"\r\n");
        }
        writer.write_all(&chunk)?;
    }
}
