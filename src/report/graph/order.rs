//! Which column a node stands in, and where in it.

use super::Edge;

/// The edges, turned so that they go round in no circle; `None` for what is not drawn.
pub(super) fn without_circles(
    count: usize,
    edges: &[Edge],
    is_drawn: impl Fn(&Edge) -> bool,
) -> Vec<Option<(usize, usize)>> {
    let mut behind: Vec<Vec<(usize, usize)>> = vec![Vec::new(); count];
    let mut leads_here = vec![0usize; count];
    for (at, edge) in edges.iter().enumerate().filter(|(_, edge)| is_drawn(edge)) {
        behind[edge.from].push((edge.to, at));
        leads_here[edge.to] += 1;
    }
    let mut turned: Vec<Option<(usize, usize)>> =
        edges.iter().map(|edge| is_drawn(edge).then_some((edge.from, edge.to))).collect();
    // An edge to a node that the walk is still inside of closes a circle.
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Inside,
        Done,
    }
    let mut seen = vec![Seen::No; count];
    // What nothing leads to is the natural beginning.
    let mut starts: Vec<usize> = (0..count).collect();
    starts.sort_by_key(|&i| leads_here[i] > 0);
    for start in starts {
        if seen[start] != Seen::No {
            continue;
        }
        let mut walk = vec![(start, 0)];
        seen[start] = Seen::Inside;
        while let Some((node, next)) = walk.last_mut() {
            let Some(&(to, at)) = behind[*node].get(*next) else {
                seen[*node] = Seen::Done;
                walk.pop();
                continue;
            };
            *next += 1;
            match seen[to] {
                Seen::No => {
                    seen[to] = Seen::Inside;
                    walk.push((to, 0));
                }
                Seen::Inside => turned[at] = Some((to, edges[at].from)),
                Seen::Done => {}
            }
        }
    }
    turned
}

/// The column of each node: behind all that lead to it.
pub(super) fn columns(count: usize, edges: &[Option<(usize, usize)>]) -> Vec<usize> {
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut missing = vec![0usize; count];
    for &(from, to) in edges.iter().flatten() {
        behind[from].push(to);
        missing[to] += 1;
    }
    let mut ready: Vec<usize> = (0..count).filter(|&i| missing[i] == 0).collect();
    let mut columns = vec![0; count];
    while let Some(node) = ready.pop() {
        for &to in &behind[node] {
            columns[to] = columns[to].max(columns[node] + 1);
            missing[to] -= 1;
            if missing[to] == 0 {
                ready.push(to);
            }
        }
    }
    columns
}

/// The nodes and bends of each column from top to bottom, with few crossings between neighbouring columns.
pub(super) fn arrange(column_of: &[usize], links: &[(usize, usize)]) -> Vec<Vec<usize>> {
    const ROUNDS: usize = 10;
    let columns = column_of.iter().max().map_or(0, |last| last + 1);
    let mut ordered: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (i, &column) in column_of.iter().enumerate() {
        ordered[column].push(i);
    }
    let mut best = ordered.clone();
    let mut fewest = crossings(&ordered, links, column_of);
    let (mut before, mut behind) = (vec![Vec::new(); column_of.len()], vec![Vec::new(); column_of.len()]);
    for &(from, to) in links {
        before[to].push(from);
        behind[from].push(to);
    }
    for round in 0..ROUNDS {
        if fewest == 0 {
            break;
        }
        let mut at = places(&ordered, column_of.len());
        let forward = round % 2 == 0;
        let neighbours = if forward { &before } else { &behind };
        for step in 0..columns {
            let column = if forward { step } else { columns - 1 - step };
            let mean = |i: &usize| match neighbours[*i].as_slice() {
                [] => at[*i] as f64,
                near => near.iter().map(|&n| at[n] as f64).sum::<f64>() / near.len() as f64,
            };
            let mut keyed: Vec<(f64, usize)> = ordered[column].iter().map(|i| (mean(i), *i)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            ordered[column] = keyed.into_iter().map(|(_, i)| i).collect();
            for (place, &i) in ordered[column].iter().enumerate() {
                at[i] = place;
            }
        }
        let crossed = crossings(&ordered, links, column_of);
        if crossed < fewest {
            (fewest, best) = (crossed, ordered.clone());
        }
    }
    best
}

fn places(ordered: &[Vec<usize>], count: usize) -> Vec<usize> {
    let mut at = vec![0; count];
    for column in ordered {
        for (place, &i) in column.iter().enumerate() {
            at[i] = place;
        }
    }
    at
}

/// Number of crossings of links between neighbouring columns.
fn crossings(ordered: &[Vec<usize>], links: &[(usize, usize)], column_of: &[usize]) -> usize {
    let at = places(ordered, column_of.len());
    let mut of_column: Vec<Vec<(usize, usize)>> = vec![Vec::new(); ordered.len()];
    for &(from, to) in links {
        of_column[column_of[from]].push((at[from], at[to]));
    }
    let mut crossed = 0;
    for links in &mut of_column {
        links.sort_unstable();
        // Counts, for each link, the earlier ones that end below it: a Fenwick tree over the places of the ends.
        let size = links.iter().map(|link| link.1 + 1).max().unwrap_or(0);
        let mut tree = vec![0usize; size + 1];
        for (earlier, &(_, end)) in links.iter().enumerate() {
            let mut not_below = 0;
            let mut i = end + 1;
            while i > 0 {
                not_below += tree[i];
                i &= i - 1;
            }
            crossed += earlier - not_below;
            let mut i = end + 1;
            while i <= size {
                tree[i] += 1;
                i += i & i.wrapping_neg();
            }
        }
    }
    crossed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossings_are_counted_and_avoided() {
        let column_of = [0, 0, 1, 1];
        let links = [(0, 3), (1, 2)];
        let ordered = vec![vec![0, 1], vec![2, 3]];
        assert_eq!(crossings(&ordered, &links, &column_of), 1);
        let arranged = arrange(&column_of, &links);
        assert_eq!(crossings(&arranged, &links, &column_of), 0);
    }
}
