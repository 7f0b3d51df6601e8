#!/usr/bin/env python3
"""Writes golden/OP.json for every operation: inputs, and outputs computed here in numpy, from the formulas, in double precision.

    packs/ops/make_golden.py

Nothing here is translated from the Rust. The block formats are written from ggml's words; where the package `gguf` is
installed, its own quantisation is compared with ours, block by block.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import golden_blocks
import golden_lora
import golden_rmsnorm
import golden_rope
import golden_swiglu
from golden_case import GOLDEN, write

MODULES = [golden_blocks, golden_lora, golden_rmsnorm, golden_rope, golden_swiglu]


def main():
    GOLDEN.mkdir(exist_ok=True)
    for module in MODULES:
        for op, cases in module.all_cases().items():
            print(f"{op}: {write(op, cases)} cases")
    print(golden_blocks.compare_with_gguf())


if __name__ == "__main__":
    main()
