//! Configurations as people write them: both styles, every quoting, comments, anchors, merge keys, variables, overrides.

use std::collections::BTreeMap;

use proptest::prelude::*;

/// A configuration: its files, and in which lines each tenant is.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one way to write a file, none depends on another")]
pub(super) struct Written {
    pub(super) tenants: Vec<Item>,
    crlf: bool,
    bom: bool,
    ends: bool,
    overrides_first: bool,
    defaults: bool,
    indent: usize,
}

/// A tenant: numbers choose among the ways to write its parts.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) number: usize,
    file: usize,
    shape: usize,
    name: usize,
    domains: usize,
    attributes: usize,
    above: usize,
    disabled: usize,
    removes: usize,
    note: String,
}

/// A line, and the tenant that it is about.
pub(super) type Line = (String, Option<usize>);

pub(super) fn written() -> impl Strategy<Value = Written> {
    let ways =
        (0..2_usize, 0..3_usize, 0..7_usize, 0..8_usize, 0..8_usize, 0..6_usize, 0..3_usize, 0..4_usize);
    let items = prop::collection::vec((ways, "[a-z:#'\"{}&* -]{0,10}"), 1..7);
    let file = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), 0..4_usize);
    (items, file).prop_map(|(items, (crlf, bom, ends, overrides_first, defaults, indent))| {
        let item = |(number, ((file, shape, name, domains, attributes, above, disabled, removes), note))| {
            Item { number, file, shape, name, domains, attributes, above, disabled, removes, note }
        };
        let tenants = items.into_iter().enumerate().map(item).collect();
        Written { tenants, crlf, bom, ends, overrides_first, defaults, indent }
    })
}

impl Item {
    pub(super) fn id(&self) -> String {
        format!("tenant-{}", self.number)
    }

    fn name(&self) -> String {
        let n = self.number;
        match self.name {
            0 => format!("Plain name {n}"),
            1 => format!("'It''s number {n}'"),
            2 => format!("\"Double \\\"{n}\\\"\""),
            3 => format!("\"${{SUFFIX:-Made}} {n}\""),
            4 => format!("!!str {n}{n}{n}"),
            _ => format!("\"dollar $${{X}} {n}\""),
        }
    }

    fn domain(&self, which: usize) -> String {
        format!("d{}-{which}.example", self.number)
    }

    /// The parts of the item; `anchor` is one that an earlier item of its file carries.
    fn parts(&self, anchor: Option<&str>, carries: bool) -> Vec<Part> {
        let n = self.number;
        let (first, second) = (self.domain(0), self.domain(1));
        let mut parts = vec![Part::one("id", &self.id())];
        parts.push(match self.name {
            1 => Part::one("'name'", &self.name()),
            6 => Part {
                first: "name: >-".to_owned(),
                more: vec![(2, "Folded".to_owned()), (2, format!("name {n}"))],
                flow: format!("\"name\": Folded name {n}"),
            },
            _ => Part::one("name", &self.name()),
        });
        match self.domains {
            0 => {}
            1 => parts.push(Part::one("domains", "[]")),
            2 => parts.push(Part::one("domains", &format!("[ {first},{second} ]"))),
            3 => parts.push(Part::list("domains", &[&first, &format!("\"{second}\"")], 2)),
            4 => parts.push(Part::list("domains", &[&first, &second], 0)),
            5 => parts.push(Part::one("domains", &format!("[\"${{DOMAIN:-{first}}}\"]"))),
            6 => parts.push(Part {
                first: format!("domains: [{first},"),
                more: vec![(2, format!("{second},")), (2, "]".to_owned())],
                flow: format!("domains: [{first},{second},]"),
            }),
            _ => parts.push(Part::list("domains", &[&first], 4)),
        }
        let tag = if carries { format!("&a{} ", self.file) } else { String::new() };
        let anchor = anchor.filter(|_| !carries);
        match (self.attributes, anchor) {
            (0, _) if !carries => {}
            (1, _) if !carries => parts.push(Part::one("attributes", "{}")),
            (2, _) => parts.push(Part::one("attributes", &format!("{tag}{{plan: gold,   seats: {n}}}"))),
            (3, Some(anchor)) => parts.push(Part::one("attributes", &format!("*{anchor}"))),
            (4, Some(anchor)) => {
                parts.push(Part::one("attributes", &format!("{{ <<: *{anchor}, seats: {n} }}")));
            }
            (5, Some(anchor)) => parts.push(Part::map(
                "attributes",
                "",
                &[("<<", &format!("*{anchor}")), ("seats", &n.to_string())],
            )),
            (6, _) => parts.push(Part::map(
                "attributes",
                &tag,
                &[("plan", "\"${PLAN:-gold}\""), ("region", "'eu'")],
            )),
            _ => parts.push(Part::map(
                "attributes",
                &tag,
                &[("plan", "gold"), ("seats", &n.to_string()), ("tags", "[a,  b]")],
            )),
        }
        match self.disabled {
            0 => {}
            1 => parts.push(Part::one("disabled", "false")),
            _ => parts.push(Part::one("disabled", "TRUE")),
        }
        match self.removes {
            0 | 1 => {}
            2 => parts.push(Part::one("remove_attributes", "[old]")),
            _ => parts.push(Part::list("remove_attributes", &["old", "older"], 2)),
        }
        parts
    }

