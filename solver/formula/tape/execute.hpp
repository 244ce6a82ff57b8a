// The instructions of a tape, executed on packs of rows.
#pragma once

#include <cstddef>
#include <vector>

#include "formula/tape/tape.hpp"

namespace thalweg::inline v0_1::formula {

/// What carries out an operation on the operands of this instruction.
Instruction::Kernel kernel_of(Op op, const Instruction& instruction);

/// Executes the instructions in order, each over `packs` packs of rows, packs ≥ 1.
inline void execute(const std::vector<Instruction>& code, double* const* bases, std::ptrdiff_t packs) {
  for (const Instruction& i : code) i.kernel(i, bases, packs);
}

}  // namespace thalweg::inline v0_1::formula
