// Many rows and few columns: J is never held, each range of rows being reduced to a triangle as it is evaluated.
#pragma once

#include <cstdint>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// What is left of all rows at a point: RᵀR = JᵀJ, Rᵀc = Jᵀr, n columns.
struct ReducedRows {
  DenseMatrix R;  ///< n × n, upper triangular
  AlignedArray c;
  double cost = 0.0;              ///< ½ Σ ρ(‖r‖²)
  double residual_squares = 0.0;  ///< ‖r‖², corrected for the losses
};

/// QR of [J r] by ranges of rows (tall-skinny QR: Golub, Plemmons & Sameh 1988; Demmel, Grigori, Hoemmen & Langou 2012,
/// section 4): the triangle of those before stands above the next rows, and both are reduced. Ranges are gathered in
/// stripes whose number and order do not depend on the threads, so that neither do the bits. O(m n²), memory O(n²) for
/// each stripe and the rows of one range for each thread.
class RowReduction {
 public:
  explicit RowReduction(const Program& program) : program_(program) {}
  virtual ~RowReduction() = default;
  RowReduction(const RowReduction&) = delete;
  RowReduction& operator=(const RowReduction&) = delete;

  /// Losses ignored: the cost is ½‖r‖².
  virtual ReducedRows reduce(const double* x, int threads, Program::Losses losses = Program::Losses::applied) const;
  /// The cost alone.
  virtual double cost(const double* x, int threads) const;

 private:
  struct Stripe {
    DenseMatrix triangle;  // [R c], n × (n + 1)
    double cost = 0.0, squares = 0.0;
  };
  void absorb_tasks(std::int64_t begin, std::int64_t end, const double* x, Program::Losses losses,
                    Stripe& stripe) const;

  const Program& program_;
};

}  // namespace thalweg::inline v0_1
