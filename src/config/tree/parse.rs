//! The events of the YAML parser → `Tree`. A file that is no YAML gives an empty tree and the reason.

use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Tag, options};

use super::{Kind, Tree, build::Builder, keys};
use crate::config::{
    problems::{Problem, Problems},
    source::{Site, Source},
};

/// Files over this size are refused: 64 MiB.
pub(in crate::config) const MOST_BYTES: u64 = 64 << 20;

/// Lists and maps inside each other.
pub(super) const MOST_DEPTH: usize = 64;

/// The tree of a file, and what is wrong with it as YAML.
pub(in crate::config) fn parse(source: Source) -> (Tree, Problems) {
    let mut builder = Builder::new(&source);
    let outcome = feed(&source, &mut builder);
    let (nodes, texts) = builder.finish();
    let mut problems = Problems::default();
    if let Err(problem) = outcome {
        problems.report(*problem);
        return (Tree { source, nodes: Vec::new(), texts: Vec::new() }, problems);
    }
    let mut tree = Tree { source, nodes, texts };
    keys::check(&mut tree, &mut problems);
    (tree, problems)
}

fn feed(source: &Source, builder: &mut Builder<'_>) -> Result<(), Box<Problem>> {
    // Comments are no configuration; anchors are counted here, so that the parser's own limits never come first.
    let options = options! { emit_comments: false };
    let mut documents = 0;
    for next in Parser::new_from_str_with_options(source.text(), options) {
        let (event, span) = next.map_err(|error| Box::new(syntax(source, &error)))?;
        let range = span.byte_range().unwrap_or_default();
        match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    return Err(Box::new(second_document(site(source, &range))));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let kind = scalar_kind(style, tag.as_deref());
                let kind = kind.ok_or_else(|| Box::new(strange_tag(site(source, &range))))?;
                builder.scalar(&text, kind, &range, anchor)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "seq", site(source, &range))?;
                builder.open(Kind::List, &range, anchor)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "map", site(source, &range))?;
                builder.open(Kind::Map, &range, anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => builder.close(&range)?,
            Event::Alias(anchor) => builder.alias(anchor, &range)?,
            _ => {}
        }
    }
    Ok(())
}

/// `None`: a tag that means something we don't know.
fn scalar_kind(style: ScalarStyle, tag: Option<&Tag>) -> Option<Kind> {
    let written = if style == ScalarStyle::Plain { Kind::Plain } else { Kind::Quoted };
    let Some(tag) = tag else { return Some(written) };
    match tag.core_suffix() {
        Some("str") => Some(Kind::Quoted),
        Some("int" | "float" | "bool" | "null") => Some(Kind::Plain),
        _ => None,
    }
}

fn check_tag(tag: Option<&Tag>, allowed: &str, site: Site) -> Result<(), Box<Problem>> {
    match tag {
        Some(tag) if tag.core_suffix() != Some(allowed) => Err(Box::new(strange_tag(site))),
        _ => Ok(()),
    }
}

fn strange_tag(site: Site) -> Problem {
    Problem::error("unsupported_tag", "this YAML tag is not supported").at(site).hint("leave the tag out")
}

fn second_document(site: Site) -> Problem {
    Problem::error("several_documents", "a file holds one YAML document, and here starts a second one")
        .at(site)
        .hint("put it into a file of its own, or remove the '---'")
}

fn syntax(source: &Source, error: &ScanError) -> Problem {
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        let byte = error.marker().byte_offset().unwrap_or_default();
        return too_deep(site(source, &(byte..byte + 1)));
    }
    let byte = error.marker().byte_offset().unwrap_or_default().min(source.text().len());
    let line = source.slice(source.line(byte));
    let hint = if line.contains('\t') {
        Some("YAML is indented with spaces, never with tabs")
    } else if line.contains("${") {
        Some("between { } and [ ], and behind another value, a text with ${…} must be in quotes: \"${NAME}\"")
    } else {
        None
    };
    Problem::error("yaml_syntax", format!("this is not YAML: {}", error.info()))
        .at(site(source, &(byte..byte + 1)))
        .maybe_hint(hint.map(str::to_owned))
}

/// Lists and maps too deep inside each other.
pub(super) fn too_deep(site: Site) -> Problem {
    let message = format!("lists and maps lie more than {MOST_DEPTH} deep inside each other");
    Problem::error("too_deep", message).at(site)
}

/// The site of a range. Files are so small that a byte's number always fits.
pub(super) fn site(source: &Source, range: &Range<usize>) -> Site {
    let fit = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    Site { file: source.number(), start: fit(range.start), end: fit(range.end) }
}
