// Runs a tape.
#pragma once

#include <cstdint>

#include "formula/tape/tape.hpp"

namespace thalweg::inline v0_1::formula {

/// Rows [begin, end) of result 0 to first[row − begin] and of result k to others[k − 1][row −
/// begin]. Where a pointer is null, that result is not stored. `varying` has the parameters that vary, see
/// FormulaModel.
void run(const Tape& tape, const double* p, const double* const* varying, std::int64_t begin, std::int64_t end,
         double* first, double* const* others);

/// The same of the rows [0, count) of `columns`, one for each of tape.columns, in their place. They are read in whole
/// packs.
void run_on(const Tape& tape, const double* const* columns, const double* p, std::int64_t count, double* first,
            double* const* others);

/// Σ over rows of weight[row − begin] times each result, to sums[k]. Rows of weight 0 add nothing.
void run_sums(const Tape& tape, const double* p, const double* const* varying, std::int64_t begin, std::int64_t end,
              const double* weight, double* sums);

}  // namespace thalweg::inline v0_1::formula
