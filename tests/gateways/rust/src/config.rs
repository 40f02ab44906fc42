//! The configuration: a line a value, `name = value`; lists are separated by spaces.

use std::collections::{HashMap, HashSet};

pub struct Config {
    pub listen: String,
    pub upstream_key: String,
    pub upstreams: Vec<String>,
    pub clients: HashSet<String>,
}

impl Config {
    /// Reads a configuration; the error names the line or the missing value.
    pub fn parse(text: &str) -> Result<Config, String> {
        let mut values = HashMap::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, value) = line
                .split_once('=')
                .ok_or_else(|| format!("no value: {}", line))?;
            values.insert(name.trim(), value.trim());
        }
        let words = |name: &str| -> Result<Vec<String>, String> {
            let value = values
                .get(name)
                .ok_or_else(|| format!("{} is missing", name))?;
            let words: Vec<String> = value.split_whitespace().map(String::from).collect();
            if words.is_empty() {
                return Err(format!("{} is empty", name));
            }
            Ok(words)
        };
        Ok(Config {
            listen: words("listen")?.remove(0),
            upstream_key: words("upstream-key")?.remove(0),
            upstreams: words("upstreams")?,
            clients: words("clients")?.into_iter().collect(),
        })
    }
}
