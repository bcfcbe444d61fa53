//! Configuration files and what they include → trees, several at a time.

use std::{
    collections::HashSet,
    fs,
    io::Read,
    path::{Path, PathBuf},
    thread,
};

use super::{
    Error, SourceFile,
    problems::{Problem, Problems},
    source::Source,
    tree::{self, Kind, MOST_BYTES, Node, Tree},
};

/// Reads and parses the files and, wave by wave, what they include. A file that comes twice is read once.
pub(super) fn read(
    directory: &Path,
    files: Vec<PathBuf>,
    problems: &mut Problems,
) -> Result<Vec<Tree>, Error> {
    let mut trees: Vec<Tree> = Vec::new();
    let mut seen = HashSet::new();
    let mut wave = files;
    while !wave.is_empty() {
        wave.retain(|path| seen.insert(identity(&directory.join(path))));
        let parsed = parse_all(directory, &wave, trees.len())?;
        let mut next = Vec::new();
        for (tree, found) in parsed {
            problems.extend(found);
            next.extend(included(directory, &tree, problems));
            trees.push(tree);
        }
        wave = next;
    }
    Ok(trees)
}

/// Parses files whose texts are at hand; what they include is among them.
pub(super) fn embedded(directory: &Path, files: &[SourceFile], problems: &mut Problems) -> Vec<Tree> {
    let mut trees = Vec::with_capacity(files.len());
    for (file, number) in files.iter().zip(0..) {
        let name = file.path.display().to_string();
        let source = Source::new(number, &name, directory.join(&file.path), file.text.clone());
        let (tree, found) = tree::parse(source);
        problems.extend(found);
        trees.push(tree);
    }
    trees
}

/// Two paths to one file have one identity.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

type Parsed = (Tree, Problems);

fn parse_all(directory: &Path, paths: &[PathBuf], first: usize) -> Result<Vec<Parsed>, Error> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(8);
    let mut parsed = Vec::with_capacity(paths.len());
    for (batch, number) in paths.chunks(workers).zip((first..).step_by(workers)) {
        let results: Vec<_> = if let [path] = batch {
            vec![parse_one(directory, path, number)]
        } else {
            thread::scope(|scope| {
                let running: Vec<_> = batch
                    .iter()
                    .zip(number..)
                    .map(|(path, number)| scope.spawn(move || parse_one(directory, path, number)))
                    .collect();
                running.into_iter().map(|worker| worker.join().unwrap_or_else(|_| unreadable())).collect()
            })
        };
        for result in results {
            parsed.push(result?);
        }
    }
    Ok(parsed)
}

fn unreadable() -> Result<Parsed, Error> {
    let source = std::io::Error::other("the parser stopped");
    Err(Error::Read { path: PathBuf::new(), source })
}

fn parse_one(directory: &Path, shown: &Path, number: usize) -> Result<Parsed, Error> {
    let path = directory.join(shown);
    let fail = |source| Error::Read { path: shown.to_owned(), source };
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let name = shown.display().to_string();
    let refused = |problem: Problem| {
        let mut problems = Problems::default();
        problems.report(problem);
        (tree::parse(Source::new(number, &name, path.clone(), String::new())).0, problems)
    };
    // Read no further than that: what is named may be a pipe that never ends.
    let file = fs::File::open(&path).map_err(fail)?;
    let size = file.metadata().map_err(fail)?.len().min(MOST_BYTES);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > MOST_BYTES {
        let message = format!("'{name}' is larger than {} MiB", MOST_BYTES >> 20);
        return Ok(refused(Problem::error("file_too_large", message).hint("split it into several files")));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(tree::parse(Source::new(number, &name, path.clone(), text))),
        Err(error) => {
            let line = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
            let line = line.filter(|byte| **byte == b'\n').count() + 1;
            let message = format!("'{name}' is not UTF-8: line {line} holds a byte that is no text");
            Ok(refused(Problem::error("not_utf8", message).hint("save the file as UTF-8")))
        }
    }
}

