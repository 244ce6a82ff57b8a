// Normal equations with tiles of a width known at compile time.
#pragma once

#include <atomic>

#include <linear/normal/normal_equations.hpp>
#include <linear/normal/rank_two_records.hpp>
#include <linear/normal/tile.hpp>

namespace thalweg::inline v0_1 {

namespace assembly {
template <int R, int N>
struct Columns;
}
namespace rank_two {
inline constexpr int half = 16 + size;  ///< numbers that a coupling has while its landmark is eliminated
}  // namespace rank_two

template <int F, int E>  // widths of tiles and of landmarks
class TiledEquations final : public NormalEquations {
 public:
  TiledEquations(std::shared_ptr<NormalLayout> layout, Precision rows);

  void open(int part) override;
  void add(int part, std::size_t group, const ResidualStrip& strip) override;
  void close(int threads) override;
  void product(const double* v, double* Hv, int threads) const override;
  LinearStatus eliminate(double lambda, const double* D, const double* b, double* reduced, int threads) override;
  LinearStatus factor_landmarks(double lambda, const double* D, int threads) override;
  void reduced_block(std::int64_t k, double* to, std::int64_t row_step, std::int64_t column_step) const override;
  void reduced_diagonal(double* to, int threads) override;
  void reduced_product(const double* x, double* y, int threads) const override;
  void kept_diagonal(double* to, int threads) override;
  void reduce(const double* b, double* reduced, int threads) override;
  void substitute(const double* b, const double* kept, double* x, int threads) const override;
  double bytes() const override;
  bool outgrows_rows() const override;
  void keep_rows_exactly() override;

 private:
  using Square = tile::Layout<F, F>;                   // a block of U, and of the reduced system
  using Coupling = tile::Layout<F, E>;                 // a block of W
  static constexpr int vector_size = (F + 7) / 8 * 8;  ///< of a tile's part of a vector, padded
  /// Of a tile: its diagonal block of U, of which the lower triangle counts, its gradient, and the squared norms of
  /// columns that are in the records and not in U.
  static constexpr int kept_size = Square::size + 2 * vector_size;
  static constexpr bool narrow = E == narrow_landmark;
  static constexpr int triangle = E * (E + 1) / 2;
  /// Of a landmark: V's lower triangle by columns, its gradient, L's lower triangle with the inverse of its diagonal,
  /// and what is left of a vector. Sums of narrow ones take nine numbers, of others whole vectors.
  static constexpr int landmark_gradient = triangle;
  static constexpr int sum_vectors = (triangle + E + 7) / 8;
  static constexpr int landmark_factor = narrow ? triangle + E : 8 * sum_vectors;
  static constexpr int landmark_size = (landmark_factor + triangle + 7) / 8 * 8;

  static constexpr std::int64_t couplings_ahead = 24;  ///< to be fetched from memory

  template <int R>
  void add_rows(int part, const NormalLayout::Group& group, const ResidualStrip& strip, int row, bool store);
  template <int R>
  void add_landmarks(const NormalLayout::Group& group, const assembly::Columns<R, E>& e,
                     const assembly::Columns<R, E>& kept, const assembly::Columns<R, 1>& r, std::int64_t item, int n,
                     bool first);
  template <int R>
  void add_wide_landmarks(const NormalLayout::Group& group, const assembly::Columns<R, E>& e,
                          const assembly::Columns<R, 1>& r, std::int64_t item, int n, bool first);
  template <int R>
  void add_pairs(int part, const NormalLayout::Group& group, const ResidualStrip& strip, int row);
  template <int R>
  static void add_twice(double* u, const assembly::Columns<R, F>& a, const assembly::Columns<R, F>& b, int lane);
  bool factor_range(std::int32_t begin, std::int32_t end, double lambda, const double* D);
  bool factor_wide_range(std::int32_t begin, std::int32_t end, double lambda, const double* D);
  double landmark_damping(std::int32_t e, int c, double lambda, const double* D) const {
    const std::int64_t column = layout_->landmark_column[static_cast<std::size_t>(e) * E + static_cast<std::size_t>(c)];
    return column < 0 ? 0.0 : lambda * D[column] * D[column];
  }
  bool eliminate_part(int part, double lambda, const double* D, const double* b);
  void scale_couplings(std::int32_t begin, std::int32_t end, const double* b, double* Z, double* y) const;
  void add_products(const ProductSchedule::Part& part, std::size_t stretch, const double* Z, double* S) const;
  void add_couplings(std::int32_t e, const double* own, double* y) const;
  void transposed_product(std::int32_t e, const double* x, double* own) const;
  double squared_norm(std::int32_t tile, int c) const;
  void own_block(std::int32_t tile, double* to) const;
  template <class Sum>
  void sum_diagonals(double* to, int threads, Sum sum);

