// Claims of convergence of the descents on a general objective: verified, withdrawn or refused.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <Eigen/Core>
#include <minimize/loop/journal.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/objective.hpp>

namespace thalweg::inline v0_1 {

/// The claims of one descent. A claim that does not hold tightens the tolerances, and the descent goes on; one that
/// holds where no step lowers F any more, or after too many in a row, ends as stalled.
class Claims {
 public:
  Claims(const Objective& f, Journal& journal);

  /// The start of the descent, and F there.
  void begin(std::span<const double> x, double value);
  const Termination& tests() const { return tests_; }
  /// A relative gradient (convergence::relative_gradient) that leaves nothing to be gained.
  double relative_gradient_tolerance() const { return tests_.tightened() * 1e-10; }

  /// A claim where F has fallen to next to nothing of what it was at the start; where that means nothing, as after an
  /// enormous start, it is made again a few decades lower.
  std::optional<Verdict> vanishing(double value);
  /// Judges a claim at x, where F and its gradient g were computed last. Empty: it is withdrawn.
  std::optional<Verdict> judge(const Verdict& claim, std::span<const double> x, std::span<const double> g,
                               std::span<const char> held, double value);
  /// The end of the descent at x: never higher than its start.
  Ending ending(Verdict verdict, std::span<const double> x, double value) const;

 private:
  Eigen::MatrixXd hessian(std::span<const double> x) const;
  ClaimFinding measure(std::span<const double> x, std::span<const double> g, std::span<const char> held,
                       double value) const;

  const Objective& f_;
  Journal& journal_;
  Termination tests_;
  std::vector<double> start_;
  double start_value_ = 0.0;
  double next_vanishing_ = 1e-32;  ///< of the start's F
  ClaimFinding found_;
};

}  // namespace thalweg::inline v0_1