/// The files that the `include` of a file names, as the file itself is named.
fn included(directory: &Path, tree: &Tree, problems: &mut Problems) -> Vec<PathBuf> {
    let Some(list) = tree.root().and_then(|root| root.value("include")) else { return Vec::new() };
    if list.kind() != Kind::List {
        let message = format!("'include' must be a list of globs, and this is {}", list.noun());
        problems
            .report(Problem::error("wrong_type", message).at(list).hint("as in: include: [tenants/*.yaml]"));
        return Vec::new();
    }
    list.items().flat_map(|item| matching(directory, item, problems)).collect()
}

fn matching(directory: &Path, item: Node<'_>, problems: &mut Problems) -> Vec<PathBuf> {
    if !item.is_scalar() || item.is_null() || item.text().is_empty() {
        let message = format!("an item of 'include' must be a glob, and this is {}", item.noun());
        problems.report(Problem::error("wrong_type", message).at(item));
        return Vec::new();
    }
    // The folder itself is no glob, whatever signs its name holds.
    let folder = glob::Pattern::escape(&item.source().folder().to_string_lossy());
    let pattern = Path::new(&folder).join(item.text());
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
    let paths = match glob::glob_with(&pattern.to_string_lossy(), options) {
        Ok(paths) => paths,
        Err(error) => {
            let message = format!("'{}' is not a glob: {}", item.text(), error.msg);
            problems.report(Problem::error("bad_glob", message).at(item));
            return Vec::new();
        }
    };
    let found: Vec<_> = paths.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    if found.is_empty() {
        let message = format!("no file matches '{}'", item.text());
        let hint = format!("globs are relative to '{}'", item.source().folder().display());
        problems.report(Problem::error("include_matches_nothing", message).at(item).hint(hint));
    }
    found.into_iter().map(|path| shown(directory, &path)).collect()
}

/// A path as messages name it: relative where it lies below the working folder.
fn shown(directory: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(directory).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::config::testing::Case;

    #[test]
    fn includes_are_relative_to_the_including_file_and_read_once() {
        let case = Case::empty()
            .file("conf/main.yaml", "include: [tenants/*.yaml, main.yaml]\ntenants: [{ id: top }]\n")
            .file("conf/tenants/b.yaml", "tenants: [{ id: bbb }]\n")
            .file("conf/tenants/a.yaml", "include: ['../*.yaml', b.yaml]\ntenants: [{ id: aaa }]\n")
            .with(|inputs| inputs.files = vec!["conf/main.yaml".into()]);
        let config = case.config();
        let ids: Vec<_> = config.desired.tenants.unwrap().into_iter().map(|tenant| tenant.id).collect();
        assert_eq!(ids, ["top", "aaa", "bbb"]);
        let files: Vec<_> = config.files.iter().map(|file| file.display().to_string()).collect();
        assert_eq!(files, ["conf/main.yaml", "conf/tenants/a.yaml", "conf/tenants/b.yaml"]);
    }

    #[test]
    fn an_include_that_matches_nothing_is_an_error() {
        insta::assert_snapshot!(Case::new("include: [nope/*.yaml, ~, '[']\n").problems(), @"
        descope.yaml:1:11: error: no file matches 'nope/*.yaml' [include_matches_nothing]
          hint: globs are relative to '<folder>'
        descope.yaml:1:24: error: an item of 'include' must be a glob, and this is null [wrong_type]
        descope.yaml:1:27: error: '[' is not a glob: invalid range pattern [bad_glob]
        ");
        insta::assert_snapshot!(Case::new("include: a.yaml\n").problems(), @"
        descope.yaml:1:10: error: 'include' must be a list of globs, and this is a single value [wrong_type]
          hint: as in: include: [tenants/*.yaml]
        ");
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        let case = Case::new("");
        fs::write(case.path("descope.yaml"), b"a: 1\nb: \xff\n").unwrap();
        insta::assert_snapshot!(case.problems(), @"
        error: 'descope.yaml' is not UTF-8: line 2 holds a byte that is no text [not_utf8]
          hint: save the file as UTF-8
        ");
    }

    #[test]
    fn a_file_over_64_mib_is_refused() {
        let case = Case::new("");
        let file = fs::File::create(case.path("descope.yaml")).unwrap();
        file.set_len((64 << 20) + 1).unwrap();
        insta::assert_snapshot!(case.problems(), @"
        error: 'descope.yaml' is larger than 64 MiB [file_too_large]
          hint: split it into several files
        ");
    }
}
