// A population that proposes points and is told their costs: what the global methods differ in.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include <thalweg/minimize/global_search.hpp>

namespace thalweg::inline v0_1 {

/// In the unit cube, a number for each parameter that moves.
using Point = std::vector<double>;

struct Member {
  Point u;
  double cost = std::numeric_limits<double>::infinity();
};

/// Random numbers whose sequence is the same with every standard library, as those of <random>'s distributions are not.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : bits_(seed) {}
  /// In (0, 1), both ends excluded.
  double uniform() { return (static_cast<double>(bits_() >> 11) + 0.5) * 0x1p-53; }
  double normal();
  /// 0 … n − 1.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }
  Point point(std::size_t n);

 private:
  std::mt19937_64 bits_;
};

/// One run of a method. ask() and tell() alternate; all random numbers are drawn in ask(), so that the costs may be
/// computed in any order.
class Evolution {
 public:
  virtual ~Evolution() = default;
  /// The points of the next generation.
  virtual const std::vector<Point>& ask() = 0;
  /// Their costs, +∞ where there is none.
  virtual void tell(const std::vector<double>& costs) = 0;
  /// Those that are alive, in no order.
  virtual const std::vector<Member>& members() const = 0;
  /// A descent from member i ended here, no higher.
  virtual void adopt(std::size_t i, const Member& improved) = 0;
  /// No further generation would find anything.
  virtual bool exhausted() const = 0;
};

/// n parameters, so many members. `draws` must outlive it.
std::unique_ptr<Evolution> differential_evolution(std::size_t n, std::size_t population, Draws& draws);
std::unique_ptr<Evolution> genetic(std::size_t n, std::size_t population, Draws& draws);
std::unique_ptr<Evolution> cma_es(std::size_t n, std::size_t population, Draws& draws);

/// Whether all members are one point: their costs equal to 1e-12, or their numbers to 1e-9 of the box.
bool is_one_point(const std::vector<Member>& members);

/// A number that left (0, 1) through a face, drawn anew between that face and where it came from.
double back_inside(double value, double from, Draws& draws);

}  // namespace thalweg::inline v0_1
