//! What tensors of floats are made of: `f32`, or the bits of an `f16`. All arithmetic is on `f32`.

use bytemuck::Pod;

use crate::f16;
use crate::lanes::F32x4;

/// Values in a group: two vectors of `f32`, one of `f16`.
pub const GROUP: usize = 8;

/// A stored value.
pub trait Element: Pod {
    /// As `f32`, without loss.
    fn load(self) -> f32;

    /// Rounded to the nearest, ties to even.
    fn store(value: f32) -> Self;

    /// A group as `f32`.
    fn load_group(group: &[Self; GROUP]) -> [F32x4; 2];

    /// A group, rounded as [`Element::store`] does.
    fn store_group(values: [F32x4; 2]) -> [Self; GROUP];

    /// Values as `f32`: themselves, or widened into `space`, as many as fit in there.
    fn floats<'a>(values: &'a [Self], space: &'a mut [f32]) -> &'a [f32];
}

impl Element for f32 {
    #[inline(always)]
    fn load(self) -> f32 {
        self
    }

    #[inline(always)]
    fn store(value: f32) -> Self {
        value
    }

    #[inline(always)]
    fn load_group(group: &[Self; GROUP]) -> [F32x4; 2] {
        let fours: [[f32; 4]; 2] = bytemuck::cast(*group);
        fours.map(F32x4::new)
    }

    #[inline(always)]
    fn store_group(values: [F32x4; 2]) -> [Self; GROUP] {
        bytemuck::cast(values.map(F32x4::array))
    }

    #[inline(always)]
    fn floats<'a>(values: &'a [Self], _: &'a mut [f32]) -> &'a [f32] {
        values
    }
}

impl Element for u16 {
    #[inline(always)]
    fn load(self) -> f32 {
        f16::to_f32(self)
    }

    #[inline(always)]
    fn store(value: f32) -> Self {
        f16::from_f32(value)
    }

    #[inline(always)]
    fn load_group(group: &[Self; GROUP]) -> [F32x4; 2] {
        f16::widen(group)
    }

    #[inline(always)]
    fn store_group(values: [F32x4; 2]) -> [Self; GROUP] {
        f16::narrow(values)
    }

    #[inline(always)]
    fn floats<'a>(values: &'a [Self], space: &'a mut [f32]) -> &'a [f32] {
        let len = values.len().min(space.len());
        for (to, from) in space[..len].chunks_mut(GROUP).zip(values.chunks(GROUP)) {
            let group = f32::store_group(match from.first_chunk() {
                Some(group) => f16::widen(group),
                None => f16::widen(&padded(from)),
            });
            to.copy_from_slice(&group[..to.len()]);
        }
        &space[..len]
    }
}

/// A row as whole groups, and what is left, filled up with zeros.
///
/// Loops over groups stand in functions of their own, which call nothing: around a call an engine keeps vectors in memory, and
/// it does so for the whole of a loop whose sums a call comes after. The rest is done by calling the same function once more.
#[inline(always)]
pub(crate) fn groups<T: Pod, const N: usize>(row: &[T]) -> (&[[T; N]], Option<[T; N]>) {
    let (whole, rest) = row.as_chunks();
    (whole, (!rest.is_empty()).then(|| padded(rest)))
}

/// What is left of a row, filled up with zeros. Not a copy by length, which would be a call.
#[inline(always)]
pub(crate) fn padded<T: Pod, const N: usize>(rest: &[T]) -> [T; N] {
    core::array::from_fn(|at| rest.get(at).copied().unwrap_or(T::zeroed()))
}

/// Writes the start of a group that was filled up.
#[inline(always)]
pub(crate) fn put<T: Pod, const N: usize>(rest: &mut [T], group: [T; N]) {
    for (at, value) in group.into_iter().enumerate() {
        if let Some(place) = rest.get_mut(at) {
            *place = value;
        }
    }
}

/// Writes what `work` makes of the groups of two rows.
#[inline(always)]
pub(crate) fn map_groups<E: Element>(
    to: &mut [E],
    one: &[E],
    other: &[E],
    work: impl Fn([F32x4; 2], [F32x4; 2]) -> [F32x4; 2],
) {
    let (to, to_rest) = to.as_chunks_mut();
    let ((one, one_rest), (other, other_rest)) = (groups(one), groups(other));
    map_whole(to, one, other, &work);
    if let (Some(one), Some(other)) = (one_rest, other_rest) {
        let mut last = one;
        map_whole(core::slice::from_mut(&mut last), &[one], &[other], &work);
        put(to_rest, last);
    }
}

#[inline(never)]
fn map_whole<E: Element>(
    to: &mut [[E; GROUP]],
    one: &[[E; GROUP]],
    other: &[[E; GROUP]],
    work: &impl Fn([F32x4; 2], [F32x4; 2]) -> [F32x4; 2],
) {
    for ((to, one), other) in to.iter_mut().zip(one).zip(other) {
        *to = E::store_group(work(E::load_group(one), E::load_group(other)));
    }
}
