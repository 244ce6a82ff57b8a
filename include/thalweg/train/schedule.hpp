// How a learning rate changes as training goes on.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace thalweg::inline v0_1 {

/// The rate is α · factor(k), k = 0, 1, … the iterations, or the epochs, that are done. As text, with N, K, T, P whole
/// numbers; an `e` behind N, K or T, as in "step:10e:0.5", makes it count epochs:
///
///     constant          1
///     step:N:F          F^⌊k/N⌋; F left out: 0.5
///     exponential:F     F^k; "exponential:F:e" counts epochs
///     inverse:K         1 / (1 + k/K): Σα = ∞, Σα² < ∞                                (Robbins & Monro 1951)
///     cosine:T          ½ (1 + cos(π k/T)), 0 from T on, where training ends          (Loshchilov & Hutter 2017, eq.
///     5) plateau:P:F       × F whenever the cost has not fallen for P epochs; F left out: 0.5 search:KIND       none:
///     each rate minimises the batch's cost along its gradient; KIND exact (also when left out)
///                       or backtracking; of gradient-descent and sgd
///
/// and before any but search "warmup:N+": × (k + 1)/N while k < N (Goyal et al. 2017).
struct Schedule {
  enum class Kind { constant, step, exponential, inverse, cosine, plateau, search };
  enum class Unit { iterations, epochs };
  enum class Search { exact, backtracking };

  Kind kind = Kind::constant;
  Unit unit = Unit::iterations;  ///< of `length` and of exponential; plateau: always epochs
  std::int64_t length = 1;       ///< N, K, T or P, ≥ 1
  double factor = 0.5;           ///< F, above 0, at most 1
  Search search = Search::exact;
  std::int64_t warmup = 0;  ///< 0: none
  Unit warmup_unit = Unit::iterations;

  bool operator==(const Schedule&) const = default;
  /// Throws Error that names the field and what it expects.
  void validate() const;
};

/// The factor after so many iterations and epochs; that of plateau and search is the warm-up's alone.
double schedule_factor(const Schedule& schedule, std::int64_t iterations, std::int64_t epochs);
/// Whether the rate is 0 from here on: the end of cosine.
bool schedule_ended(const Schedule& schedule, std::int64_t iterations, std::int64_t epochs);

/// What parse_schedule reads back as the same.
std::string to_string(const Schedule&);
/// Throws Error that says what is wrong and what was expected.
Schedule parse_schedule(std::string_view text);

/// The factor of a plateau schedule, which depends on the costs met.
class Plateau {
 public:
  Plateau(std::int64_t patience, double factor) : patience_(patience), cut_(factor) {}
  /// The cost after one more epoch; returns the factor from now on. A fall counts when it is more than 1e-4 of the
  /// lowest cost's size.
  double observe(double cost);
  double factor() const { return factor_; }

 private:
  std::int64_t patience_, waited_ = 0;
  double cut_, factor_ = 1.0, best_ = std::numeric_limits<double>::infinity();
};

}  // namespace thalweg::inline v0_1
