//! What plans cost → two pictures, time and memory over the number of tenants.

use std::{fmt::Write, path::Path};

use crate::{
    made::thousands,
    plans::{Cost, Point},
};

const WIDTH: f64 = 664.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 48.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 44.0;

/// Read on a light page and on a dark one.
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-weight:600}.axis{stroke:#8c959f;stroke-opacity:.4}\
polyline{fill:none;stroke-width:2.5}.tool{stroke:#1f883d}.python{stroke:#bc4c00}circle.tool{fill:#1f883d}circle.python{fill:#bc4c00}\
text.tool{fill:#1f883d;stroke:none}text.python{fill:#bc4c00;stroke:none}\
@media (prefers-color-scheme:dark){text{fill:#9198a1}.tool{stroke:#3fb950}.python{stroke:#f0883e}circle.tool,text.tool{fill:#3fb950}\
circle.python,text.python{fill:#f0883e}}";

/// Draws `plan-time.svg` and `plan-memory.svg` into the folder.
pub(crate) fn write(folder: &Path, points: &[Point]) {
    std::fs::create_dir_all(folder).expect("a folder");
    let seconds = |cost: Cost| Some(cost.time.as_secs_f64());
    let mib = |cost: Cost| cost.peak.map(|bytes| bytes as f64 / f64::from(1 << 20));
    let time = draw("Time of a plan, seconds", points, seconds);
    let memory = draw("Peak memory of a plan, MiB", points, mib);
    std::fs::write(folder.join("plan-time.svg"), time).expect("a file");
    std::fs::write(folder.join("plan-memory.svg"), memory).expect("a file");
}

fn draw(title: &str, points: &[Point], value: impl Fn(Cost) -> Option<f64>) -> String {
    let line = |cost: fn(&Point) -> Option<Cost>| -> Vec<(f64, f64)> {
        points.iter().filter_map(|point| Some((point.count as f64, value(cost(point)?)?))).collect()
    };
    let lines = [
        ("tool", "descope-mgmt plan", line(|point| Some(point.tool))),
        ("python", "loop with the Python SDK", line(|point| point.python)),
    ];
    let all = || lines.iter().flat_map(|(_, _, line)| line);
    let (most_x, most_y) =
        all().fold((1.0, 1e-9), |most: (f64, f64), at| (most.0.max(at.0), most.1.max(at.1)));
    let (step, top) = scale(most_y);
    let x = |count: f64| LEFT + count / most_x * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\n\
         <style>{STYLE}</style>\n<text class=\"title\" x=\"{LEFT}\" y=\"20\">{title}</text>\n"
    );
    let mut put = |text: &str| writeln!(svg, "{text}").expect("memory");
    let mut mark = 0.0;
    while mark <= top {
        let (at, from, to) = (y(mark), LEFT, WIDTH - RIGHT);
        put(&format!("<line class=\"axis\" x1=\"{from}\" x2=\"{to}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>"));
        put(&format!(
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            at + 4.0,
            (mark * 100.0).round() / 100.0
        ));
        mark += step;
    }
    for point in points.iter().skip(1) {
        let (at, low) = (x(point.count as f64), HEIGHT - BOTTOM + 20.0);
        put(&format!(
            "<text x=\"{at:.1}\" y=\"{low}\" text-anchor=\"middle\">{}</text>",
            thousands(point.count)
        ));
    }
    put(&format!("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">tenants</text>", WIDTH - RIGHT, HEIGHT - 6.0));
    let mut named = LEFT + 220.0;
    for (class, name, line) in lines.iter().filter(|(_, _, line)| !line.is_empty()) {
        let places: Vec<(f64, f64)> = line.iter().map(|(count, value)| (x(*count), y(*value))).collect();
        let joined: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        put(&format!("<polyline class=\"{class}\" points=\"{}\"/>", joined.join(" ")));
        for (x, y) in places {
            put(&format!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"));
        }
        put(&format!("<circle class=\"{class}\" cx=\"{named}\" cy=\"16\" r=\"4\"/>"));
        put(&format!("<text class=\"{class}\" x=\"{}\" y=\"20\">{name}</text>", named + 10.0));
        named += 160.0;
    }
    svg + "</svg>\n"
}

/// The distance between two marks of an axis, and where it ends: round numbers, at most six of them.
fn scale(most: f64) -> (f64, f64) {
    let magnitude = 10_f64.powf((most / 5.0).log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].map(|factor| factor * magnitude).into_iter().find(|step| step * 5.0 >= most);
    let step = step.unwrap_or(most);
    (step, (most / step).ceil() * step)
}
