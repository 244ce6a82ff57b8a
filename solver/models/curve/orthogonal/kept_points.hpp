// Foot points kept from one evaluation for the next at the same parameters. Private.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "models/curve/orthogonal/foot_points.hpp"

namespace thalweg::inline v0_1::orthogonal {

/// A method evaluates the residuals at a trial and, if it stays there, the Jacobian: the second finds the foot points
/// of the first, which are the same bits as those found anew. Threads that want one chunk at a time do without.
class KeptPoints {
 public:
  /// For `rows` rows with k uncertain inputs and n parameters.
  KeptPoints(std::int64_t rows, int k, int n) : pieces_(static_cast<std::size_t>(rows) / chunk + 1), n_(n) {
    numbers_ = static_cast<std::size_t>(k) + 2;
  }

  /// Those of rows [begin, end) at p, from here or by feet.find().
  template <int K>
  void find(FootPoints<K>& feet, const FormulaModel& model, const InputErrors& errors, const double* p,
            std::int64_t begin, std::int64_t end) {
    Piece& piece = pieces_[static_cast<std::size_t>(begin) / chunk];
    const bool mine = !piece.busy.test_and_set(std::memory_order_acquire);
    const bool known =
        mine && piece.begin == begin && piece.end == end && std::equal(piece.p.begin(), piece.p.end(), p, p + n_);
    if (known) {
      feet.recall(errors, begin, end, piece.numbers.data());
    } else {
      feet.find(model, errors, p, begin, end);
      if (mine) {
        piece.begin = begin;
        piece.end = end;
        piece.p.assign(p, p + n_);
        piece.numbers.resize(numbers_ * chunk);
        feet.keep(piece.numbers.data());
      }
    }
    if (mine) piece.busy.clear(std::memory_order_release);
  }

 private:
  struct Piece {
    std::atomic_flag busy;
    std::int64_t begin = 0, end = -1;
    std::vector<double> p, numbers;
  };
  std::vector<Piece> pieces_;
  std::size_t numbers_;
  int n_;
};

}  // namespace thalweg::inline v0_1::orthogonal
