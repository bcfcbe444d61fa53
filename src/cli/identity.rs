//! The sandbox's made-up project: the same for an environment every time.

use sha2::{Digest, Sha256};

const SIGNS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The project id of an environment in the sandbox: well-formed, and made from its name alone.
pub(super) fn sandbox_project(environment: &str) -> String {
    well_formed('P', &format!("project {environment}"), 27)
}

/// The management key of the sandbox, which opens nothing else.
pub(super) fn sandbox_key() -> String {
    well_formed('K', "sandbox key", 200)
}

fn well_formed(first: char, seed: &str, length: usize) -> String {
    let digest = Sha256::digest(seed.as_bytes());
    let signs = digest.iter().cycle().zip(0_usize..).take(length);
    let rest =
        signs.map(|(byte, at)| SIGNS.get((usize::from(*byte) + at) % SIGNS.len()).copied().unwrap_or(b'0'));
    std::iter::once(first).chain(rest.map(char::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_environment_has_its_own_well_formed_project() {
        let (dev, prod) = (sandbox_project("dev"), sandbox_project("prod"));
        assert!(dev != prod && dev == sandbox_project("dev"));
        assert!(
            dev.starts_with('P') && dev.len() == 28 && dev.bytes().all(|byte| byte.is_ascii_alphanumeric())
        );
        assert_eq!(sandbox_key().len(), 201);
    }
}
