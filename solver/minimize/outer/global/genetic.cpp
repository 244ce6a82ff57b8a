// A genetic algorithm on real numbers: selection by tournaments (Goldberg & Deb 1991), blend crossover BLX-α (Eshelman
// & Schaffer, "Real-coded genetic algorithms and interval schemata", Foundations of Genetic Algorithms 2 (1993)
// 187-202), polynomial mutation (Deb & Goyal 1996), and the best of a generation kept (De Jong 1975).
#include "minimize/outer/global/evolution.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::size_t tournament = 3;  // candidates for a parent
constexpr std::size_t elite = 2;       // members that stay
constexpr double crossover_probability = 0.9;
constexpr double blend = 0.5;               // α: without selection it keeps the population's spread
constexpr double mutation_exponent = 20.0;  // η: most mutations are within 1/η of the box

class Genetic final : public Evolution {
 public:
  Genetic(std::size_t n, std::size_t population, Draws& draws) : draws_(draws) {
    for (std::size_t i = 0; i < population; ++i) children_.push_back(draws_.point(n));
  }

  const std::vector<Point>& ask() override {
    if (members_.empty()) return children_;
    children_.resize(members_.size() - elite);
    for (Point& child : children_) {
      child = blended(parent(), parent());
      mutate(child);
    }
    return children_;
  }

  /// The elite and the children are the next generation.
  void tell(const std::vector<double>& costs) override {
    std::stable_sort(members_.begin(), members_.end(),
                     [](const Member& a, const Member& b) { return a.cost < b.cost; });
    if (!members_.empty()) members_.resize(elite);
    for (std::size_t i = 0; i < children_.size(); ++i) members_.push_back({children_[i], costs[i]});
  }

  const std::vector<Member>& members() const override { return members_; }
  void adopt(std::size_t i, const Member& improved) override { members_[i] = improved; }
  bool exhausted() const override { return is_one_point(members_); }

 private:
  const Member& parent() {
    std::size_t best = draws_.below(members_.size());
    for (std::size_t k = 1; k < tournament; ++k) {
      const std::size_t rival = draws_.below(members_.size());
      if (members_[rival].cost < members_[best].cost) best = rival;
    }
    return members_[best];
  }

  /// BLX-α: each number uniform in the parents' interval, widened by α of its length on both sides.
  Point blended(const Member& mother, const Member& father) {
    const Member& fitter = father.cost < mother.cost ? father : mother;
    if (draws_.uniform() > crossover_probability) return fitter.u;
    Point child(mother.u.size());
    for (std::size_t j = 0; j < child.size(); ++j) {
      const double drawn = std::lerp(mother.u[j], father.u[j], (1.0 + 2.0 * blend) * draws_.uniform() - blend);
      child[j] = back_inside(drawn, fitter.u[j], draws_);
    }
    return child;
  }

  /// On average one number of a child moves, by δ = (2r)^(1/(η+1)) − 1 for r < ½, else its mirror image (Deb & Goyal
  /// 1996, eq. 5), in units of the box.
  void mutate(Point& child) {
    for (double& u : child) {
      if (draws_.uniform() * static_cast<double>(child.size()) > 1.0) continue;
      const double r = draws_.uniform(), power = 1.0 / (mutation_exponent + 1.0);
      const double delta = r < 0.5 ? std::pow(2.0 * r, power) - 1.0 : 1.0 - std::pow(2.0 * (1.0 - r), power);
      u = back_inside(u + delta, u, draws_);
    }
  }

  Draws& draws_;
  std::vector<Member> members_;
  std::vector<Point> children_;
};

}  // namespace

std::unique_ptr<Evolution> genetic(std::size_t n, std::size_t population, Draws& draws) {
  return std::make_unique<Genetic>(n, population, draws);
}

}  // namespace thalweg::inline v0_1