    fn above(&self, anchor: Option<&str>) -> Option<String> {
        let body = match (self.above, anchor) {
            (0..=2, _) => return None,
            (3, _) => "{ attributes: { seats: 99 } }".to_owned(),
            (4, Some(anchor)) => format!("{{ attributes: *{anchor} }}"),
            _ => format!("{{ name: Over {}, attributes: {{ plan: silver }} }}", self.number),
        };
        Some(format!("{}: {body}", self.id()))
    }
}

/// A key and its value, over one line or several; those behind the first stand deeper by their indent.
struct Part {
    first: String,
    more: Vec<(usize, String)>,
    /// The same in one line.
    flow: String,
}

impl Part {
    fn one(key: &str, value: &str) -> Self {
        let first = format!("{key}: {value}");
        Self { flow: first.clone(), first, more: Vec::new() }
    }

    fn list(key: &str, items: &[&str], indent: usize) -> Self {
        let more = items.iter().map(|item| (indent, format!("- {item}"))).collect();
        Self { first: format!("{key}:"), more, flow: format!("{key}: [{}]", items.join(",")) }
    }

    fn map(key: &str, tag: &str, entries: &[(&str, &str)]) -> Self {
        let texts: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let flow = format!("{key}: {tag}{{ {} }}", texts.join(", "));
        let more = texts.into_iter().map(|text| (2, text)).collect();
        Self { first: format!("{key}: {tag}").trim_end().to_owned(), more, flow }
    }
}

impl Written {
    /// The files by name, as lines.
    pub(super) fn files(&self) -> BTreeMap<&'static str, Vec<Line>> {
        let mut main: Vec<Line> =
            vec![("# Head: ask Kim.".to_owned(), None), ("version: 1".to_owned(), None)];
        let mut more: Vec<Line> = vec![("# More.".to_owned(), None)];
        if self.defaults {
            main.push((
                "defaults: { tenant: { enforce_sso: false, attributes: { region: eu } } }  # all".to_owned(),
                None,
            ));
        }
        let (own, anchor) = self.list(0);
        let environments = self.environments(if self.overrides_first { None } else { anchor });
        if self.overrides_first {
            main.extend(environments);
            main.extend(own);
        } else {
            main.extend(own);
            main.extend(environments);
        }
        main.push(("# End.".to_owned(), None));
        more.extend(self.list(1).0);
        BTreeMap::from([("main.yaml", main), ("more.yaml", more)])
    }

    /// The text of these lines.
    pub(super) fn text(&self, lines: &[Line]) -> String {
        let end = if self.crlf { "\r\n" } else { "\n" };
        let lines: Vec<&str> = lines.iter().map(|(line, _)| line.as_str()).collect();
        let start = if self.bom { "\u{feff}" } else { "" };
        format!("{start}{}{}", lines.join(end), if self.ends { end } else { "" })
    }

    /// The list of a file, and the anchor in it.
    fn list(&self, file: usize) -> (Vec<Line>, Option<&'static str>) {
        let items: Vec<&Item> = self.tenants.iter().filter(|item| item.file == file).collect();
        if items.is_empty() {
            return (vec![("tenants: []  # none here".to_owned(), None)], None);
        }
        let anchor = ["a0", "a1"].get(file).copied();
        let gap = " ".repeat(self.indent);
        let mut lines = vec![("tenants:   # all of them".to_owned(), None)];
        for (at, item) in items.iter().enumerate() {
            let owner = Some(item.number);
            lines.push((format!("{gap}# {}: {}", item.id(), item.note), None));
            let parts = item.parts(anchor.filter(|_| at > 0), at == 0);
            let note = |at: usize| format!("   # {} {at}: {}", item.id(), item.note);
            if item.shape == 0 {
                let flow: Vec<&str> = parts.iter().map(|part| part.flow.as_str()).collect();
                lines.push((format!("{gap}- {{ {} }}{}", flow.join(", "), note(0)), owner));
            } else {
                let wide = if item.shape == 1 { "- " } else { "-   " };
                let inner = " ".repeat(wide.len());
                let mut start = wide;
                for (number, part) in parts.iter().enumerate() {
                    lines.push((format!("{gap}{start}{}{}", part.first, note(number)), owner));
                    start = &inner;
                    lines.extend(part.more.iter().enumerate().map(|(at, (deeper, text))| {
                        (
                            format!("{gap}{inner}{}{text}{}", " ".repeat(*deeper), note(100 * number + at)),
                            owner,
                        )
                    }));
                }
            }
            if item.note.len() % 2 == 0 {
                lines.push((String::new(), None));
            }
        }
        (lines, anchor)
    }

    fn environments(&self, anchor: Option<&str>) -> Vec<Line> {
        let mut lines: Vec<Line> =
            ["environments:", "  other: {}", "  dev:   # ours"].map(|line| (line.to_owned(), None)).to_vec();
        let overrides = self.tenants.iter().filter_map(|item| Some((item, item.above(anchor)?)));
        let overrides: Vec<Line> = overrides
            .map(|(item, text)| (format!("      {text}   # over {}", item.id()), Some(item.number)))
            .collect();
        if overrides.is_empty() {
            lines.push(("    branches: [develop]".to_owned(), None));
        } else {
            lines.push(("    tenants:".to_owned(), None));
            lines.extend(overrides);
        }
        lines
    }
}
