#include "formula/tape/run.hpp"

#include <algorithm>
#include <thalweg/math/pack.hpp>
#include <vector>

#include "formula/tape/execute.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

constexpr std::int64_t lanes = native_lanes;

/// Memory of one thread for its runs: it grows to the largest tape seen, so that runs do not
/// allocate.
struct Workspace {
  AlignedVector scratch;
  std::vector<double*> bases;
};

Workspace& workspace(const Tape& tape) {
  thread_local Workspace w;
  if (w.scratch.size() < tape.scratch()) w.scratch.resize(tape.scratch());
  const std::size_t bases =
      first_output_base + static_cast<std::size_t>(tape.outputs) + tape.columns.size() + tape.varying.size();
  if (w.bases.size() < bases) w.bases.resize(bases);
  return w;
}

/// One run of a tape: the pointers that its operands are relative to.
class Run {
 public:
  /// The values of varying[k] begin with row `first`.
  Run(const Tape& tape, const double* const* columns, const double* p, const double* const* varying, std::int64_t first)
      : tape_(tape),
        columns_(columns),
        varying_(varying),
        first_(first),
        workspace_(workspace(tape)),
        bases_(workspace_.bases.data()) {
    double* const scratch = workspace_.scratch.data();
    bases_[scalar_base] = scratch;
    bases_[constant_base] = const_cast<double*>(tape.constants.data());  // only read
    bases_[register_base] = scratch + tape.scalars;
    std::fill_n(scratch, static_cast<std::int64_t>(tape.accumulators) * lanes, 0.0);
    for (const Tape::Load& load : tape.loads) {
      NativePack(p[load.parameter]).store(scratch + load.offset);
    }
    if (!tape.scalar_code.empty()) execute(tape.scalar_code, bases_, 1);
  }

  const double* scalars() const { return bases_[scalar_base]; }
  double* registers() { return bases_[register_base]; }
  double* output_register(int k) {
    return registers() + static_cast<std::ptrdiff_t>(tape_.registers + k) * tape_.block;
  }

  /// Rows [row, row + n) into the outputs that redirect names.
  template <class Redirect>
  void block(std::int64_t row, std::int64_t n, const Redirect& redirect) {
    for (int k = 0; k < tape_.outputs; ++k) {
      bases_[first_output_base + static_cast<std::uint32_t>(k)] = redirect(k);
    }
    double** base = bases_ + first_output_base + tape_.outputs;
    for (std::size_t k = 0; k < tape_.columns.size(); ++k) {
      *base++ = const_cast<double*>(columns_[k]) + row;  // only read
    }
    for (const int k : tape_.varying) *base++ = const_cast<double*>(varying_[k]) + (row - first_);  // only read
    execute(tape_.row_code, bases_, (n + lanes - 1) / lanes);
  }

 private:
  const Tape& tape_;
  const double* const* columns_;
  const double* const* varying_;
  std::int64_t first_;
  Workspace& workspace_;
  double** bases_;
};

template <int W>
void copy_if(bool wanted, const double*& from, double*& to) {
  if (!wanted) return;
  Pack<W>::load(from).store(to);
  from += W;
  to += W;
}

// The rest after the whole packs goes in halves. A last whole pack that overlaps its neighbour
// would be simpler, but a load that spans two recent stores waits until both have reached the
// cache.
void copy_rows(const double* from, double* to, std::int64_t n) {
  for (std::int64_t i = 0; i < n / lanes; ++i) copy_if<native_lanes>(true, from, to);
  copy_if<4>(lanes > 4 && (n & 4) != 0, from, to);
  copy_if<2>(lanes > 2 && (n & 2) != 0, from, to);
  if ((n & 1) != 0) *to = *from;
}

// Results go straight to the caller's arrays when they fill whole packs. A last pack that is not
// whole must not: either the block's results go through registers and are copied, or the whole
// packs come first and that one by itself, which executes all instructions once more.
std::int64_t rows_of_block(const Tape& tape, std::int64_t left) {
  // Measured: an instruction on one pack takes as long as copying four.
  constexpr std::int64_t instruction_in_copies = 4;
  const std::int64_t n = std::min<std::int64_t>(tape.block, left), whole = n / lanes;
  const auto instructions = static_cast<std::int64_t>(tape.row_code.size());
  const bool split = n % lanes != 0 && whole * tape.outputs > instruction_in_copies * instructions;
  return split ? whole * lanes : n;
}

}  // namespace

namespace {

void run_rows(const Tape& tape, Run& program, std::int64_t begin, std::int64_t end, double* first,
              double* const* others) {
  const auto output = [&](int k) { return k == 0 ? first : others[k - 1]; };
  for (std::int64_t row = begin, n = 0; row < end; row += n) {
    n = rows_of_block(tape, end - row);
    const std::int64_t done = row - begin;
    const bool whole = n % lanes == 0;
    program.block(row, n, [&](int k) {
      double* const to = output(k);
      return whole && to != nullptr ? to + done : program.output_register(k);
    });
    if (whole) continue;
    for (int k = 0; k < tape.outputs; ++k) {
      double* const to = output(k);
      if (to != nullptr) copy_rows(program.output_register(k), to + done, n);
    }
  }
}

}  // namespace

void run(const Tape& tape, const double* p, const double* const* varying, std::int64_t begin, std::int64_t end,
         double* first, double* const* others) {
  Run program(tape, tape.columns.data(), p, varying, begin);
  run_rows(tape, program, begin, end, first, others);
}

void run_on(const Tape& tape, const double* const* columns, const double* p, std::int64_t count, double* first,
            double* const* others) {
  Run program(tape, columns, p, nullptr, 0);
  run_rows(tape, program, 0, count, first, others);
}

void run_sums(const Tape& tape, const double* p, const double* const* varying, std::int64_t begin, std::int64_t end,
              const double* weight, double* sums) {
  Run program(tape, tape.columns.data(), p, varying, begin);
  for (std::int64_t row = begin; row < end; row += tape.block) {
    const std::int64_t n = std::min<std::int64_t>(tape.block, end - row);
    double* const weights = program.registers();
    std::copy_n(weight + (row - begin), n, weights);
    std::fill(weights + n, weights + (n + lanes - 1) / lanes * lanes, 0.0);
    program.block(row, n, [](int) { return static_cast<double*>(nullptr); });
  }
  for (int k = 0; k < tape.accumulators; ++k) {
    const double* const parts = program.scalars() + static_cast<std::int64_t>(k) * lanes;
    sums[k] = 0.0;
    for (std::int64_t lane = 0; lane < lanes; ++lane) sums[k] += parts[lane];
  }
}

}  // namespace thalweg::inline v0_1::formula
