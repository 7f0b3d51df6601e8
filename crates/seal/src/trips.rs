//! The code that counts the turns of a loop before it and pays for all of them.
//!
//! All arithmetic is modulo two to the counter's width, as the loop's own. With x the counter where it is compared in the
//! first turn, b the bound, s the step, the loop makes k + 1 turns, where k is the first number for which x + k·s fails
//! the comparison:
//!
//! * *not equal*: k·s = b − x. With s = 2^t·odd there is a solution only if 2^t divides b − x, and the first one is
//!   ((b − x) >> t) · odd⁻¹ modulo 2^(w − t).
//! * *equal*: 1 if x = b, else 0, because s is not zero.
//! * *below*, s = 2^t: 0 if x ≥ b, else ⌊(b − x − 1) / s⌋ + 1, if x + k·s does not pass 2^w. If it does, the counter is
//!   back at x modulo s and goes through the same values for ever.
//! * *at most* b is *below* b + 1; if b is the largest number, the loop never ends.
//! * signed order is unsigned order with the top bit flipped; *above* is *below* with all bits flipped, which turns the step around.
//!
//! A loop that never ends uses up any budget, so it stops at once. So does one whose price exceeds 2^63 − 1.

use crate::counted::{Compare, Counted, Term, Width};
use crate::meter::Ahead;
use crate::writer::{Extra, Writer};

/// Writes the code before the `loop` operator: the price of all turns is taken from the meter, or the module stops.
pub(crate) fn pay(writer: &mut Writer, ahead: &Ahead) {
    let counted = &ahead.counted;
    match counted.compare {
        Compare::Ne => until_equal(writer, counted),
        Compare::Eq => while_equal(writer, counted),
        Compare::Lt { signed } => below(writer, counted, false, signed, false),
        Compare::Le { signed } => below(writer, counted, true, signed, false),
        Compare::Gt { signed } => below(writer, counted, false, signed, true),
        Compare::Ge { signed } => below(writer, counted, true, signed, true),
    }
    // On the stack: k, as 64 bits.
    let stop = writer.stop_label();
    let meter = writer.extra(Extra::Meter);
    let cost = ahead.cost as i64;
    if counted.width == Width::W64 {
        let turns = writer.extra(Extra::Turns);
        let affordable = i64::MAX / cost - 1;
        writer.code().local_tee(turns).i64_const(affordable).i64_gt_u().br_if(stop).local_get(turns);
    }
    // Meter − (k + 1) · cost, as meter − cost − k · cost. Neither the product nor the differences overflow: with 32 bits
    // k < 2^32 and cost < 2^30, with 64 bits see above.
    let turns = writer.extra(Extra::Turns);
    let mut code = writer.code();
    code.i64_const(1).i64_add();
    if cost != 1 {
        code.i64_const(cost).i64_mul();
    }
    code.local_set(turns).local_get(meter).local_get(turns).i64_sub().local_tee(meter);
    code.i64_const(0).i64_lt_s().br_if(stop);
}

/// k for *not equal*.
fn until_equal(writer: &mut Writer, counted: &Counted) {
    let width = counted.width;
    let is_down = width.signed(counted.step) < 0;
    // Count upwards: with a negative step, the distance is x − b.
    let step = if is_down { counted.step.wrapping_neg() & width.mask() } else { counted.step };
    let (from, to) = if is_down { (counted.bound, counted.counter) } else { (counted.counter, counted.bound) };
    let shift = step.trailing_zeros();
    let inverse = inverse(step >> shift) & (width.mask() >> shift);
    let stop = writer.stop_label();
    term(writer, width, to);
    term(writer, width, from);
    let distance = writer.extra(a(width));
    match width {
        Width::W32 => {
            writer.code().i32_sub();
            if shift > 0 {
                let rest = ((1_u64 << shift) - 1) as i32;
                writer.code().local_tee(distance).i32_const(rest).i32_and().br_if(stop);
                writer.code().local_get(distance).i32_const(shift as i32).i32_shr_u();
            }
            if inverse != 1 {
                writer.code().i32_const(inverse as i32).i32_mul().i32_const((width.mask() >> shift) as i32).i32_and();
            }
            writer.code().i64_extend_i32_u();
        }
        Width::W64 => {
            writer.code().i64_sub();
            if shift > 0 {
                let rest = ((1_u64 << shift) - 1) as i64;
                writer.code().local_tee(distance).i64_const(rest).i64_and().i64_const(0).i64_ne().br_if(stop);
                writer.code().local_get(distance).i64_const(i64::from(shift)).i64_shr_u();
            }
            if inverse != 1 {
                writer.code().i64_const(inverse as i64).i64_mul().i64_const((width.mask() >> shift) as i64).i64_and();
            }
        }
    }
}

