//! `PATH=KIND[:COUNT]` → which requests go wrong, and how. A method may stand before the path: `POST /v1/…`.

use std::str::FromStr;

use glob::Pattern;

/// How a request goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// 429 with `Retry-After: 1`; nothing is done.
    TooMany,
    /// 500 in the service's own error shape; nothing is done.
    ServerError,
    /// 503 without JSON, as from a proxy; nothing is done.
    Unavailable,
    /// 200 with an HTML page, as from a captive portal; nothing is done.
    Html,
    /// No answer until the client gives up; nothing is done.
    Hang,
    /// The connection is closed without an answer; nothing is done.
    DropBefore,
    /// It is done, then the connection is closed without an answer.
    DropAfter,
    /// It is done, then half of the answer is sent and the connection closed.
    Truncate,
}

/// Requests that go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The path hit, perhaps behind a method and a space; `*` stands for any characters.
    pub path: String,
    /// How it goes wrong.
    pub kind: FaultKind,
    /// How many requests are hit; `None`: all.
    pub count: Option<u32>,
}

/// Why a fault could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a fault such as /v1/mgmt/tenant/create=503:2 \
     (PATH=429|500|503|html|hang|drop-before|drop-after|truncate[:COUNT], * in PATH is a wildcard)"
)]
pub struct ParseFaultError(String);

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| ParseFaultError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Fault> {
    let (path, what) = text.rsplit_once('=')?;
    let below = path.split_once(' ').map_or(path, |(_, below)| below);
    if !below.starts_with(['/', '*']) {
        return None;
    }
    Pattern::new(path).ok()?;
    let (kind, count) = match what.split_once(':') {
        Some((kind, count)) => (kind, Some(count.parse().ok()?)),
        None => (what, None),
    };
    let kind = match kind {
        "429" => FaultKind::TooMany,
        "500" => FaultKind::ServerError,
        "503" => FaultKind::Unavailable,
        "html" => FaultKind::Html,
        "hang" => FaultKind::Hang,
        "drop-before" => FaultKind::DropBefore,
        "drop-after" => FaultKind::DropAfter,
        "truncate" => FaultKind::Truncate,
        _ => return None,
    };
    Some(Fault { path: path.to_owned(), kind, count })
}

/// Faults that wait for their requests.
#[derive(Debug, Default)]
pub(super) struct Armed(Vec<Fault>);

impl Armed {
    /// Waits for these faults too, after those already there.
    pub(super) fn add(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.0.extend(faults);
    }

    /// Waits for none any more.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The first fault that hits a request by `method` to `path`; it has then hit one more.
    pub(super) fn hit(&mut self, method: &str, path: &str) -> Option<FaultKind> {
        let whole = format!("{method} {path}");
        let hits = |fault: &Fault| matches(&fault.path, if fault.path.contains(' ') { &whole } else { path });
        let fault = self.0.iter_mut().find(|fault| fault.count != Some(0) && hits(fault))?;
        if let Some(left) = &mut fault.count {
            *left -= 1;
        }
        Some(fault.kind)
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    pattern == path || Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_a_path_a_kind_and_perhaps_a_count() {
        let fault: Fault = "/v1/mgmt/tenant/create=drop-after:2".parse().unwrap();
        let path = "/v1/mgmt/tenant/create".to_owned();
        assert_eq!(fault, Fault { path, kind: FaultKind::DropAfter, count: Some(2) });
        assert_eq!("*=429".parse::<Fault>().unwrap().count, None);
        for wrong in ["", "429", "/a=418", "/a=429:", "/a=429:x", "/a=429:-1", "a=429", "/[=429", "=429"] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_counted_fault_hits_that_many_requests_and_then_the_next_fault_does() {
        let mut armed = Armed::default();
        armed.add(["/a=503:2", "/*=html:1"].map(|text| text.parse().unwrap()));
        let hits: Vec<_> = (0..4).map(|_| armed.hit("GET", "/a")).collect();
        let busy = Some(FaultKind::Unavailable);
        assert_eq!(hits, [busy, busy, Some(FaultKind::Html), None]);
    }

    #[test]
    fn a_star_stands_for_slashes_too_and_a_path_alone_is_exact() {
        let mut armed = Armed::default();
        armed.add(["/v1/mgmt/tenant=500".parse().unwrap()]);
        assert_eq!(armed.hit("GET", "/v1/mgmt/tenant/all"), None);
        armed.add(["/v1/*=hang".parse().unwrap()]);
        assert_eq!(armed.hit("GET", "/v1/mgmt/tenant/all"), Some(FaultKind::Hang));
        armed.clear();
        armed.add(["POST /v1/mgmt/tenant/all=html".parse().unwrap()]);
        assert_eq!(armed.hit("POST", "/v1/mgmt/tenant/all"), Some(FaultKind::Html));
        assert_eq!(armed.hit("GET", "/v1/mgmt/tenant/all"), None);
    }
}
