//! A drawn graph as SVG (<https://www.w3.org/TR/SVG11/>): an element of a page, or a file of its own.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::layout::{HEIGHT, Layout, label, layout};
use super::{Drawing, Line};
use crate::report::style::visible;

/// How a file of its own looks; a page has its own rules for the same classes.
const STYLE: &str = "\
svg{background:#fff;color:#1f2328}\
.node rect{fill:#f6f8fa;stroke:#59636e}.node text{font:12px ui-monospace,monospace;fill:currentColor}\
.changed rect{fill:#fff3c4;stroke:#8a5a00;stroke-width:2}.new rect{fill:#dbeeff;stroke:#0a58ca;stroke-width:2}\
.removed rect{fill:#fff;stroke:#b3372a;stroke-width:2;stroke-dasharray:6 3}.external rect{stroke-dasharray:2 3}\
.edge{fill:none;stroke:#59636e}.dashed{stroke-dasharray:4 3}.head{fill:#59636e}.hollow{fill:#fff;stroke:#59636e}\
@media(prefers-color-scheme:dark){svg{background:#0d1117;color:#e6edf3}.node rect{fill:#161b22;stroke:#9198a1}\
.changed rect{fill:#3d2e00;stroke:#e3b341}.new rect{fill:#0c2d6b;stroke:#79c0ff}\
.removed rect{fill:#0d1117;stroke:#ff7b72}.edge{stroke:#9198a1}.head{fill:#9198a1}.hollow{fill:#0d1117;stroke:#9198a1}}";

/// Writes a file of its own.
///
/// # Errors
/// Only those of `out`.
pub fn write(drawing: &Drawing, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    out.write_all(element(drawing, Some(STYLE)).as_bytes())?;
    writeln!(out)
}

/// The element of a picture, with a `style` in it where the surroundings have none. It has neither handlers nor style
/// attributes, so that a page may forbid those.
pub fn element(drawing: &Drawing, style: Option<&str>) -> String {
    let placed = layout(drawing);
    let mut out = String::new();
    let Layout { width, height, .. } = placed;
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" role=\"group\" aria-label=\"{}\" \
         width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">",
        escaped(&drawing.title)
    );
    if let Some(style) = style {
        let _ = write!(out, "<style>{style}</style>");
    }
    out += "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
            orient=\"auto\"><path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker><marker id=\"hollow\" \
            viewBox=\"-1 -1 10 10\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
            <path class=\"hollow\" d=\"M0 0L8 4L0 8z\"/></marker></defs>";
    for (edge, points) in drawing.edges.iter().zip(&placed.edges) {
        let path = match drawing.nodes.get(edge.from) {
            Some(_) if edge.from == edge.to => {
                let node = placed.nodes[edge.from];
                let (x, y) = (node.left + node.width, node.top);
                format!(
                    "M{x:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {x:.1} {:.1}",
                    y + 6.0,
                    x + 24.0,
                    y - 4.0,
                    x + 24.0,
                    y + 28.0,
                    y + 18.0
                )
            }
            Some(_) if points.len() >= 2 => curve(points),
            _ => continue,
        };
        let head = if edge.line == Line::Tail { "hollow" } else { "head" };
        let _ = write!(
            out,
            "<path class=\"edge {}\" marker-end=\"url(#{head})\" d=\"{path}\"/>",
            edge.line.class()
        );
    }
    for (node, place) in drawing.nodes.iter().zip(&placed.nodes) {
        if let Some(link) = &node.link {
            let _ = write!(out, "<a href=\"{}\">", escaped(link));
        }
        let (x, y) = (place.left, place.top);
        let _ = write!(
            out,
            "<g class=\"node {}\"><title>{}</title><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" \
             height=\"{HEIGHT}\" rx=\"4\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
            node.look.class(),
            escaped(&node.title),
            place.width,
            x + 8.0,
            y + 16.0,
            escaped(&label(&visible(&node.label)))
        );
        if node.link.is_some() {
            out += "</a>";
        }
    }
    out + "</svg>"
}

/// A curve through all points that leaves and enters them level.
fn curve(points: &[(f64, f64)]) -> String {
    let mut path = format!("M{:.1} {:.1}", points[0].0, points[0].1);
    for ends in points.windows(2) {
        let ((x1, y1), (x2, y2)) = (ends[0], ends[1]);
        let middle = (x1 + x2) / 2.0;
        let _ = write!(path, "C{middle:.1} {y1:.1} {middle:.1} {y2:.1} {x2:.1} {y2:.1}");
    }
    path
}

/// Text as XML has it, with everything made visible that is no part of XML 1.0's characters or reorders what is shown.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Edge, Look, Node};
    use super::*;

    #[test]
    fn names_cannot_leave_their_elements() {
        let hostile = "</title></text><script>alert('\u{1b}[31m\u{202e}\0')</script>\"&";
        let node = Node {
            label: hostile.into(),
            title: hostile.into(),
            link: Some(hostile.into()),
            look: Look::New,
        };
        let edges = vec![Edge { from: 0, to: 0, line: Line::Solid }];
        let drawn = element(&Drawing { title: hostile.into(), nodes: vec![node], edges }, Some(STYLE));
        assert!(!drawn.contains("<script") && drawn.contains("&lt;script&gt;"), "{drawn}");
        assert!(!drawn.contains(|c: char| c.is_control() || c == '\u{202e}'), "{drawn}");
        assert_eq!(drawn.matches("<text").count(), drawn.matches("</text>").count());
    }

    #[test]
    fn a_picture_has_neither_handlers_nor_style_attributes() {
        let nodes = vec![Node::default(), Node::default()];
        let edges =
            vec![Edge { from: 0, to: 1, line: Line::Tail }, Edge { from: 5, to: 1, line: Line::Solid }];
        let drawn = element(&Drawing { title: "a graph".into(), nodes, edges }, None);
        assert!(!drawn.contains("style") && !drawn.contains(" on"), "{drawn}");
        assert_eq!(drawn.matches("<path class=\"edge").count(), 1);
    }
}
