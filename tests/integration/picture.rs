//! The README's picture of a plan, drawn from what the tool prints: `UPDATE_PICTURE=1 cargo test picture` draws it anew.

use std::fmt::Write as _;

use crate::{common::root, look};

const LINE: usize = 20;
const SIGN: f32 = 8.4;

/// The escape sequences of the tool and the colours they stand for.
const COLOURS: [(&str, &str); 6] = [
    ("1", "fill=\"#ffffff\" font-weight=\"bold\""),
    ("2", "fill=\"#8b949e\""),
    ("31", "fill=\"#ff7b72\""),
    ("32", "fill=\"#7ee787\""),
    ("33", "fill=\"#e3b341\""),
    ("35", "fill=\"#d2a8ff\""),
];

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A line of the terminal as pieces of one colour each.
fn line(text: &str) -> String {
    let mut out = String::new();
    for (at, piece) in text.split("\u{1b}[").enumerate() {
        let (code, words) = if at == 0 { ("0", piece) } else { piece.split_once('m').unwrap() };
        let colour = COLOURS.iter().find(|(known, _)| *known == code).map_or("", |(_, colour)| colour);
        assert!(!colour.is_empty() || code == "0", "no colour for {code}");
        if !words.is_empty() {
            write!(out, "<tspan {colour}>{}</tspan>", escaped(words)).unwrap();
        }
    }
    out.replace("<tspan >", "<tspan>")
}

fn picture(text: &str) -> String {
    let columns = text.lines().map(console::measure_text_width).max().unwrap();
    let columns = f32::from(u16::try_from(columns).unwrap());
    let (width, height) = (columns * SIGN + 32.0, text.lines().count() * LINE + 32);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height}\" width=\"{width:.0}\" height=\"{height}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, monospace\" font-size=\"14\" fill=\"#c9d1d9\">\n"
    );
    for (at, text) in text.lines().enumerate().filter(|(_, text)| !text.is_empty()) {
        let y = 30 + at * LINE;
        // Whatever font there is, a line is as long as it is in a terminal.
        let long = f32::from(u16::try_from(console::measure_text_width(text)).unwrap()) * SIGN;
        let text = line(text);
        writeln!(
            out,
            "<text x=\"16\" y=\"{y}\" textLength=\"{long:.0}\" xml:space=\"preserve\">{text}</text>"
        )
        .unwrap();
    }
    out + "</g>\n</svg>\n"
}

#[test]
fn the_picture_of_a_plan_is_what_the_tool_prints() {
    let desk = look::desk().with("CLICOLOR_FORCE", "1");
    let drawn = picture(&desk.sh("--sandbox plan").exits(0).out);
    let file = root().join(".github/plan.svg");
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        std::fs::write(&file, &drawn).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        drawn,
        "UPDATE_PICTURE=1 cargo test picture draws it anew"
    );
}
