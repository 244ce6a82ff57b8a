// Newton's method in a trust region, for a general objective inside a box.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <minimize/loop/journal.hpp>
#include <minimize/newton/model_solver.hpp>
#include <minimize/strategy/trust_radius.hpp>
#include <minimize/verification/claims.hpp>
#include <thalweg/minimize/solve.hpp>

namespace thalweg::inline v0_1 {

class NewtonLoop {
 public:
  NewtonLoop(const Objective& f, const Box& box, Journal& journal);
  Ending run(std::vector<double> x);

 private:
  using Vector = std::vector<double>;
  struct Proposal {
    double predicted = 0.0;  ///< −m(δ)
    double length = 0.0;     ///< ‖Dδ‖
    bool inside = false;     ///< δ is the model's minimiser: the radius did not stop it
  };

  std::optional<Verdict> begin(Vector x);
  std::optional<Verdict> iterate();
  bool linearize();
  std::optional<Verdict> gradient_verdict();
  std::optional<Verdict> step_verdict(double before, const Proposal& proposed) const;
  std::optional<Verdict> exhausted_verdict(const Proposal& proposed) const;
  Proposal propose();
  double predicted();
  double scaled_length(const Vector& v) const;
  void finish();

  const Objective& f_;
  const Box& box_;
  Journal& journal_;
  Claims claims_;
  std::unique_ptr<ModelSolver> model_;
  Vector x_, g_, trial_, step_, D_, work_gradient_, product_;
  std::vector<char> held_;
  double value_ = 0.0, gradient_norm_ = 0.0;
  TrustRadius radius_{2.5, 0.25};
  bool bounded_ = false;
};

}  // namespace thalweg::inline v0_1
