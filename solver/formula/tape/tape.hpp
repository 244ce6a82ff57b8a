// A tape: the straight-line program that evaluates some nodes of an expression graph over blocks of
// rows.
//
// Three kinds of values, by what they change with: columns are computed once when the tape is made (as far as there is
// memory for them), scalars once per call (as packs of equal lanes), the rest row by row in registers, each as long
// as a block of rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "formula/graph/graph.hpp"
#include "formula/tape/columns.hpp"

namespace thalweg::inline v0_1::formula {

/// Where an operand lies: offset doubles behind the base-th pointer of the run. Bases below
/// first_moving hold packs of equal lanes, which serve all rows; the others advance with the rows.
struct Operand {
  std::uint32_t base = 0, offset = 0;
};
inline constexpr std::uint32_t scalar_base = 0, constant_base = 1, first_moving = 2, register_base = 2,
                               first_output_base = 3;

/// An instruction holds the function that carries it out: one indirect call, whatever the
/// operation.
struct Instruction {
  using Kernel = void (*)(const Instruction& self, double* const* bases, std::ptrdiff_t packs);
  Kernel kernel = nullptr;
  Operand to, a, b, c;
  Op op = Op::copy;
  int order = 0;  ///< of an operation with orders
};

struct Tape {
  struct Load {
    int parameter;
    std::uint32_t offset;
  };
  std::vector<Load> loads;               ///< parameters into scalars
  std::vector<Instruction> scalar_code;  ///< once per call
  std::vector<Instruction> row_code;     ///< once per block
  AlignedVector constants;               ///< each repeated over a pack
  std::vector<const double*> columns;    ///< the bases behind the outputs
  std::vector<int> varying;              ///< the bases behind the columns: which of the parameters that vary
  std::size_t scalars = 0;               ///< doubles
  int outputs = 0;
  int accumulators = 0;  ///< or, instead of outputs: how many, at the start of the scalars
  int registers = 0;     ///< register 0 holds the weights when there are accumulators
  int block = 0;         ///< rows

  /// Doubles of scratch memory for a run: scalars, registers, and a register for each output.
  std::size_t scratch() const {
    return scalars + static_cast<std::size_t>(registers + outputs) * static_cast<std::size_t>(block);
  }
};

/// What becomes of the results.
enum class Results { outputs, accumulators };

/// Compiles the nodes `results`.
Tape make_tape(Graph& graph, Columns& columns, const std::vector<Id>& results, Results kind);

/// Compiles nodes of rank column, to be computed from the columns that are there.
Tape make_column_tape(Graph& graph, const Columns& columns, const std::vector<Id>& results);

/// Decides which sums under `root` take in a product, for all tapes to come.
void decide_fusion(Graph& graph, Id root);

}  // namespace thalweg::inline v0_1::formula
