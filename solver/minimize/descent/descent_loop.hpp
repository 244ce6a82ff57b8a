// Descent along search directions, for a general objective inside a box.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include <minimize/descent/direction.hpp>
#include <minimize/loop/journal.hpp>
#include <minimize/verification/claims.hpp>
#include <thalweg/minimize/line_search.hpp>
#include <thalweg/minimize/solve.hpp>

namespace thalweg::inline v0_1 {

class DescentLoop final : private LineFunction {
 public:
  DescentLoop(const Objective& f, const Box& box, Journal& journal);
  Ending run(const std::vector<double>& x);

 private:
  using Vector = Eigen::VectorXd;

  std::optional<Verdict> begin();
  std::optional<Verdict> iterate();
  void linearize();
  bool choose_direction();
  double keep_inside();
  double room_along() const;
  double first_trial(const LinePoint& origin) const;
  LineSearchSettings settings(double longest) const;
  LineSearchResult search(const LinePoint& origin, double longest);
  bool move(const LinePoint& point);
  LineSearchResult leave_saddle();
  std::optional<Verdict> gradient_verdict();
  std::optional<Verdict> decrease_verdict(double before, const LinePoint& origin, double alpha);
  std::optional<Verdict> exhausted_verdict();
  double relative_gradient() const;
  IterationRecord record() const;

  double value(double alpha) override;
  LinePoint evaluate(double alpha) override;
  void place(double alpha);

  DescentPoint here() const { return {{x_.data(), size_}, g_, D_, held_}; }
  std::span<const double> span(const Vector& v) const { return {v.data(), size_}; }

  const Objective& f_;
  const Box& box_;
  Journal& journal_;
  Claims claims_;
  std::unique_ptr<Direction> direction_;
  std::size_t size_;
  Vector x_, g_, d_, D_, trial_, trial_g_;
  std::vector<char> held_;
  double value_ = 0.0, gradient_norm_ = 0.0;
  double evaluated_at_ = -1.0;  ///< α that trial_g_ belongs to; −1: none
  double last_decrease_ = 0.0;  ///< of the last step; 0: there was none
  double lowest_ = 0.0;         // value met so far
  int idle_ = 0;                // steps since then
  int small_decreases_ = 0;     ///< in a row
  bool fresh_ = true;           ///< the direction has learnt nothing yet
  bool at_saddle_ = false;      ///< d_ is a direction of negative curvature
  bool scaled_ = false, bounded_ = false;
};

}  // namespace thalweg::inline v0_1
