//! Loops whose number of turns is known before they begin.
//!
//! Such a loop has a body that nothing leaves but its end and one conditional branch back to its start (blocks and `if`s may stand in it), and continues while a counter
//! compares in some way with a bound that the loop does not change. The counter is a local that each turn adds one constant to. The
//! body is evaluated symbolically, so it does not matter in which order a compiler put things.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use wasmparser::{BlockType, Operator};

use crate::body::{Body, Op};
use crate::operators::Role;

/// Width of the counter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Width {
    W32,
    W64,
}

impl Width {
    pub(crate) const fn bits(self) -> u32 {
        match self {
            Self::W32 => 32,
            Self::W64 => 64,
        }
    }

    pub(crate) const fn mask(self) -> u64 {
        match self {
            Self::W32 => u32::MAX as u64,
            Self::W64 => u64::MAX,
        }
    }

    /// `value` as a signed number.
    pub(crate) const fn signed(self, value: u64) -> i64 {
        match self {
            Self::W32 => value as u32 as i32 as i64,
            Self::W64 => value as i64,
        }
    }
}

/// How counter and bound compare while the loop goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt { signed: bool },
    Le { signed: bool },
    Gt { signed: bool },
    Ge { signed: bool },
}

impl Compare {
    /// The comparison with its sides exchanged.
    const fn swapped(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::Ne => Self::Ne,
            Self::Lt { signed } => Self::Gt { signed },
            Self::Le { signed } => Self::Ge { signed },
            Self::Gt { signed } => Self::Lt { signed },
            Self::Ge { signed } => Self::Le { signed },
        }
    }

    /// The comparison that is true when this one is false.
    const fn inverted(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Lt { signed } => Self::Ge { signed },
            Self::Le { signed } => Self::Gt { signed },
            Self::Gt { signed } => Self::Le { signed },
            Self::Ge { signed } => Self::Lt { signed },
        }
    }
}

/// A local's value at the start of the loop plus a constant, or a constant alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Term {
    pub(crate) local: Option<u32>,
    /// Modulo two to the width.
    pub(crate) add: u64,
}

/// A counted loop: it goes on while `counter <compare> bound` holds at the branch, where the counter then is its value in the first turn
/// plus `step` for each turn since.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Counted {
    pub(crate) width: Width,
    pub(crate) compare: Compare,
    /// The counter where it is compared in the first turn.
    pub(crate) counter: Term,
    pub(crate) bound: Term,
    /// Not zero, modulo two to the width.
    pub(crate) step: u64,
}

/// The counted loop that begins at operator `start`, if it is one.
pub(crate) fn counted(body: &Body<'_>, start: usize) -> Option<Counted> {
    let Operator::Loop { blockty: BlockType::Empty | BlockType::Type(_) } = body.ops[start].operator else {
        return None;
    };
    let mut turn = Turn { stack: Vec::new(), locals: BTreeMap::new() };
    // What every turn costs, and at most what the arms inside cost besides.
    let (mut each, mut arms) = (0, 0);
    let mut at = start + 1;
    loop {
        let op = body.ops.get(at)?;
        each += op.traits.class.cost();
        match &op.operator {
            Operator::BrIf { relative_depth: 0 } => break,
            Operator::Block { blockty } | Operator::If { blockty } => {
                let end = closed_end(body, at)?;
                arms += body.ops[at + 1..end].iter().map(|op| op.traits.class.cost()).sum::<u32>();
                turn.skip(&body.ops[at..end], *blockty)?;
                at = end + 1;
            }
            operator if is_structural(operator) => return None,
            operator => {
                turn.step(operator, op.traits.pops, op.traits.pushes, op.traits.role)?;
                at += 1;
            }
        }
    }
    // Arms are charged as they are executed and compared with zero only after the loop. So that this delay is bounded by
    // what was paid before the loop, they may not cost more than the rest of the turn; see `meter`.
    let tail = body.ops[at + 1..].iter().find(|op| is_structural(&op.operator))?;
    if arms > each || !matches!(tail.operator, Operator::End) {
        return None;
    }
    let condition = match turn.pop() {
        Symbol::Term(Width::W32, term) => Symbol::Compare(Width::W32, Compare::Ne, term, Term { local: None, add: 0 }),
        other => other,
    };
    let Symbol::Compare(width, compare, one, other) = condition else { return None };
    turn.counter(width, compare, one, other)
        .or_else(|| turn.counter(width, compare.swapped(), other, one))
        .filter(is_exact)
}

