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
        let [a, b, c, d, e, f, g, h] = *group;
        [F32x4::new([a, b, c, d]), F32x4::new([e, f, g, h])]
    }

    #[inline(always)]
    fn store_group(values: [F32x4; 2]) -> [Self; GROUP] {
        let [[a, b, c, d], [e, f, g, h]] = values.map(F32x4::array);
        [a, b, c, d, e, f, g, h]
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

/// Does `work` on every group of a row and, filled up with zeros, on what is left.
#[inline(always)]
pub(crate) fn for_each_group<E: Element>(row: &[E], mut work: impl FnMut(&[E; GROUP])) {
    let (groups, rest) = row.as_chunks();
    for group in groups {
        work(group);
    }
    if !rest.is_empty() {
        work(&padded(rest));
    }
}

/// The rest of a row, filled up with zeros to a whole group.
#[inline(always)]
pub(crate) fn padded<T: Pod, const N: usize>(rest: &[T]) -> [T; N] {
    let mut group = [T::zeroed(); N];
    for (to, from) in group.iter_mut().zip(rest) {
        *to = *from;
    }
    group
}

/// Writes what `work` makes of the groups of two rows.
#[inline(always)]
pub(crate) fn map_groups<E: Element>(
    to: &mut [E],
    one: &[E],
    other: &[E],
    mut work: impl FnMut([F32x4; 2], [F32x4; 2]) -> [F32x4; 2],
) {
    let (to, to_rest) = to.as_chunks_mut();
    let (one, one_rest) = one.as_chunks();
    let (other, other_rest) = other.as_chunks();
    for ((to, one), other) in to.iter_mut().zip(one).zip(other) {
        *to = E::store_group(work(E::load_group(one), E::load_group(other)));
    }
    if !to_rest.is_empty() {
        let last = E::store_group(work(E::load_group(&padded(one_rest)), E::load_group(&padded(other_rest))));
        for (to, from) in to_rest.iter_mut().zip(last) {
            *to = from;
        }
    }
}
