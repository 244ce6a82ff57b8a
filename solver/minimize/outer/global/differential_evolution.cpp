// DE/rand/1/bin of Storn & Price, "Differential evolution: a simple and efficient heuristic for global optimization
// over continuous spaces", Journal of Global Optimization 11 (1997) 341-359; equation numbers are theirs.
#include "minimize/outer/global/evolution.hpp"

namespace thalweg::inline v0_1 {
namespace {

// F of (2), drawn anew for each generation between these ("dither"): one fixed F may stop a small population short.
constexpr double least_scale = 0.5, largest_scale = 1.0;
constexpr double crossover = 0.9;  // CR of (4), for parameters that depend on each other

class DifferentialEvolution final : public Evolution {
 public:
  DifferentialEvolution(std::size_t n, std::size_t population, Draws& draws) : draws_(draws), members_(population) {
    for (std::size_t i = 0; i < population; ++i) trials_.push_back(draws_.point(n));
  }

  const std::vector<Point>& ask() override {
    if (!begun_) return trials_;
    const double F = least_scale + (largest_scale - least_scale) * draws_.uniform();
    for (std::size_t i = 0; i < members_.size(); ++i) trials_[i] = trial(i, F);
    return trials_;
  }

  /// Selection: the trial takes its target's place unless it is higher.
  void tell(const std::vector<double>& costs) override {
    for (std::size_t i = 0; i < members_.size(); ++i)
      if (!begun_ || costs[i] <= members_[i].cost) members_[i] = {trials_[i], costs[i]};
    begun_ = true;
  }

  const std::vector<Member>& members() const override { return members_; }
  void adopt(std::size_t i, const Member& improved) override { members_[i] = improved; }
  bool exhausted() const override { return is_one_point(members_); }

 private:
  Point trial(std::size_t i, double F) {
    const std::size_t r1 = other_than({i}), r2 = other_than({i, r1}), r3 = other_than({i, r1, r2});
    const Point &a = members_[r1].u, &b = members_[r2].u, &c = members_[r3].u;
    Point u = members_[i].u;
    const std::size_t always = draws_.below(u.size());  // rnbr(i): one number at least comes from the mutant
    for (std::size_t j = 0; j < u.size(); ++j)
      if (draws_.uniform() <= crossover || j == always)              // (4)
        u[j] = back_inside(a[j] + F * (b[j] - c[j]), a[j], draws_);  // (2)
    return u;
  }

  std::size_t other_than(std::initializer_list<std::size_t> taken) {
    while (true) {
      const std::size_t drawn = draws_.below(members_.size());
      bool is_free = true;
      for (const std::size_t each : taken) is_free = is_free && each != drawn;
      if (is_free) return drawn;
    }
  }

  Draws& draws_;
  std::vector<Member> members_;
  std::vector<Point> trials_;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<Evolution> differential_evolution(std::size_t n, std::size_t population, Draws& draws) {
  return std::make_unique<DifferentialEvolution>(n, population, draws);
}

}  // namespace thalweg::inline v0_1