/// Whether the number of turns has a closed form: see `trips`.
fn is_exact(counted: &Counted) -> bool {
    let step = counted.width.signed(counted.step);
    match counted.compare {
        Compare::Eq | Compare::Ne => true,
        Compare::Lt { .. } | Compare::Le { .. } => step > 0 && step.count_ones() == 1,
        Compare::Gt { .. } | Compare::Ge { .. } => {
            step < 0 && step.unsigned_abs().count_ones() == 1 && step != i64::MIN && step != i64::from(i32::MIN)
        }
    }
}

/// The `end` of the block at `start`, if no branch in it leaves it and it has neither loops nor calls.
fn closed_end(body: &Body<'_>, start: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for (index, op) in body.ops.iter().enumerate().skip(start) {
        use Operator as O;
        match &op.operator {
            O::Block { .. } | O::If { .. } => depth += 1,
            O::End if depth == 1 => return Some(index),
            O::End => depth -= 1,
            O::Br { relative_depth } | O::BrIf { relative_depth } if *relative_depth >= depth => return None,
            O::BrTable { targets }
                if targets.targets().flatten().chain([targets.default()]).any(|target| target >= depth) =>
            {
                return None;
            }
            O::Loop { .. } | O::Call { .. } | O::CallIndirect { .. } | O::Return => return None,
            _ => {}
        }
    }
    None
}

fn is_structural(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Block { .. }
            | O::Loop { .. }
            | O::If { .. }
            | O::Else
            | O::End
            | O::Br { .. }
            | O::BrIf { .. }
            | O::BrTable { .. }
            | O::Return
            | O::Unreachable
            | O::Call { .. }
            | O::CallIndirect { .. }
    )
}

#[derive(Clone, Copy)]
enum Symbol {
    Unknown,
    Term(Width, Term),
    Compare(Width, Compare, Term, Term),
}

/// One turn of the loop, evaluated symbolically.
struct Turn {
    stack: Vec<Symbol>,
    /// Locals that the turn has set.
    locals: BTreeMap<u32, Symbol>,
}

impl Turn {
    fn step(&mut self, operator: &Operator<'_>, pops: u8, pushes: u8, role: Role) -> Option<()> {
        use Operator as O;
        let term = |width: Width, add: u64| Symbol::Term(width, Term { local: None, add: add & width.mask() });
        match operator {
            // The width of an unset local is not known here; it is that of the first operator that uses it.
            O::LocalGet { local_index } => {
                let symbol = self.locals.get(local_index).copied();
                self.stack.push(symbol.unwrap_or(Symbol::Term(Width::W32, Term { local: Some(*local_index), add: 0 })));
            }
            O::LocalSet { local_index } => {
                let symbol = self.pop();
                self.locals.insert(*local_index, symbol);
            }
            O::LocalTee { local_index } => {
                let symbol = self.pop();
                self.locals.insert(*local_index, symbol);
                self.stack.push(symbol);
            }
            O::I32Const { value } => self.stack.push(term(Width::W32, *value as u32 as u64)),
            O::I64Const { value } => self.stack.push(term(Width::W64, *value as u64)),
            O::I32Add => self.add(Width::W32, false),
            O::I64Add => self.add(Width::W64, false),
            O::I32Sub => self.add(Width::W32, true),
            O::I64Sub => self.add(Width::W64, true),
            O::I32Eqz => self.equals_zero(Width::W32),
            O::I64Eqz => self.equals_zero(Width::W64),
            _ => match comparison(operator) {
                Some((width, compare)) => {
                    let (right, left) = (self.term(), self.term());
                    self.stack.push(match (left, right) {
                        (Some(left), Some(right)) => Symbol::Compare(width, compare, left, right),
                        _ => Symbol::Unknown,
                    });
                }
                None if role == Role::Control => return None,
                None => {
                    self.stack.truncate(self.stack.len().saturating_sub(pops.into()));
                    (0..pushes).for_each(|_| self.stack.push(Symbol::Unknown));
                }
            },
        }
        Some(())
    }

