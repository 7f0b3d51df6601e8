//! The one table of WebAssembly operators: which ones `seal` accepts, what each costs and what it does to NaN bits.
//!
//! An operator that does not stand here is refused. `spec/cost-table.md` says the same in words, and the digest of the
//! table enters every body: see [`crate::cost`].

use wasmparser::Operator;

use crate::cost::Class;

/// How the bits of a float value are cut into lanes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Lane {
    F32,
    F64,
    F32x4,
    F64x2,
}

/// What an operator does to the NaN bits of its operands and results.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Sees every bit of its operands; its results are whatever they are. The safe case, and the most frequent one.
    Plain,
    /// Handled by the walk over the control structure: branches, calls, locals.
    Control,
    /// Reads its operands as numbers in the first lanes and makes numbers in the second ones: a NaN it makes has any bits.
    Arithmetic(Lane, Lane),
    /// Reads its operands as numbers; its results are no floats.
    Compare(Lane),
    /// Makes lanes of all ones or all zeros, as wide as these float lanes.
    LaneMask(Lane),
    /// Makes floats that are never NaN.
    Harmless,
    /// A float or vector constant.
    Constant,
    /// Changes at most the sign bit of each lane.
    Same(Lane),
    /// The bits of the first operand with the sign of the second.
    CopySign,
    /// Picks one of its two operands, lane by lane.
    Pick(Lane),
    /// Picks one of its first two operands.
    Select,
    /// A scalar into all lanes.
    Splat(Lane),
    /// One lane as a scalar.
    Extract(Lane),
    /// A scalar into one lane.
    Replace(Lane),
    /// `v128.bitselect`: picks bit by bit, and lane by lane when the third operand is a lane mask.
    Bitselect,
    /// `v128.and`, `v128.andnot`: clears whole lanes when an operand is a lane mask.
    MaskAnd,
    /// `i8x16.shuffle`: moves whole lanes when its indices do.
    Shuffle,
    /// Looks at nothing.
    Drop,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits {
    /// The operator's name.
    pub(crate) name: &'static str,
    /// Operands taken; 0 for control operators, whose number depends on the types.
    pub(crate) pops: u8,
    /// Results left; 0 for control operators.
    pub(crate) pushes: u8,
    pub(crate) class: Class,
    pub(crate) role: Role,
}