  // Where couplings have rank two (rank_two_coupling.hpp), which is looked for with narrow landmarks only.
  template <int R>
  void add_rank_two(int part, const NormalLayout::Group& group,
                    const ResidualStrip& strip) requires(E == narrow_landmark);
  void halve_rank_two(std::int32_t begin, std::int32_t end, const double* b, double* halves) const
      requires(E == narrow_landmark);
  void add_rank_two_products(const ProductSchedule::Part& part, std::size_t stretch, const double* halves, double* S,
                             double* y) const requires(E == narrow_landmark);
  void subtract_rank_two_diagonals(int part, bool eliminated, double* S) const requires(E == narrow_landmark);
  template <bool with_x>
  void add_rank_two_couplings(std::int32_t e, const double* own, const double* x, double* y) const
      requires(E == narrow_landmark);
  void rank_two_transposed_product(std::int32_t e, const double* x, double* own) const requires(E == narrow_landmark);

  void kept_of(const double* b, double* reduced) const;
  void subtract_parts(const double* b, double* reduced) const;
  void damp(double lambda, const double* D);
  void gather(const double* b, std::int32_t e, double* own) const;
  void place(const double* kept, double* padded_kept) const;
  void add_kept_product(const double* x, double* y) const;
  template <class Body>
  void for_landmarks(const double* x, int threads, Body body) const;

  double* kept_sums(int part) { return kept_sums_.data() + part * kept_stride(); }
  std::int64_t kept_stride() const {
    return std::int64_t{layout_->tiles} * kept_size + static_cast<std::int64_t>(layout_->off_row.size()) * Square::size;
  }
  std::int64_t vectors_stride() const { return std::int64_t{layout_->tiles} * vector_size; }
  std::int64_t reduced_stride() const { return layout_->reduced.blocks() * Square::size; }

  bool rank_two_ = false;              // there are records, and no W
  rank_two::Records records_;          // one a coupling
  AlignedArray W_;                     // couplings × Coupling::size
  AlignedArray landmarks_;             // landmarks × landmark_size
  AlignedArray kept_sums_;             // parts × (tiles × kept_size, off-diagonal blocks × Square::size)
  AlignedArray kept_;                  // the same, summed
  AlignedArray damping_;               // tiles × F: λD² of the last damping, 1 where a diagonal would be zero
  AlignedArray reduced_;               // parts × blocks × Square::size: Σ ZZᵀ
  std::vector<AlignedArray> scratch_;  // of each thread: the Z of a stretch's couplings, or their halves
  AlignedArray diagonals_;             // parts × tiles × Square::size: diagonal blocks of Σ ZZᵀ
  mutable AlignedArray vectors_;       // parts × tiles × vector_size
  mutable AlignedArray padded_kept_;   // tiles × vector_size
};

extern template class TiledEquations<3, 3>;
extern template class TiledEquations<6, 3>;
extern template class TiledEquations<7, 3>;
extern template class TiledEquations<9, 3>;
extern template class TiledEquations<6, 6>;
extern template class TiledEquations<7, 6>;
extern template class TiledEquations<9, 6>;

}  // namespace thalweg::inline v0_1
