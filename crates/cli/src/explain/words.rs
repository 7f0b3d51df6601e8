//! A cut in sentences.

use crate::explain::{Facts, Next};
use crate::names::{Names, list};
use crate::output::{count, thousands};

/// Vertices that are named one by one in a sentence.
const NAMED_MAX: usize = 12;
/// Edges and groups that are listed one by one.
const LISTED_MAX: usize = 12;

/// A step at which something began.
#[derive(serde::Serialize, Clone, Debug)]
pub(crate) struct Since {
    pub(crate) epoch: u64,
    pub(crate) label: String,
}

/// What is said of a cut beside its facts.
pub(crate) struct Context<'a> {
    /// `graph`, or `core` if it is a part of one.
    pub(crate) subject: &'static str,
    pub(crate) epoch: u64,
    /// The epoch of the graph that the cut is of, if the graph of this epoch is another one by now.
    pub(crate) stale: Option<u64>,
    pub(crate) vertices: usize,
    pub(crate) family: u64,
    pub(crate) split_since: &'a Since,
    pub(crate) hash_since: &'a Since,
    pub(crate) names: &'a Names,
}

/// One sentence, or two.
pub(crate) fn sentence(facts: &Facts, context: &Context<'_>) -> String {
    let (subject, names, n) = (context.subject, context.names, context.vertices);
    if n < 2 {
        let vertices = if n == 0 { "no vertex" } else { "a single vertex" };
        return format!("The {subject} has {vertices}: there is nothing to cut.");
    }
    if let [largest, others @ ..] = facts.pieces.as_slice()
        && !others.is_empty()
    {
        let largest = vertices(largest.len());
        let apart = list(names, &facts.small_side, NAMED_MAX);
        let pieces = facts.pieces.len();
        return format!(
            "The {subject} is in {pieces} pieces already: nothing has to be cut.\nThe largest piece has {largest}; apart from it: {apart}."
        );
    }
    let family = match context.family {
        1 => "No other cut is as light.".to_owned(),
        more => {
            let others = more - 1;
            let are = if others == 1 { "is" } else { "are" };
            format!("{} {are} as light as this one.", count(others, "other cut"))
        }
    };
    let small = list(names, &facts.small_side, NAMED_MAX);
    let parts = if facts.crossing.len() == 1 { "parts" } else { "part" };
    let edges = count(facts.crossing.len() as u64, "edge");
    let other = match n - facts.small_side.len() {
        1 => "the one other vertex".to_owned(),
        rest => format!("the other {}", vertices(rest)),
    };
    let value = weight(facts.value);
    format!(
        "The lightest way to split the {subject} in two costs {value}: {edges}, which {parts} {small} from {other}.\n{family}"
    )
}

/// Names and values of what there is to say beyond the sentence.
pub(crate) fn rows(facts: &Facts, context: &Context<'_>) -> Vec<(&'static str, String)> {
    let names = context.names;
    let mut rows = Vec::new();
    if let Some(epoch) = context.stale {
        rows.push(("graph", format!("that of epoch {epoch}: the cut of a later one was not through yet")));
    }
    if context.vertices < 2 {
        return rows;
    }
    for (place, (u, v, heavy)) in facts.crossing.iter().take(LISTED_MAX).enumerate() {
        let title = if place == 0 { "edges cut" } else { "" };
        rows.push((title, format!("{}  {} to {}", weight(*heavy), names.of(*u), names.of(*v))));
    }
    if facts.crossing.len() > LISTED_MAX {
        let rest = &facts.crossing[LISTED_MAX..];
        let sum = rest.iter().map(|(_, _, weight)| weight).sum();
        rows.push(("", format!("{}  in {} lighter ones", weight(sum), thousands(rest.len() as u64))));
    }
    if let (Some(share), Some(conductance)) = (facts.weight_share, facts.conductance)
        && facts.pieces.len() == 1
    {
        rows.push(("small side", format!("{} of all weight; conductance {conductance:.4}", percent(share))));
    }
    rows.extend(since(facts, context));
    rows.push(next(facts, context));
    rows.extend(groups(facts, context));
    if context.subject == "graph" && facts.crossing.len() == 1 && facts.small_side.len() == 1 {
        rows.push((
            "advice",
            "this is a leaf; [core] with kind = \"k-core\", k = 2 in the run file looks past leaves".to_owned(),
        ));
    }
    rows
}

