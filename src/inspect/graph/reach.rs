//! What is reached from where.

use std::collections::{BTreeSet, VecDeque};

/// Edges by the node they leave.
pub(super) struct Graph {
    next: Vec<Vec<usize>>,
}

impl Graph {
    /// A graph of `nodes` nodes; `backwards` turns every edge round.
    pub(super) fn new(nodes: usize, edges: impl Iterator<Item = (usize, usize)>, backwards: bool) -> Graph {
        let mut next = vec![Vec::new(); nodes];
        for (from, to) in edges {
            let (from, to) = if backwards { (to, from) } else { (from, to) };
            next[from].push(to);
        }
        Graph { next }
    }
}

/// The nodes that are reached from `roots` over at most `most` edges, the roots among them.
pub(super) fn reached(graph: &Graph, roots: &BTreeSet<usize>, most: Option<u64>) -> Vec<bool> {
    let mut found = vec![false; graph.next.len()];
    let mut queue: VecDeque<(usize, u64)> = VecDeque::new();
    for &root in roots {
        found[root] = true;
        queue.push_back((root, 0));
    }
    while let Some((node, depth)) = queue.pop_front() {
        if most.is_some_and(|most| depth >= most) {
            continue;
        }
        for &to in &graph.next[node] {
            if !found[to] {
                found[to] = true;
                queue.push_back((to, depth + 1));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 → 1 → 2 → 0, and 3 → 2.
    const EDGES: [(usize, usize); 4] = [(0, 1), (1, 2), (2, 0), (3, 2)];

    fn from(root: usize, backwards: bool, most: Option<u64>) -> Vec<usize> {
        let found = reached(&Graph::new(4, EDGES.into_iter(), backwards), &BTreeSet::from([root]), most);
        (0..4).filter(|&i| found[i]).collect()
    }

    #[test]
    fn circles_end() {
        assert_eq!(from(0, false, None), [0, 1, 2]);
        assert_eq!(from(3, false, None), [0, 1, 2, 3]);
    }

    #[test]
    fn callers_are_the_other_way() {
        assert_eq!(from(2, true, Some(1)), [1, 2, 3]);
        assert_eq!(from(3, true, None), [3]);
    }

    #[test]
    fn depth_counts_edges() {
        assert_eq!(from(0, false, Some(0)), [0]);
        assert_eq!(from(0, false, Some(1)), [0, 1]);
    }
}
