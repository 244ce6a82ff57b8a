// What is searched: a box, the cost of its points, and descents from them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <minimize/outer/global/evolution.hpp>
#include <minimize/outer/global/linear_part.hpp>
#include <thalweg/base/aligned.hpp>
#include <thalweg/minimize/box.hpp>
#include <thalweg/problem/objective.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// The numbers of x that are searched for, each between its bounds, as coordinates of the unit cube.
class SearchBox {
 public:
  /// Number i of x lies between the bounds; its logarithm is what is drawn where they have one sign and are 3 decades
  /// apart.
  void add(std::size_t i, double lower, double upper);
  std::size_t dimension() const { return axes_.size(); }
  /// The searched numbers of x, overwritten.
  void place(const Point& u, std::vector<double>& x) const;
  /// The point whose numbers are `factor` times those of u, factor in (0, 1], where 0 lies within the bounds.
  Point shrunk(Point u, double factor) const;
  /// Coordinates of x, moved to the faces where it is outside.
  Point coordinates(const std::vector<double>& x) const;

 private:
  struct Axis {
    std::size_t i;
    double lower, upper;
    bool logarithmic;
  };
  std::vector<Axis> axes_;
};

class Ground {
 public:
  virtual ~Ground() = default;
  /// +∞ where it is not finite. Threads below `threads` of the constructor may ask at once, each under its number.
  double cost(const Point& u, int thread) const;
  /// The x of that cost.
  std::vector<double> at(const Point& u) const;
  /// What cost() evaluates.
  virtual Result::Evaluations evaluations_per_cost() const = 0;
  /// Whether at() evaluates as much: there are numbers that depend on others.
  virtual bool completes() const { return false; }
  /// From x, alone on its thread.
  virtual Result descend(std::vector<double> x, const Options& options) const = 0;
  /// Of one evaluation, in numbers computed: whether threads are worth while.
  virtual std::int64_t size() const = 0;
  /// Whether no cost is below 0.
  virtual bool is_sum_of_squares() const = 0;

  const SearchBox& box() const { return box_; }
  /// Where the numbers that do not move are, and the others of a problem begin.
  const std::vector<double>& start() const { return start_; }

 protected:
  /// The cost at x, whose numbers that are not searched for may be changed.
  virtual double value(std::vector<double>& x, int thread) const = 0;
  SearchBox box_;
  std::vector<double> start_;
};

class ResidualGround final : public Ground {
 public:
  /// Throws Error for a parameter that is searched for and has no finite box, and for one on a manifold. Those that are
  /// marked linear are not searched for.
  ResidualGround(const Problem& problem, const Box& box, int threads);
  Result descend(std::vector<double> x, const Options& options) const override;
  std::int64_t size() const override { return problem_.residual_count(); }
  bool is_sum_of_squares() const override { return !own_cost_; }
  Result::Evaluations evaluations_per_cost() const override;
  bool completes() const override { return !linear_.empty(); }

 private:
  double value(std::vector<double>& x, int thread) const override;
  const Problem& problem_;
  Program program_;
  LinearPart linear_;
  bool own_cost_;
  mutable std::vector<LinearPart::Workspace> workspaces_;  // of each thread
};

class ObjectiveGround final : public Ground {
 public:
  ObjectiveGround(const Objective& objective, const Box& bounds, const Box& box);
  Result descend(std::vector<double> x, const Options& options) const override;
  std::int64_t size() const override { return objective_.dimension(); }
  bool is_sum_of_squares() const override { return false; }
  Result::Evaluations evaluations_per_cost() const override { return {.cost = 1}; }

 private:
  double value(std::vector<double>& x, int) const override { return objective_.value(x); }
  const Objective& objective_;
  const Box& bounds_;
};

}  // namespace thalweg::inline v0_1
