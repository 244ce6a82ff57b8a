// Rows of J that stand for couplings, in double precision or, half as long, in single.
//
// They are what a damped step reads most of, several times, and steps need no more: J̃ = J (1 + ε), ε ≤ 6e-8, gives a
// positive semidefinite J̃ᵀJ̃ where all blocks are made of the same rounded rows, and JᵀJ itself does not tell singular
// values below 1e-8 of the largest from rounding. Gradients and costs are of J.
#pragma once

#include <algorithm>
#include <cstring>

#include <linear/normal/tile.hpp>
#include <thalweg/base/aligned.hpp>

namespace thalweg::inline v0_1::rank_two {

inline constexpr int size = 24;  ///< numbers of a record: the first eight columns of both rows of f, then the rest

class Records {
 public:
  /// Columns with norms outside are not for single precision: the numbers that matter in them, to 1e-8 of the norm, are
  /// to be normal ones.
  static constexpr double shortest = 1e-29, longest = 1e36;

  using Small = float __attribute__((vector_size(32)));

  /// Records of so many couplings, their numbers unset.
  void resize(std::int64_t couplings, bool single) {
    single_ = single;
    numbers_.resize_unset(single ? couplings * size / 2 : couplings * size);
  }
  bool single() const { return single_; }
  std::int64_t couplings() const { return numbers_.size() / (single_ ? size / 2 : size); }
  double bytes() const { return 8.0 * static_cast<double>(numbers_.size()); }

  [[gnu::always_inline]] void store(std::int64_t k, const tile::Raw& first, const tile::Raw& second,
                                    const tile::Raw& rest) {
    store_eight(at(k, 0), first);
    store_eight(at(k, 1), second);
    store_eight(at(k, 2), rest);
  }
  /// Eight numbers of a record in double precision: the first or second row's, or the rest.
  [[gnu::always_inline]] tile::Raw load(std::int64_t k, int eight) const {
    const double* const from = at(k, eight);
    if (!single_) return tile::load(from);
    Small small;
    std::memcpy(&small, from, sizeof small);
    return __builtin_convertvector(small, tile::Raw);
  }
  /// All 24.
  [[gnu::always_inline]] void load_all(std::int64_t k, double* to) const {
    for (int v = 0; v < 3; ++v) tile::store(to + 8 * v, load(k, v));
  }
  /// Asks for one that will be loaded soon, or stored.
  template <bool write>
  [[gnu::always_inline]] void fetch(std::int64_t k) const {
    tile::fetch_ahead<write>(at(k, 0), single_ ? size / 2 + 4 : size);
  }
  /// What a record keeps of these numbers.
  [[gnu::always_inline]] tile::Raw kept(const tile::Raw& r) const {
    return single_ ? __builtin_convertvector(__builtin_convertvector(r, Small), tile::Raw) : r;
  }

 private:
  [[gnu::always_inline]] void store_eight(double* to, const tile::Raw& r) const {
    if (!single_) return tile::store(to, r);
    const Small small = __builtin_convertvector(r, Small);
    std::memcpy(to, &small, sizeof small);
  }
  [[gnu::always_inline]] std::int64_t place(std::int64_t k, int eight) const {
    return (3 * k + eight) * (single_ ? 4 : 8);
  }
  [[gnu::always_inline]] double* at(std::int64_t k, int eight) { return numbers_.data() + place(k, eight); }
  [[gnu::always_inline]] const double* at(std::int64_t k, int eight) const { return numbers_.data() + place(k, eight); }

  AlignedArray numbers_;  // 24 doubles a coupling, or 24 floats in the place of 12
  bool single_ = false;
};

}  // namespace thalweg::inline v0_1::rank_two
