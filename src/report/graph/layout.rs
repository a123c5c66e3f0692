//! Where nodes and edges lie: in columns from left to right, as names are wide and not high.
//!
//! The steps are those of Sugiyama, Tagawa and Toda (1981): edges that close a circle are turned round, each node gets
//! the column behind all that lead to it, edges over several columns get a bend in each, the order in the columns
//! is improved by barycentres, and then each node is pulled towards its neighbours as far as there is room. Everything is
//! done in the order of the nodes, so that two runs draw the same picture.

use super::order;
use super::{Drawing, Edge};

/// Points for a character, at 12 points of a font whose characters are all as wide.
const CHARACTER: f64 = 7.3;
/// Height of a node, in points.
pub const HEIGHT: f64 = 24.0;
/// Room between nodes of a column.
const GAP: f64 = 12.0;
/// Room between columns, for the edges.
const CHANNEL: f64 = 56.0;
/// Room around the picture.
const MARGIN: f64 = 12.0;
/// Characters of a label that are drawn; the title has all.
pub const LABEL: usize = 40;
/// Bends that are worth it; a graph with more is drawn with edges straight through.
const MOST_BENDS: usize = 20_000;

/// A drawn graph. Points are counted from the upper left corner.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// Width of the picture.
    pub width: f64,
    /// Height of the picture.
    pub height: f64,
    /// Left, top and width of each node, whose height is [`HEIGHT`].
    pub nodes: Vec<Place>,
    /// The points each edge goes through, from its beginning to its end.
    pub edges: Vec<Vec<(f64, f64)>>,
}

/// The place of a node.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Place {
    /// Its left side.
    pub left: f64,
    /// Its upper side.
    pub top: f64,
    /// Its width.
    pub width: f64,
}

/// The part of a label that is drawn.
pub fn label(text: &str) -> String {
    if text.chars().count() <= LABEL {
        return text.to_owned();
    }
    text.chars().take(LABEL - 1).chain(['\u{2026}']).collect()
}

/// Places the nodes and edges of `drawing`. Edges whose ends are no nodes are left out of the picture.
pub fn layout(drawing: &Drawing) -> Layout {
    let count = drawing.nodes.len();
    let is_drawn = |edge: &Edge| edge.from < count && edge.to < count && edge.from != edge.to;
    let forward = order::without_circles(count, &drawing.edges, is_drawn);
    let columns = order::columns(count, &forward);
    let spans: usize = forward.iter().flatten().map(|&(from, to)| columns[to] - columns[from] - 1).sum();
    let with_bends = spans <= MOST_BENDS;

    // Nodes first, then bends; each has a column.
    let mut column_of = columns.clone();
    let mut paths: Vec<Vec<usize>> = Vec::with_capacity(forward.len());
    let mut links: Vec<(usize, usize)> = Vec::new();
    for edge in &forward {
        let Some((from, to)) = *edge else {
            paths.push(Vec::new());
            continue;
        };
        let mut path = vec![from];
        if with_bends {
            for column in columns[from] + 1..columns[to] {
                path.push(column_of.len());
                column_of.push(column);
            }
        }
        path.push(to);
        links.extend(path.windows(2).map(|ends| (ends[0], ends[1])));
        paths.push(path);
    }
    let width = |i: usize| match drawing.nodes.get(i) {
        Some(node) => label(&node.label).chars().count() as f64 * CHARACTER + 16.0,
        None => 0.0,
    };
    let height = |i: usize| if i < count { HEIGHT } else { 2.0 };
    let ordered = order::arrange(&column_of, &links);
    let middle = heights(&ordered, &column_of, &links, &height);

    let mut left = MARGIN;
    let mut lefts = Vec::with_capacity(ordered.len());
    let mut widths = Vec::with_capacity(ordered.len());
    for column in &ordered {
        let widest = column.iter().map(|&i| width(i)).fold(0.0, f64::max);
        lefts.push(left);
        widths.push(widest);
        left += widest + CHANNEL;
    }
    let top = middle.iter().enumerate().map(|(i, y)| y - height(i) / 2.0).fold(f64::INFINITY, f64::min);
    let down = if top.is_finite() { MARGIN - top } else { MARGIN };
    let middle: Vec<f64> = middle.iter().map(|y| y + down).collect();
    let bottom = middle.iter().enumerate().map(|(i, y)| y + height(i) / 2.0).fold(MARGIN, f64::max);
    let place =
        |i: usize| Place { left: lefts[column_of[i]], top: middle[i] - HEIGHT / 2.0, width: width(i) };
    let nodes: Vec<Place> = (0..count).map(place).collect();
    let edges = drawing.edges.iter().zip(&paths).map(|(edge, path)| {
        let mut points =
            points(path, count, &nodes, &|i| (lefts[column_of[i]], widths[column_of[i]], middle[i]));
        if path.first().is_some_and(|&first| first != edge.from) {
            points.reverse();
        }
        points
    });
    let edges = edges.collect();
    Layout { width: (left - CHANNEL + MARGIN).max(2.0 * MARGIN), height: bottom + MARGIN, nodes, edges }
}

/// The points of one edge: from the right side of a node through the bends to the left side of another one.
fn points(
    path: &[usize],
    count: usize,
    nodes: &[Place],
    place: &dyn Fn(usize) -> (f64, f64, f64),
) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    for (step, &i) in path.iter().enumerate() {
        let (left, width, middle) = place(i);
        if i >= count {
            points.extend([(left, middle), (left + width, middle)]);
        } else if step == 0 {
            points.push((nodes[i].left + nodes[i].width, middle));
        } else {
            points.push((left, middle));
        }
    }
    points
}

