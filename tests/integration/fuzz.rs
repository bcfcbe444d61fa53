//! The fuzz targets on their corpus, so that neither rots: no nightly toolchain, no fuzzer, every input each time.

use std::fs;

use crate::common::root;

#[path = "../fuzz/targets/mod.rs"]
#[allow(unreachable_pub, reason = "to the fuzzer it is a crate")]
mod targets;

/// What one target is given, by the names of its files.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = root().join("tests/fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |path: &std::path::Path| path.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

#[test]
fn every_fuzz_target_takes_every_file_of_its_corpus() {
    for (name, target) in targets::TARGETS {
        let inputs = corpus(name);
        assert!(inputs.len() >= 3, "{name}: {}", inputs.len());
        for (file, input) in inputs {
            let done = std::panic::catch_unwind(|| target(&input));
            assert!(done.is_ok(), "the target '{name}' fails on '{file}'");
        }
    }
}

#[test]
fn each_fuzz_target_has_a_program_a_corpus_and_a_dictionary_and_nothing_else_has() {
    let targets: Vec<&str> = self::targets::TARGETS.iter().map(|(name, _)| *name).collect();
    let manifest = fs::read_to_string(root().join("tests/fuzz/Cargo.toml")).unwrap();
    let below = |folder: &str, ending: &str| {
        let entries = fs::read_dir(root().join("tests/fuzz").join(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> =
            names.map(|name| name.strip_suffix(ending).unwrap_or(&name).to_owned()).collect();
        names.sort();
        names
    };
    for (folder, ending) in [("bin", ".rs"), ("corpus", ""), ("dictionaries", ".dict")] {
        assert_eq!(below(folder, ending), targets, "{folder}");
    }
    for name in targets {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in the manifest");
        let program = fs::read_to_string(root().join(format!("tests/fuzz/bin/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("descope_mgmt_fuzz::{name}(data)")), "{program}");
    }
}

#[test]
fn the_corpus_is_small_enough_to_be_kept() {
    let size: usize = targets::TARGETS.iter().flat_map(|(name, _)| corpus(name)).map(|it| it.1.len()).sum();
    assert!(size < 200_000, "{size} bytes");
}
