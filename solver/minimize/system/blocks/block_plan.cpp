#include <minimize/system/blocks/block_plan.hpp>

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <base/memory.hpp>
#include <linear/normal/elimination_choice.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Kind = LinearSolverKind;

// A dense factor of 3000 columns takes 0.2 s on one core, and less than a sparse one of the same matrix where a third
// of its blocks are there.
constexpr double most_dense_columns = 3000.0;
// Up to here a sparse factor is taken unseen; up to there it is analysed first, and taken where its flops are a few
// seconds of one core, as for cameras that each see a few others.
constexpr double most_sparse_columns = 15000.0, most_analysed_columns = 100000.0;
constexpr double most_factor_flops = 2e11;

struct Sizes {
  explicit Sizes(const NormalLayout& layout)
      : columns(static_cast<double>(layout.tiles) * layout.width),
        square(8.0 * layout.width * (layout.width + 1.0)),
        all_blocks(0.5 * layout.tiles * (layout.tiles + 1.0)),
        blocks(std::min(all_blocks, layout.pairs() + static_cast<double>(layout.off_row.size() +
                                                                         static_cast<std::size_t>(layout.tiles)))),
        sums(static_cast<double>(layout.couplings()) * layout.landmark_width * square / layout.width +
             8.0 * (layout.landmark_width * (layout.landmark_width + 3.0)) * layout.landmarks +
             (layout.parts + 1.0) * (layout.tiles + static_cast<double>(layout.off_row.size())) * square) {}
  double columns, square, all_blocks, blocks, sums;
};

/// J in its blocks, r, where each block is read, and the vectors of an iteration.
double bytes_of_rows(const NormalLayout& layout) {
  double bytes = 12.0 * 8.0 * static_cast<double>(layout.columns);
  for (const NormalLayout::Group& group : layout.groups)
    bytes += static_cast<double>(group.items) *
             (8.0 * group.dimension * (group.columns + 6.0) + 16.0 * static_cast<double>(group.pieces.size() + 1));
  return bytes;
}

/// Bytes of everything, for a solver of this kind.
double bytes_of(Kind kind, const NormalLayout& layout) {
  const Sizes s(layout);
  const double matrix = layout.parts * s.blocks * s.square;
  switch (kind) {
    case Kind::dense_cholesky:
    case Kind::dense_schur:
      return s.sums + layout.parts * s.all_blocks * s.square + 8.0 * s.columns * s.columns;
    case Kind::sparse_cholesky:
    case Kind::sparse_schur:
    case Kind::cholmod:
      // The factor's fill is known after its analysis only; three times the matrix is common.
      return s.sums + matrix + 4.0 * s.blocks * s.square;
    case Kind::iterative_schur:
      return s.sums + matrix + s.blocks * s.square;
    case Kind::lsqr:
    case Kind::lsmr:
    case Kind::minres:
      return bytes_of_rows(layout);
    default:
      return s.sums + 16.0 * 8.0 * s.columns;
  }
}

bool eliminates(Kind kind) {
  return kind == Kind::dense_schur || kind == Kind::sparse_schur || kind == Kind::iterative_schur ||
         kind == Kind::implicit_schur;
}

/// Works out the reduced system's pattern.
double factor_flops(NormalLayout& layout, int threads) {
  layout.reduce(threads);
  BlockCholesky cholesky;
  if (cholesky.analyze(layout.reduced) != LinearStatus::ok) return std::numeric_limits<double>::infinity();
  return cholesky.facts().flops;
}

BlockPlan choose(NormalLayout& layout, double limit, int threads) {
  const Sizes s(layout);
  const bool schur = layout.landmarks > 0;
  const std::string left = schur ? fmt::format("{} eliminated blocks leave {} columns", layout.landmarks, s.columns)
                                 : fmt::format("{} columns, no blocks to eliminate", s.columns);
  const auto fits = [&](Kind kind) { return bytes_of(kind, layout) <= limit; };
  if (const Kind kind = schur ? Kind::dense_schur : Kind::dense_cholesky;
      s.columns <= most_dense_columns && (schur || s.blocks > 0.3 * s.all_blocks) && fits(kind))
    return {kind, left + ": few enough for a dense factor", 0.0};
  if (const Kind kind = schur ? Kind::sparse_schur : Kind::sparse_cholesky;
      (!schur || s.columns <= most_sparse_columns) && fits(kind))
    return {kind, left + ": a sparse factor", 0.0};
  if (schur && s.columns <= most_analysed_columns && fits(Kind::sparse_schur) &&
      factor_flops(layout, threads) <= most_factor_flops)
    return {Kind::sparse_schur, left + ": a sparse factor, of little fill", 0.0};
  if (schur && fits(Kind::iterative_schur) && layout.pairs() <= 12.0 * static_cast<double>(layout.couplings()))
    return {Kind::iterative_schur, left + ", too many to factor: conjugate gradients on the reduced system", 0.0};
  return {schur ? Kind::implicit_schur : Kind::conjugate_gradient,
          left + ", too many to form a matrix: conjugate gradients by products alone", 0.0};
}

}  // namespace

double least_eliminated(Kind requested) { return eliminates(requested) ? 0.0 : most_of_all; }

bool keeps_rows(Kind kind) { return kind == Kind::lsqr || kind == Kind::lsmr || kind == Kind::minres; }

bool keeps_all_blocks(Kind kind) {
  return kind == Kind::sparse_cholesky || kind == Kind::conjugate_gradient || kind == Kind::dense_cholesky ||
         keeps_rows(kind);
}

BlockPlan plan_blocks(NormalLayout& layout, Kind requested, double memory_limit, int threads) {
  const double limit = memory_limit > 0.0 ? memory_limit : available_memory();
  const BlockPlan best = choose(layout, limit, threads);
  BlockPlan plan = requested == Kind::automatic ? best : BlockPlan{requested, "as requested", 0.0};
  if (eliminates(plan.kind) && layout.landmarks == 0)
    throw Error(
        fmt::format("linear solver {} eliminates blocks, and no blocks of at most 6 components were found that "
                    "share no residual; expected {}",
                    to_string(plan.kind), to_string(best.kind)));
  if (plan.kind == Kind::cholmod && !sparse_cholesky_available())
    throw Error(fmt::format("linear solver {} needs CHOLMOD, which this build is without; expected {}",
                            to_string(plan.kind),
                            to_string(layout.landmarks > 0 ? Kind::sparse_schur : Kind::sparse_cholesky)));
  plan.bytes = bytes_of(plan.kind, layout);
  if (plan.bytes <= limit) return plan;
  const double least = bytes_of(best.kind, layout);
  const std::string proposal =
      best.kind != plan.kind && least <= limit
          ? fmt::format("linear solver {}, which needs {}", to_string(best.kind), in_bytes(least))
          : fmt::format("a machine with more memory, or a smaller problem ({} needs {})", to_string(best.kind),
                        in_bytes(least));
  throw MemoryError(fmt::format("linear solver {} would need {} of memory, and the limit is {}; expected {}",
                                to_string(plan.kind), in_bytes(plan.bytes), in_bytes(limit), proposal));
}

}  // namespace thalweg::inline v0_1