/// k for *equal*.
fn while_equal(writer: &mut Writer, counted: &Counted) {
    term(writer, counted.width, counted.counter);
    term(writer, counted.width, counted.bound);
    match counted.width {
        Width::W32 => writer.code().i32_eq().i64_extend_i32_u(),
        Width::W64 => writer.code().i64_eq().i64_extend_i32_u(),
    };
}

/// k for *below* and what can be brought to it.
fn below(writer: &mut Writer, counted: &Counted, or_equal: bool, signed: bool, mirrored: bool) {
    let width = counted.width;
    let top = 1_u64 << (width.bits() - 1);
    let flip = (if signed { top } else { 0 }) ^ (if mirrored { width.mask() } else { 0 });
    let step = if mirrored { counted.step.wrapping_neg() & width.mask() } else { counted.step };
    let shift = step.trailing_zeros();
    let stop = writer.stop_label();
    let (x, b) = (writer.extra(a(width)), writer.extra(bound_of(width)));
    let in_order = |writer: &mut Writer, value: Term, into: u32| {
        term(writer, width, value);
        if flip != 0 {
            match width {
                Width::W32 => writer.code().i32_const(flip as i32).i32_xor(),
                Width::W64 => writer.code().i64_const(flip as i64).i64_xor(),
            };
        }
        writer.code().local_set(into);
    };
    in_order(writer, counted.counter, x);
    in_order(writer, counted.bound, b);
    let mut code = writer.code();
    if or_equal {
        match width {
            Width::W32 => code.local_get(b).i32_const(-1).i32_eq().br_if(stop).local_get(b).i32_const(1).i32_add(),
            Width::W64 => code.local_get(b).i64_const(-1).i64_eq().br_if(stop).local_get(b).i64_const(1).i64_add(),
        };
        code.local_set(b);
    }
    let result = wasm_encoder::BlockType::Result(wasm_encoder::ValType::I64);
    // The distance to the last counter below the bound, in steps, is kept in `b`.
    match width {
        Width::W32 => {
            code.local_get(x).local_get(b).i32_lt_u().if_(result);
            code.local_get(b)
                .local_get(x)
                .i32_sub()
                .i32_const(1)
                .i32_sub()
                .i32_const(shift as i32)
                .i32_shr_u()
                .local_set(b);
            if shift > 0 {
                code.local_get(b).i32_const(shift as i32).i32_shl().local_get(x).i32_add();
                code.i32_const((width.mask() - step) as i32).i32_gt_u().br_if(stop + 1);
            }
            code.local_get(b).i64_extend_i32_u().i64_const(1).i64_add();
        }
        Width::W64 => {
            code.local_get(x).local_get(b).i64_lt_u().if_(result);
            code.local_get(b)
                .local_get(x)
                .i64_sub()
                .i64_const(1)
                .i64_sub()
                .i64_const(i64::from(shift))
                .i64_shr_u()
                .local_set(b);
            if shift > 0 {
                code.local_get(b).i64_const(i64::from(shift)).i64_shl().local_get(x).i64_add();
                code.i64_const((width.mask() - step) as i64).i64_gt_u().br_if(stop + 1);
            }
            code.local_get(b).i64_const(1).i64_add();
        }
    }
    code.else_().i64_const(0).end();
}

fn a(width: Width) -> Extra {
    match width {
        Width::W32 => Extra::A32,
        Width::W64 => Extra::A64,
    }
}

fn bound_of(width: Width) -> Extra {
    match width {
        Width::W32 => Extra::B32,
        Width::W64 => Extra::B64,
    }
}

/// Pushes the value of a term.
fn term(writer: &mut Writer, width: Width, term: Term) {
    let mut code = writer.code();
    match (width, term.local) {
        (Width::W32, None) => code.i32_const(term.add as i32),
        (Width::W64, None) => code.i64_const(term.add as i64),
        (_, Some(local)) if term.add == 0 => code.local_get(local),
        (Width::W32, Some(local)) => code.local_get(local).i32_const(term.add as i32).i32_add(),
        (Width::W64, Some(local)) => code.local_get(local).i64_const(term.add as i64).i64_add(),
    };
}

/// The inverse of an odd number modulo 2^64, by Newton's iteration: each round doubles the number of right bits.
const fn inverse(odd: u64) -> u64 {
    let mut guess = odd;
    let mut round = 0;
    while round < 5 {
        guess = guess.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(guess)));
        round += 1;
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::inverse;

    #[test]
    fn inverses_are_inverse() {
        for odd in (1..20_000_u64).step_by(2).chain([u64::MAX, u64::MAX / 3, 1 << 63 | 1]) {
            assert_eq!(odd.wrapping_mul(inverse(odd)), 1, "{odd}");
        }
    }
}