/// The middle of everything, counted down: first as the order has it, then pulled towards the neighbours.
fn heights(
    ordered: &[Vec<usize>],
    column_of: &[usize],
    links: &[(usize, usize)],
    height: &dyn Fn(usize) -> f64,
) -> Vec<f64> {
    let mut middle = vec![0.0; column_of.len()];
    for column in ordered {
        let mut y = 0.0;
        for &i in column {
            middle[i] = y + height(i) / 2.0;
            y += height(i) + GAP;
        }
    }
    let (mut before, mut behind) = (vec![Vec::new(); column_of.len()], vec![Vec::new(); column_of.len()]);
    for &(from, to) in links {
        before[to].push(from);
        behind[from].push(to);
    }
    for round in 0..12 {
        let neighbours = if round % 2 == 0 { &before } else { &behind };
        let columns: Columns<'_> =
            if round % 2 == 0 { Box::new(ordered.iter()) } else { Box::new(ordered.iter().rev()) };
        for column in columns {
            pull(column, neighbours, height, &mut middle);
        }
    }
    middle
}

/// Columns in either direction.
type Columns<'a> = Box<dyn Iterator<Item = &'a Vec<usize>> + 'a>;

/// Moves the nodes of one column to the mean of their neighbours, in their order and without touching. Runs of nodes
/// that want to be at the same place are put there together, around the mean of what they want.
fn pull(column: &[usize], neighbours: &[Vec<usize>], height: &dyn Fn(usize) -> f64, middle: &mut [f64]) {
    struct Run {
        first: usize,
        /// The sum of what its nodes want of the run's upper end, and their number.
        wanted: f64,
        nodes: f64,
        size: f64,
    }
    let mut runs: Vec<Run> = Vec::new();
    for (at, &i) in column.iter().enumerate() {
        let near = &neighbours[i];
        let mean = near.iter().map(|&n| middle[n]).sum::<f64>() / near.len().max(1) as f64;
        let want = if near.is_empty() { middle[i] } else { mean } - height(i) / 2.0;
        let mut run = Run { first: at, wanted: want, nodes: 1.0, size: height(i) + GAP };
        while let Some(above) = runs.last() {
            if above.wanted / above.nodes + above.size <= run.wanted / run.nodes {
                break;
            }
            let above = runs.pop().expect("there is one");
            run = Run {
                first: above.first,
                wanted: above.wanted + run.wanted - run.nodes * above.size,
                nodes: above.nodes + run.nodes,
                size: above.size + run.size,
            };
        }
        runs.push(run);
    }
    for (index, run) in runs.iter().enumerate() {
        let end = runs.get(index + 1).map_or(column.len(), |next| next.first);
        let mut y = run.wanted / run.nodes;
        for &i in &column[run.first..end] {
            middle[i] = y + height(i) / 2.0;
            y += height(i) + GAP;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Line, Node};
    use super::*;

    fn drawing(count: usize, edges: &[(usize, usize)]) -> Drawing {
        let node = |i: usize| Node { label: format!("node{i}"), ..Node::default() };
        let edge = |&(from, to): &(usize, usize)| Edge { from, to, line: Line::Solid };
        Drawing {
            title: String::new(),
            nodes: (0..count).map(node).collect(),
            edges: edges.iter().map(edge).collect(),
        }
    }

    #[test]
    fn callers_stand_left_of_what_they_call() {
        let placed = layout(&drawing(4, &[(0, 1), (1, 2), (0, 2), (3, 0)]));
        let left = |i: usize| placed.nodes[i].left;
        assert!(left(3) < left(0) && left(0) < left(1) && left(1) < left(2));
        assert_eq!(placed.edges[2].len(), 4, "an edge over a column has a bend there");
    }

    #[test]
    fn circles_and_an_empty_graph_are_drawn() {
        let placed = layout(&drawing(3, &[(0, 1), (1, 2), (2, 0), (1, 1), (7, 0)]));
        assert_eq!(placed.edges[2].first().map(|p| p.0 > placed.nodes[0].left), Some(true));
        assert!(placed.edges[3].is_empty() && placed.edges[4].is_empty());
        assert!(layout(&Drawing::default()).nodes.is_empty());
    }

    proptest! {
        #[test]
        fn no_two_nodes_overlap_and_all_lie_in_the_picture(
            count in 1..30usize,
            edges in proptest::collection::vec((0..30usize, 0..30usize), 0..60),
        ) {
            let drawing = drawing(count, &edges);
            let placed = layout(&drawing);
            prop_assert_eq!(&placed, &layout(&drawing));
            for (i, a) in placed.nodes.iter().enumerate() {
                prop_assert!(a.left >= 0.0 && a.left + a.width <= placed.width);
                prop_assert!(a.top >= 0.0 && a.top + HEIGHT <= placed.height + 0.01);
                for b in &placed.nodes[i + 1..] {
                    let beside = a.left + a.width <= b.left || b.left + b.width <= a.left;
                    prop_assert!(beside || a.top + HEIGHT <= b.top + 0.01 || b.top + HEIGHT <= a.top + 0.01);
                }
            }
            for (edge, points) in drawing.edges.iter().zip(&placed.edges) {
                let drawn = edge.from < count && edge.to < count && edge.from != edge.to;
                prop_assert_eq!(points.len() >= 2, drawn);
            }
        }
    }
}
