//! A file of lines: its end, even after a crash, and appending to it.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::fs::FileExt,
};

/// How a file of lines ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tail {
    /// Length of all complete lines, in bytes.
    pub(super) complete: u64,
    /// The last complete line, without its end; none if there is none.
    pub(super) last: Option<Vec<u8>>,
    /// What follows the last complete line: a write that a crash cut short.
    pub(super) torn: Vec<u8>,
}

/// Reads the end of a file of this length, and not more than it needs.
pub(super) fn read_tail(file: &File, length: u64) -> io::Result<Tail> {
    let mut wanted = length.min(1 << 14);
    loop {
        let mut bytes = vec![0; usize::try_from(wanted).map_err(io::Error::other)?];
        file.read_exact_at(&mut bytes, length - wanted)?;
        let whole = wanted == length;
        if let Some(tail) = split(&bytes, whole, length) {
            return Ok(tail);
        }
        wanted = (wanted * 4).min(length);
    }
}

/// The tail in the last `bytes` of a file; none if they begin too late to tell.
fn split(bytes: &[u8], whole: bool, length: u64) -> Option<Tail> {
    let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') else {
        return whole.then(|| Tail { complete: 0, last: None, torn: bytes.to_owned() });
    };
    let (lines, torn) = bytes.split_at_checked(end + 1)?;
    let lines = lines.get(..end)?;
    let start = match lines.iter().rposition(|byte| *byte == b'\n') {
        Some(before) => before + 1,
        None if whole => 0,
        None => return None,
    };
    Some(Tail {
        complete: length - u64::try_from(torn.len()).ok()?,
        last: Some(lines.get(start..)?.to_owned()),
        torn: torn.to_owned(),
    })
}

/// Appends `bytes` to a file of this length and returns when they are on the disk; on a failure none of them stay.
pub(super) fn append(file: &mut File, length: u64, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes).and_then(|()| file.sync_data()).inspect_err(|_| {
        // If this fails too, the next one who opens the file finds a torn line and repairs it.
        let _ = file.set_len(length);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail_of(text: &[u8]) -> Tail {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        read_tail(&file, text.len() as u64).unwrap()
    }

    #[test]
    fn the_last_line_is_found_and_what_is_torn_told_apart() {
        let tail = |complete, last: Option<&str>, torn: &str| Tail {
            complete,
            last: last.map(Into::into),
            torn: torn.into(),
        };
        assert_eq!(tail_of(b""), tail(0, None, ""));
        assert_eq!(tail_of(b"a"), tail(0, None, "a"));
        assert_eq!(tail_of(b"a\n"), tail(2, Some("a"), ""));
        assert_eq!(tail_of(b"a\nbc\n"), tail(5, Some("bc"), ""));
        assert_eq!(tail_of(b"a\nbc\nd"), tail(5, Some("bc"), "d"));
        assert_eq!(tail_of(b"a\n\n"), tail(3, Some(""), ""));
    }

    #[test]
    fn long_lines_are_found_too() {
        let long = "x".repeat(100_000);
        let tail = tail_of(format!("a\n{long}\n{long}").as_bytes());
        assert_eq!(tail.last.unwrap().len(), 100_000);
        assert_eq!((tail.complete, tail.torn.len()), (100_003, 100_000));
        assert_eq!(tail_of(format!("a\n{long}\n").as_bytes()).last.unwrap().len(), 100_000);
    }
}