    /// Steps over a block: what it sets and what it results in is not known.
    fn skip(&mut self, block: &[Op<'_>], ty: BlockType) -> Option<()> {
        if matches!(block[0].operator, Operator::If { .. }) {
            self.pop();
        }
        for op in block {
            if let Operator::LocalSet { local_index } | Operator::LocalTee { local_index } = op.operator {
                self.locals.insert(local_index, Symbol::Unknown);
            }
        }
        match ty {
            BlockType::Empty => {}
            BlockType::Type(_) => self.stack.push(Symbol::Unknown),
            BlockType::FuncType(_) => return None,
        }
        Some(())
    }

    fn add(&mut self, width: Width, subtract: bool) {
        let (right, left) = (self.term(), self.term());
        let sum = match (left, right) {
            (Some(left), Some(right)) if subtract && right.local.is_none() => {
                Some(Term { local: left.local, add: left.add.wrapping_sub(right.add) & width.mask() })
            }
            (Some(left), Some(right)) if !subtract && (left.local.is_none() || right.local.is_none()) => {
                Some(Term { local: left.local.or(right.local), add: left.add.wrapping_add(right.add) & width.mask() })
            }
            _ => None,
        };
        self.stack.push(sum.map_or(Symbol::Unknown, |sum| Symbol::Term(width, sum)));
    }

    fn equals_zero(&mut self, width: Width) {
        let zero = Term { local: None, add: 0 };
        let symbol = match self.pop() {
            Symbol::Compare(of, compare, left, right) => Symbol::Compare(of, compare.inverted(), left, right),
            Symbol::Term(_, term) => Symbol::Compare(width, Compare::Eq, term, zero),
            Symbol::Unknown => Symbol::Unknown,
        };
        self.stack.push(symbol);
    }

    /// The operand on top as a term. Its width is that of the operator that takes it.
    fn term(&mut self) -> Option<Term> {
        match self.pop() {
            Symbol::Term(_, term) => Some(term),
            Symbol::Unknown | Symbol::Compare(..) => None,
        }
    }

    fn pop(&mut self) -> Symbol {
        self.stack.pop().unwrap_or(Symbol::Unknown)
    }

    /// A counted loop with `counter` as the changing side, if it changes by a constant and `bound` does not change.
    fn counter(&self, width: Width, compare: Compare, counter: Term, bound: Term) -> Option<Counted> {
        let step = self.change(counter.local?)?;
        let is_fixed = bound.local.is_none_or(|local| self.change(local) == Some(0));
        (step != 0 && is_fixed).then_some(Counted { width, compare, counter, bound, step })
    }

    /// What a turn adds to `local`, if that is a constant.
    fn change(&self, local: u32) -> Option<u64> {
        match self.locals.get(&local) {
            None => Some(0),
            Some(Symbol::Term(_, Term { local: Some(from), add })) if *from == local => Some(*add),
            Some(_) => None,
        }
    }
}

fn comparison(operator: &Operator<'_>) -> Option<(Width, Compare)> {
    use Operator as O;
    use Width::{W32, W64};
    let (signed, unsigned) = (true, false);
    Some(match operator {
        O::I32Eq => (W32, Compare::Eq),
        O::I32Ne => (W32, Compare::Ne),
        O::I32LtS => (W32, Compare::Lt { signed }),
        O::I32LtU => (W32, Compare::Lt { signed: unsigned }),
        O::I32LeS => (W32, Compare::Le { signed }),
        O::I32LeU => (W32, Compare::Le { signed: unsigned }),
        O::I32GtS => (W32, Compare::Gt { signed }),
        O::I32GtU => (W32, Compare::Gt { signed: unsigned }),
        O::I32GeS => (W32, Compare::Ge { signed }),
        O::I32GeU => (W32, Compare::Ge { signed: unsigned }),
        O::I64Eq => (W64, Compare::Eq),
        O::I64Ne => (W64, Compare::Ne),
        O::I64LtS => (W64, Compare::Lt { signed }),
        O::I64LtU => (W64, Compare::Lt { signed: unsigned }),
        O::I64LeS => (W64, Compare::Le { signed }),
        O::I64LeU => (W64, Compare::Le { signed: unsigned }),
        O::I64GtS => (W64, Compare::Gt { signed }),
        O::I64GtU => (W64, Compare::Gt { signed: unsigned }),
        O::I64GeS => (W64, Compare::Ge { signed }),
        O::I64GeU => (W64, Compare::Ge { signed: unsigned }),
        _ => return None,
    })
}