macro_rules! operators {
    ($($op:ident $pops:literal $pushes:literal $class:ident $role:ident $(($($lane:ident),*))?;)*) => {
        /// Every accepted operator, in the order of the binary format.
        pub(crate) const TABLE: &[Traits] = &[$(operators!(@row $op $pops $pushes $class $role $(($($lane),*))?)),*];

        /// The row of `operator`, or `None` if it is not accepted.
        pub(crate) fn traits(operator: &Operator<'_>) -> Option<&'static Traits> {
            Some(match operator {
                $(Operator::$op { .. } => const { &operators!(@row $op $pops $pushes $class $role $(($($lane),*))?) },)*
                _ => return None,
            })
        }
    };
    (@row $op:ident $pops:literal $pushes:literal $class:ident $role:ident $(($($lane:ident),*))?) => {
        Traits {
            name: stringify!($op),
            pops: $pops,
            pushes: $pushes,
            class: Class::$class,
            role: Role::$role $(($(Lane::$lane),*))?,
        }
    };
}

// Operator, operands, results, cost class, role.
operators! {
    // mvp
    Unreachable 0 0 Free Control;
    Nop 0 0 Free Control;
    Block 0 0 Free Control;
    Loop 0 0 Free Control;
    If 0 0 Simple Control;
    Else 0 0 Free Control;
    End 0 0 Free Control;
    Br 0 0 Simple Control;
    BrIf 0 0 Simple Control;
    BrTable 0 0 BranchTable Control;
    Return 0 0 Simple Control;
    Call 0 0 Call Control;
    CallIndirect 0 0 CallIndirect Control;
    Drop 1 0 Free Drop;
    Select 3 1 Simple Select;
    LocalGet 0 1 Free Control;
    LocalSet 1 0 Free Control;
    LocalTee 1 1 Free Control;
    GlobalGet 0 1 Simple Plain;
    GlobalSet 1 0 Simple Plain;
    I32Load 1 1 Memory Plain;
    I64Load 1 1 Memory Plain;
    F32Load 1 1 Memory Plain;
    F64Load 1 1 Memory Plain;
    I32Load8S 1 1 Memory Plain;
    I32Load8U 1 1 Memory Plain;
    I32Load16S 1 1 Memory Plain;
    I32Load16U 1 1 Memory Plain;
    I64Load8S 1 1 Memory Plain;
    I64Load8U 1 1 Memory Plain;
    I64Load16S 1 1 Memory Plain;
    I64Load16U 1 1 Memory Plain;
    I64Load32S 1 1 Memory Plain;
    I64Load32U 1 1 Memory Plain;
    I32Store 2 0 Memory Plain;
    I64Store 2 0 Memory Plain;
    F32Store 2 0 Memory Plain;
    F64Store 2 0 Memory Plain;
    I32Store8 2 0 Memory Plain;
    I32Store16 2 0 Memory Plain;
    I64Store8 2 0 Memory Plain;
    I64Store16 2 0 Memory Plain;
    I64Store32 2 0 Memory Plain;
    MemorySize 0 1 Simple Plain;
    MemoryGrow 1 1 Grow Plain;
    I32Const 0 1 Free Plain;
    I64Const 0 1 Free Plain;
    F32Const 0 1 Free Constant;
    F64Const 0 1 Free Constant;
    I32Eqz 1 1 Simple Plain;
    I32Eq 2 1 Simple Plain;
    I32Ne 2 1 Simple Plain;
    I32LtS 2 1 Simple Plain;
    I32LtU 2 1 Simple Plain;
    I32GtS 2 1 Simple Plain;
    I32GtU 2 1 Simple Plain;
    I32LeS 2 1 Simple Plain;
    I32LeU 2 1 Simple Plain;
    I32GeS 2 1 Simple Plain;
    I32GeU 2 1 Simple Plain;
    I64Eqz 1 1 Simple Plain;
    I64Eq 2 1 Simple Plain;
    I64Ne 2 1 Simple Plain;
    I64LtS 2 1 Simple Plain;
    I64LtU 2 1 Simple Plain;
    I64GtS 2 1 Simple Plain;
    I64GtU 2 1 Simple Plain;
    I64LeS 2 1 Simple Plain;
    I64LeU 2 1 Simple Plain;
    I64GeS 2 1 Simple Plain;
    I64GeU 2 1 Simple Plain;
    F32Eq 2 1 Float Compare(F32);
    F32Ne 2 1 Float Compare(F32);
    F32Lt 2 1 Float Compare(F32);
    F32Gt 2 1 Float Compare(F32);
    F32Le 2 1 Float Compare(F32);
    F32Ge 2 1 Float Compare(F32);
    F64Eq 2 1 Float Compare(F64);
    F64Ne 2 1 Float Compare(F64);
    F64Lt 2 1 Float Compare(F64);
    F64Gt 2 1 Float Compare(F64);
    F64Le 2 1 Float Compare(F64);
    F64Ge 2 1 Float Compare(F64);
    I32Clz 1 1 Simple Plain;
    I32Ctz 1 1 Simple Plain;
    I32Popcnt 1 1 Simple Plain;
    I32Add 2 1 Simple Plain;
    I32Sub 2 1 Simple Plain;
    I32Mul 2 1 Simple Plain;
    I32DivS 2 1 Divide Plain;
    I32DivU 2 1 Divide Plain;
    I32RemS 2 1 Divide Plain;
    I32RemU 2 1 Divide Plain;
    I32And 2 1 Simple Plain;
    I32Or 2 1 Simple Plain;
    I32Xor 2 1 Simple Plain;
    I32Shl 2 1 Simple Plain;
    I32ShrS 2 1 Simple Plain;
    I32ShrU 2 1 Simple Plain;
    I32Rotl 2 1 Simple Plain;
    I32Rotr 2 1 Simple Plain;
    I64Clz 1 1 Simple Plain;
    I64Ctz 1 1 Simple Plain;
    I64Popcnt 1 1 Simple Plain;
    I64Add 2 1 Simple Plain;
    I64Sub 2 1 Simple Plain;
    I64Mul 2 1 Simple Plain;
    I64DivS 2 1 Divide Plain;
    I64DivU 2 1 Divide Plain;
    I64RemS 2 1 Divide Plain;
    I64RemU 2 1 Divide Plain;
    I64And 2 1 Simple Plain;
    I64Or 2 1 Simple Plain;
    I64Xor 2 1 Simple Plain;
    I64Shl 2 1 Simple Plain;
    I64ShrS 2 1 Simple Plain;
    I64ShrU 2 1 Simple Plain;
    I64Rotl 2 1 Simple Plain;
    I64Rotr 2 1 Simple Plain;
    F32Abs 1 1 Float Same(F32);
    F32Neg 1 1 Float Same(F32);
    F32Ceil 1 1 Float Arithmetic(F32, F32);
    F32Floor 1 1 Float Arithmetic(F32, F32);
    F32Trunc 1 1 Float Arithmetic(F32, F32);
    F32Nearest 1 1 Float Arithmetic(F32, F32);
    F32Sqrt 1 1 Divide Arithmetic(F32, F32);
    F32Add 2 1 Float Arithmetic(F32, F32);
    F32Sub 2 1 Float Arithmetic(F32, F32);
    F32Mul 2 1 Float Arithmetic(F32, F32);
    F32Div 2 1 Divide Arithmetic(F32, F32);
    F32Min 2 1 Float Arithmetic(F32, F32);
    F32Max 2 1 Float Arithmetic(F32, F32);
    F32Copysign 2 1 Float CopySign;
    F64Abs 1 1 Float Same(F64);
    F64Neg 1 1 Float Same(F64);
    F64Ceil 1 1 Float Arithmetic(F64, F64);
    F64Floor 1 1 Float Arithmetic(F64, F64);
    F64Trunc 1 1 Float Arithmetic(F64, F64);
    F64Nearest 1 1 Float Arithmetic(F64, F64);
    F64Sqrt 1 1 Divide Arithmetic(F64, F64);
    F64Add 2 1 Float Arithmetic(F64, F64);
    F64Sub 2 1 Float Arithmetic(F64, F64);
    F64Mul 2 1 Float Arithmetic(F64, F64);
    F64Div 2 1 Divide Arithmetic(F64, F64);
    F64Min 2 1 Float Arithmetic(F64, F64);
    F64Max 2 1 Float Arithmetic(F64, F64);
    F64Copysign 2 1 Float CopySign;
    I32WrapI64 1 1 Simple Plain;
    I32TruncF32S 1 1 Float Compare(F32);
    I32TruncF32U 1 1 Float Compare(F32);
    I32TruncF64S 1 1 Float Compare(F64);
    I32TruncF64U 1 1 Float Compare(F64);
    I64ExtendI32S 1 1 Simple Plain;
    I64ExtendI32U 1 1 Simple Plain;
    I64TruncF32S 1 1 Float Compare(F32);
    I64TruncF32U 1 1 Float Compare(F32);
    I64TruncF64S 1 1 Float Compare(F64);
    I64TruncF64U 1 1 Float Compare(F64);
    F32ConvertI32S 1 1 Float Harmless;
    F32ConvertI32U 1 1 Float Harmless;
    F32ConvertI64S 1 1 Float Harmless;
    F32ConvertI64U 1 1 Float Harmless;
    F32DemoteF64 1 1 Float Arithmetic(F64, F32);
    F64ConvertI32S 1 1 Float Harmless;
    F64ConvertI32U 1 1 Float Harmless;
    F64ConvertI64S 1 1 Float Harmless;
    F64ConvertI64U 1 1 Float Harmless;
    F64PromoteF32 1 1 Float Arithmetic(F32, F64);
    I32ReinterpretF32 1 1 Float Plain;
    I64ReinterpretF64 1 1 Float Plain;
    F32ReinterpretI32 1 1 Float Plain;
    F64ReinterpretI64 1 1 Float Plain;
    // sign extension
    I32Extend8S 1 1 Simple Plain;
    I32Extend16S 1 1 Simple Plain;
    I64Extend8S 1 1 Simple Plain;
    I64Extend16S 1 1 Simple Plain;
    I64Extend32S 1 1 Simple Plain;
    // saturating float to int
    I32TruncSatF32S 1 1 Float Compare(F32);
    I32TruncSatF32U 1 1 Float Compare(F32);
    I32TruncSatF64S 1 1 Float Compare(F64);
    I32TruncSatF64U 1 1 Float Compare(F64);
    I64TruncSatF32S 1 1 Float Compare(F32);
    I64TruncSatF32U 1 1 Float Compare(F32);
    I64TruncSatF64S 1 1 Float Compare(F64);
    I64TruncSatF64U 1 1 Float Compare(F64);
    // bulk memory
    MemoryInit 3 0 Bulk Plain;
    MemoryCopy 3 0 Bulk Plain;
    MemoryFill 3 0 Bulk Plain;
    // reference types
    TypedSelect 3 1 Simple Select;
    RefNull 0 1 Free Plain;
    RefIsNull 1 1 Simple Plain;
    RefFunc 0 1 Free Plain;
    TableGet 1 1 Memory Plain;
    TableSize 0 1 Simple Plain;
    // simd
    V128Load 1 1 Memory Plain;
    V128Load8x8S 1 1 Memory Plain;
    V128Load8x8U 1 1 Memory Plain;
    V128Load16x4S 1 1 Memory Plain;
    V128Load16x4U 1 1 Memory Plain;
    V128Load32x2S 1 1 Memory Plain;
    V128Load32x2U 1 1 Memory Plain;
    V128Load8Splat 1 1 Memory Plain;
    V128Load16Splat 1 1 Memory Plain;
    V128Load32Splat 1 1 Memory Plain;
    V128Load64Splat 1 1 Memory Plain;
    V128Load32Zero 1 1 Memory Plain;
    V128Load64Zero 1 1 Memory Plain;
    V128Store 2 0 Memory Plain;
    V128Load8Lane 2 1 Memory Plain;
    V128Load16Lane 2 1 Memory Plain;
    V128Load32Lane 2 1 Memory Plain;
    V128Load64Lane 2 1 Memory Plain;
    V128Store8Lane 2 0 Memory Plain;
    V128Store16Lane 2 0 Memory Plain;
    V128Store32Lane 2 0 Memory Plain;
    V128Store64Lane 2 0 Memory Plain;
    V128Const 0 1 Free Constant;
    I8x16Shuffle 2 1 Vector Shuffle;
    I8x16ExtractLaneS 1 1 Vector Plain;
    I8x16ExtractLaneU 1 1 Vector Plain;
    I8x16ReplaceLane 2 1 Vector Plain;
    I16x8ExtractLaneS 1 1 Vector Plain;
    I16x8ExtractLaneU 1 1 Vector Plain;
    I16x8ReplaceLane 2 1 Vector Plain;
    I32x4ExtractLane 1 1 Vector Plain;
    I32x4ReplaceLane 2 1 Vector Plain;
    I64x2ExtractLane 1 1 Vector Plain;
    I64x2ReplaceLane 2 1 Vector Plain;
    F32x4ExtractLane 1 1 Vector Extract(F32x4);
    F32x4ReplaceLane 2 1 Vector Replace(F32x4);
    F64x2ExtractLane 1 1 Vector Extract(F64x2);
    F64x2ReplaceLane 2 1 Vector Replace(F64x2);
    I8x16Swizzle 2 1 Vector Plain;
    I8x16Splat 1 1 Vector Plain;
    I16x8Splat 1 1 Vector Plain;
    I32x4Splat 1 1 Vector Plain;
    I64x2Splat 1 1 Vector Plain;
    F32x4Splat 1 1 Vector Splat(F32x4);
    F64x2Splat 1 1 Vector Splat(F64x2);
    I8x16Eq 2 1 Vector Plain;
    I8x16Ne 2 1 Vector Plain;
    I8x16LtS 2 1 Vector Plain;
    I8x16LtU 2 1 Vector Plain;
    I8x16GtS 2 1 Vector Plain;
    I8x16GtU 2 1 Vector Plain;
    I8x16LeS 2 1 Vector Plain;
    I8x16LeU 2 1 Vector Plain;
    I8x16GeS 2 1 Vector Plain;
    I8x16GeU 2 1 Vector Plain;
    I16x8Eq 2 1 Vector Plain;
    I16x8Ne 2 1 Vector Plain;
    I16x8LtS 2 1 Vector Plain;
    I16x8LtU 2 1 Vector Plain;
    I16x8GtS 2 1 Vector Plain;
    I16x8GtU 2 1 Vector Plain;
    I16x8LeS 2 1 Vector Plain;
    I16x8LeU 2 1 Vector Plain;
    I16x8GeS 2 1 Vector Plain;
    I16x8GeU 2 1 Vector Plain;
    I32x4Eq 2 1 Vector LaneMask(F32x4);
    I32x4Ne 2 1 Vector LaneMask(F32x4);
    I32x4LtS 2 1 Vector LaneMask(F32x4);
    I32x4LtU 2 1 Vector LaneMask(F32x4);
    I32x4GtS 2 1 Vector LaneMask(F32x4);
    I32x4GtU 2 1 Vector LaneMask(F32x4);
    I32x4LeS 2 1 Vector LaneMask(F32x4);
    I32x4LeU 2 1 Vector LaneMask(F32x4);
    I32x4GeS 2 1 Vector LaneMask(F32x4);
    I32x4GeU 2 1 Vector LaneMask(F32x4);
    I64x2Eq 2 1 Vector LaneMask(F64x2);
    I64x2Ne 2 1 Vector LaneMask(F64x2);
    I64x2LtS 2 1 Vector LaneMask(F64x2);
    I64x2GtS 2 1 Vector LaneMask(F64x2);
    I64x2LeS 2 1 Vector LaneMask(F64x2);
    I64x2GeS 2 1 Vector LaneMask(F64x2);
    F32x4Eq 2 1 Vector Compare(F32x4);
    F32x4Ne 2 1 Vector Compare(F32x4);
    F32x4Lt 2 1 Vector Compare(F32x4);
    F32x4Gt 2 1 Vector Compare(F32x4);
    F32x4Le 2 1 Vector Compare(F32x4);
    F32x4Ge 2 1 Vector Compare(F32x4);
    F64x2Eq 2 1 Vector Compare(F64x2);
    F64x2Ne 2 1 Vector Compare(F64x2);
    F64x2Lt 2 1 Vector Compare(F64x2);
    F64x2Gt 2 1 Vector Compare(F64x2);
    F64x2Le 2 1 Vector Compare(F64x2);
    F64x2Ge 2 1 Vector Compare(F64x2);
    V128Not 1 1 Vector Plain;
    V128And 2 1 Vector MaskAnd;
    V128AndNot 2 1 Vector MaskAnd;
    V128Or 2 1 Vector Plain;
    V128Xor 2 1 Vector Plain;
    V128Bitselect 3 1 Vector Bitselect;
    V128AnyTrue 1 1 Vector Plain;
    I8x16Abs 1 1 Vector Plain;
    I8x16Neg 1 1 Vector Plain;
    I8x16Popcnt 1 1 Vector Plain;
    I8x16AllTrue 1 1 Vector Plain;
    I8x16Bitmask 1 1 Vector Plain;
    I8x16NarrowI16x8S 2 1 Vector Plain;
    I8x16NarrowI16x8U 2 1 Vector Plain;
    I8x16Shl 2 1 Vector Plain;
    I8x16ShrS 2 1 Vector Plain;
    I8x16ShrU 2 1 Vector Plain;
    I8x16Add 2 1 Vector Plain;
    I8x16AddSatS 2 1 Vector Plain;
    I8x16AddSatU 2 1 Vector Plain;
    I8x16Sub 2 1 Vector Plain;
    I8x16SubSatS 2 1 Vector Plain;
    I8x16SubSatU 2 1 Vector Plain;
    I8x16MinS 2 1 Vector Plain;
    I8x16MinU 2 1 Vector Plain;
    I8x16MaxS 2 1 Vector Plain;
    I8x16MaxU 2 1 Vector Plain;
    I8x16AvgrU 2 1 Vector Plain;
    I16x8ExtAddPairwiseI8x16S 1 1 Vector Plain;
    I16x8ExtAddPairwiseI8x16U 1 1 Vector Plain;
    I16x8Abs 1 1 Vector Plain;
    I16x8Neg 1 1 Vector Plain;
    I16x8Q15MulrSatS 2 1 Vector Plain;
    I16x8AllTrue 1 1 Vector Plain;
    I16x8Bitmask 1 1 Vector Plain;
    I16x8NarrowI32x4S 2 1 Vector Plain;
    I16x8NarrowI32x4U 2 1 Vector Plain;
    I16x8ExtendLowI8x16S 1 1 Vector Plain;
    I16x8ExtendHighI8x16S 1 1 Vector Plain;
    I16x8ExtendLowI8x16U 1 1 Vector Plain;
    I16x8ExtendHighI8x16U 1 1 Vector Plain;
    I16x8Shl 2 1 Vector Plain;
    I16x8ShrS 2 1 Vector Plain;
    I16x8ShrU 2 1 Vector Plain;
    I16x8Add 2 1 Vector Plain;
    I16x8AddSatS 2 1 Vector Plain;
    I16x8AddSatU 2 1 Vector Plain;
    I16x8Sub 2 1 Vector Plain;
    I16x8SubSatS 2 1 Vector Plain;
    I16x8SubSatU 2 1 Vector Plain;
    I16x8Mul 2 1 Vector Plain;
    I16x8MinS 2 1 Vector Plain;
    I16x8MinU 2 1 Vector Plain;
    I16x8MaxS 2 1 Vector Plain;
    I16x8MaxU 2 1 Vector Plain;
    I16x8AvgrU 2 1 Vector Plain;
    I16x8ExtMulLowI8x16S 2 1 Vector Plain;
    I16x8ExtMulHighI8x16S 2 1 Vector Plain;
    I16x8ExtMulLowI8x16U 2 1 Vector Plain;
    I16x8ExtMulHighI8x16U 2 1 Vector Plain;
    I32x4ExtAddPairwiseI16x8S 1 1 Vector Plain;
    I32x4ExtAddPairwiseI16x8U 1 1 Vector Plain;
    I32x4Abs 1 1 Vector Plain;
    I32x4Neg 1 1 Vector Plain;
    I32x4AllTrue 1 1 Vector Plain;
    I32x4Bitmask 1 1 Vector Plain;
    I32x4ExtendLowI16x8S 1 1 Vector Plain;
    I32x4ExtendHighI16x8S 1 1 Vector Plain;
    I32x4ExtendLowI16x8U 1 1 Vector Plain;
    I32x4ExtendHighI16x8U 1 1 Vector Plain;
    I32x4Shl 2 1 Vector Plain;
    I32x4ShrS 2 1 Vector Plain;
    I32x4ShrU 2 1 Vector Plain;
    I32x4Add 2 1 Vector Plain;
    I32x4Sub 2 1 Vector Plain;
    I32x4Mul 2 1 Vector Plain;
    I32x4MinS 2 1 Vector Plain;
    I32x4MinU 2 1 Vector Plain;
    I32x4MaxS 2 1 Vector Plain;
    I32x4MaxU 2 1 Vector Plain;
    I32x4DotI16x8S 2 1 Vector Plain;
    I32x4ExtMulLowI16x8S 2 1 Vector Plain;
    I32x4ExtMulHighI16x8S 2 1 Vector Plain;
    I32x4ExtMulLowI16x8U 2 1 Vector Plain;
    I32x4ExtMulHighI16x8U 2 1 Vector Plain;
    I64x2Abs 1 1 Vector Plain;
    I64x2Neg 1 1 Vector Plain;
    I64x2AllTrue 1 1 Vector Plain;
    I64x2Bitmask 1 1 Vector Plain;
    I64x2ExtendLowI32x4S 1 1 Vector Plain;
    I64x2ExtendHighI32x4S 1 1 Vector Plain;
    I64x2ExtendLowI32x4U 1 1 Vector Plain;
    I64x2ExtendHighI32x4U 1 1 Vector Plain;
    I64x2Shl 2 1 Vector Plain;
    I64x2ShrS 2 1 Vector Plain;
    I64x2ShrU 2 1 Vector Plain;
    I64x2Add 2 1 Vector Plain;
    I64x2Sub 2 1 Vector Plain;
    I64x2Mul 2 1 Vector Plain;
    I64x2ExtMulLowI32x4S 2 1 Vector Plain;
    I64x2ExtMulHighI32x4S 2 1 Vector Plain;
    I64x2ExtMulLowI32x4U 2 1 Vector Plain;
    I64x2ExtMulHighI32x4U 2 1 Vector Plain;
    F32x4Ceil 1 1 Vector Arithmetic(F32x4, F32x4);
    F32x4Floor 1 1 Vector Arithmetic(F32x4, F32x4);
    F32x4Trunc 1 1 Vector Arithmetic(F32x4, F32x4);
    F32x4Nearest 1 1 Vector Arithmetic(F32x4, F32x4);
    F32x4Abs 1 1 Vector Same(F32x4);
    F32x4Neg 1 1 Vector Same(F32x4);
    F32x4Sqrt 1 1 Divide Arithmetic(F32x4, F32x4);
    F32x4Add 2 1 Vector Arithmetic(F32x4, F32x4);
    F32x4Sub 2 1 Vector Arithmetic(F32x4, F32x4);
    F32x4Mul 2 1 Vector Arithmetic(F32x4, F32x4);
    F32x4Div 2 1 Divide Arithmetic(F32x4, F32x4);
    F32x4Min 2 1 Vector Arithmetic(F32x4, F32x4);
    F32x4Max 2 1 Vector Arithmetic(F32x4, F32x4);
    F32x4PMin 2 1 Vector Pick(F32x4);
    F32x4PMax 2 1 Vector Pick(F32x4);
    F64x2Ceil 1 1 Vector Arithmetic(F64x2, F64x2);
    F64x2Floor 1 1 Vector Arithmetic(F64x2, F64x2);
    F64x2Trunc 1 1 Vector Arithmetic(F64x2, F64x2);
    F64x2Nearest 1 1 Vector Arithmetic(F64x2, F64x2);
    F64x2Abs 1 1 Vector Same(F64x2);
    F64x2Neg 1 1 Vector Same(F64x2);
    F64x2Sqrt 1 1 Divide Arithmetic(F64x2, F64x2);
    F64x2Add 2 1 Vector Arithmetic(F64x2, F64x2);
    F64x2Sub 2 1 Vector Arithmetic(F64x2, F64x2);
    F64x2Mul 2 1 Vector Arithmetic(F64x2, F64x2);
    F64x2Div 2 1 Divide Arithmetic(F64x2, F64x2);
    F64x2Min 2 1 Vector Arithmetic(F64x2, F64x2);
    F64x2Max 2 1 Vector Arithmetic(F64x2, F64x2);
    F64x2PMin 2 1 Vector Pick(F64x2);
    F64x2PMax 2 1 Vector Pick(F64x2);
    I32x4TruncSatF32x4S 1 1 Vector Compare(F32x4);
    I32x4TruncSatF32x4U 1 1 Vector Compare(F32x4);
    F32x4ConvertI32x4S 1 1 Vector Harmless;
    F32x4ConvertI32x4U 1 1 Vector Harmless;
    I32x4TruncSatF64x2SZero 1 1 Vector Compare(F64x2);
    I32x4TruncSatF64x2UZero 1 1 Vector Compare(F64x2);
    F64x2ConvertLowI32x4S 1 1 Vector Harmless;
    F64x2ConvertLowI32x4U 1 1 Vector Harmless;
    F32x4DemoteF64x2Zero 1 1 Vector Arithmetic(F64x2, F32x4);
    F64x2PromoteLowF32x4 1 1 Vector Arithmetic(F32x4, F64x2);
}