fn since(facts: &Facts, context: &Context<'_>) -> Vec<(&'static str, String)> {
    let row = |since: &Since, what: &str| {
        let label = if since.label.is_empty() { String::new() } else { format!(" ({})", since.label) };
        let steps = count(context.epoch - since.epoch + 1, "step");
        format!("epoch {}{label}, {steps}: {what}", since.epoch)
    };
    let what = if facts.pieces.len() > 1 { "in pieces" } else { "the same vertices are cut off" };
    let split = row(context.split_since, what);
    if context.hash_since.epoch == context.split_since.epoch {
        return vec![("since", format!("{split}, under the same cut hash"))];
    }
    vec![("since", split), ("", row(context.hash_since, "under the same cut hash"))]
}

fn next(facts: &Facts, context: &Context<'_>) -> (&'static str, String) {
    let Next { kind, value, side } = &facts.next;
    let Some(value) = value else {
        let why = match *kind {
            "none" => "none: minimum cuts part every vertex from every other",
            _ => "not known: the search was stopped at its limit",
        };
        return ("next best", why.to_owned());
    };
    let (most, stopped) = match *kind {
        "exact" => ("", ""),
        _ => ("at most ", "; the search for a lighter one was stopped at its limit"),
    };
    let side = list(context.names, side, NAMED_MAX);
    let words = if facts.pieces.len() > 1 {
        format!("{most}{}, which parts {side} from the rest of a piece{stopped}", weight(*value))
    } else {
        let ratio = value / facts.value;
        let more = match ratio {
            ..2.0 => format!("{} more", percent(ratio - 1.0)),
            _ => format!("{ratio:.1} times as much"),
        };
        format!("{most}{} ({more}), which parts {side} from the rest{stopped}", weight(*value))
    };
    ("next best", words)
}

/// What the minimum cuts leave together, or the pieces.
fn groups(facts: &Facts, context: &Context<'_>) -> Vec<(&'static str, String)> {
    let (title, groups, what) = match &facts.atoms {
        _ if facts.pieces.len() > 1 => ("pieces", &facts.pieces, ""),
        Some(atoms) if context.family > 1 && atoms.len() < context.vertices => {
            ("groups", atoms, " that no minimum cut divides")
        }
        _ => return Vec::new(),
    };
    let several = groups.iter().take_while(|group| group.len() > 1).count();
    let mut rows = vec![(title, format!("{}{what}, largest first:", groups.len()))];
    for group in groups[..several].iter().take(LISTED_MAX) {
        // Of a large group its size says more than a dozen names of it.
        let named = match group.len() {
            0..=NAMED_MAX => format!(": {}", list(context.names, group, NAMED_MAX)),
            _ => String::new(),
        };
        rows.push(("", format!("{}{named}", vertices(group.len()))));
    }
    if several > LISTED_MAX {
        rows.push(("", format!("{} smaller ones of several vertices", several - LISTED_MAX)));
    }
    let alone: Vec<u64> = groups[several..].iter().flatten().copied().collect();
    if !alone.is_empty() {
        let named = list(context.names, &alone, NAMED_MAX);
        rows.push(("", format!("{} alone: {named}", vertices(alone.len()))));
    }
    rows
}

/// `1 vertex`, `2 vertices`.
pub(crate) fn vertices(number: usize) -> String {
    if number == 1 { "1 vertex".to_owned() } else { format!("{} vertices", thousands(number as u64)) }
}

fn weight(value: f64) -> String {
    format!("{value:.4}")
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        percent if percent >= 10.0 => format!("{percent:.0} %"),
        percent if percent >= 0.01 => format!("{percent:.2} %"),
        _ => "less than 0.01 %".to_owned(),
    }
}
