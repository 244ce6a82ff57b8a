// Random block-sparse least-squares systems: structure, residuals and Jacobian as strips, and the same matrix dense.
#pragma once

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <linear/normal/elimination_choice.hpp>
#include <linear/normal/normal_equations.hpp>
#include <thalweg/math/block_structure.hpp>

#include <Eigen/Dense>

namespace thalweg::test {

/// Blocks of the two kinds, and what reads them.
struct Shape {
  std::string name;
  std::vector<int> kept, landmarks;  ///< dimension of each block
  struct Group {
    int dimension = 1;
    std::int64_t items = 0;
    int kept_slots = 1;
    bool landmark = true;
    double fixed = 0.0;  ///< part of the reads that meet a block that does not move
  };
  std::vector<Group> groups;
};

inline std::vector<int> copies(int count, int dimension) {
  return std::vector<int>(static_cast<std::size_t>(count), dimension);
}

inline std::vector<Shape> shapes() {
  const std::vector<int> mixed = {1, 9, 3, 6, 2, 7, 11, 4, 9, 13};
  return {{"bundle adjustment", copies(5, 9), copies(60, 3), {{2, 240, 1, true}}},
          {"points seen once", copies(4, 9), copies(50, 3), {{2, 50, 1, true}}},
          {"cameras that see nothing", copies(30, 9), copies(12, 3), {{2, 24, 1, true}}},
          {"many cameras, sparse", copies(120, 6), copies(200, 3), {{2, 420, 1, true}}},
          {"poses and a shared calibration", copies(9, 7), copies(40, 3), {{2, 160, 2, true}}},
          {"several groups",
           copies(8, 6),
           copies(30, 2),
           {{2, 90, 1, true}, {6, 12, 2, false}, {3, 8, 1, false}, {1, 20, 0, true}}},
          {"fixed blocks", copies(7, 9), copies(40, 3), {{2, 160, 1, true, 0.2}, {4, 20, 2, false, 0.3}}},
          {"planar poses and points", copies(25, 3), copies(60, 2), {{2, 180, 1, true}, {3, 40, 2, false}}},
          {"numbers that are eliminated", copies(3, 4), copies(80, 1), {{1, 300, 1, true}}},
          {"mixed dimensions", mixed, copies(33, 3), {{5, 150, 1, true}, {1, 60, 3, true}, {7, 15, 2, false}}},
          {"poses and homogeneous points", copies(9, 6), copies(40, 4), {{2, 200, 1, true}}},
          {"cameras and lines in two groups", copies(7, 9), copies(30, 5), {{2, 150, 1, true}, {4, 40, 1, true}}},
          {"calibrations and poses that are eliminated",
           copies(3, 7),
           copies(25, 6),
           {{3, 120, 1, true, 0.1}, {2, 40, 2, true}, {1, 60, 0, true}, {3, 12, 2, false}}},
          {"wide and narrow ones",
           copies(20, 3),
           {6, 3, 4, 6, 1, 5, 2, 6, 3, 4, 6, 6},
           {{2, 90, 1, true}, {7, 30, 1, true}}},
          {"one camera, one point", copies(1, 9), copies(1, 3), {{2, 30, 1, true}}},
          {"nothing to eliminate", copies(30, 6), {}, {{6, 70, 2, false}}}};
}

/// A shape filled with random numbers; landmarks come first among the blocks where `landmarks_first`.
class BlockLeastSquares {
 public:
  BlockLeastSquares(const Shape& shape, unsigned seed, bool landmarks_first = false) : random_(seed) {
    const auto add = [&](const std::vector<int>& dimensions, std::vector<std::int32_t>& of, char eliminated) {
      for (const int d : dimensions) {
        of.push_back(static_cast<std::int32_t>(structure.blocks()));
        structure.dimension.push_back(d);
        named.push_back(eliminated);
      }
    };
    std::vector<std::int32_t> kept, landmarks;
    if (landmarks_first) add(shape.landmarks, landmarks, 1);
    add(shape.kept, kept, 0);
    if (!landmarks_first) add(shape.landmarks, landmarks, 1);
    structure.first.push_back(0);
    for (const int d : structure.dimension) structure.first.push_back(structure.first.back() + d);
    for (const Shape::Group& group : shape.groups) add_group(group, kept, landmarks);
    make_dense();
  }

  /// The named blocks eliminated, or none; the items come in the order that this asks for.
  std::shared_ptr<NormalLayout> layout(bool eliminate) {
    std::vector<std::int32_t> rank(named.size(), -1);
    if (eliminate) {
      EvaluationOrder order = evaluation_order(structure, choose_eliminated(structure, named).eliminated, 2);
      rank = order.rank;
      for (std::size_t g = 0; g < structure.groups.size(); ++g)
        if (!order.items[g].empty()) reorder(g, {order.items[g].begin(), order.items[g].end()});
    }
    return std::make_shared<NormalLayout>(structure, rank, 2);
  }

  void assemble(NormalEquations& equations, int threads = 1) const {
    const NormalLayout& layout = equations.layout();
    for (int p = 0; p < layout.parts; ++p) {
      equations.open(p);
      for (std::size_t g = 0; g < structure.groups.size(); ++g) {
        const std::int64_t begin = layout.groups[g].part_begin[static_cast<std::size_t>(p)];
        const std::int64_t end = layout.groups[g].part_begin[static_cast<std::size_t>(p) + 1];
        for (std::int64_t i = begin; i < end; i += 16) add_strip(equations, p, g, i, std::min(end, i + 16));
      }
    }
    equations.close(threads);
  }

  BlockStructure structure;
  std::vector<char> named;
  Eigen::MatrixXd J;
  Eigen::VectorXd r;

 private:
  struct Numbers {
    std::vector<std::vector<double>> residual, jacobian;  // arrays over the items
  };

  void add_group(const Shape::Group& group, const std::vector<std::int32_t>& kept,
                 const std::vector<std::int32_t>& landmarks) {
    ResidualPattern pattern;
    pattern.dimension = group.dimension;
    pattern.items = group.items;
    // All blocks of a slot have one dimension: that of a block drawn for the whole group.
    for (int s = 0; s < group.kept_slots; ++s) pattern.slots.push_back(slot(kept, group));
    if (group.landmark) pattern.slots.push_back(slot(landmarks, group));
    // A residual does not read one block twice.
    for (std::size_t a = 1; a < pattern.slots.size(); ++a)
      for (std::size_t b = 0; b < a; ++b)
        for (std::size_t i = 0; i < static_cast<std::size_t>(group.items); ++i)
          if (pattern.slots[a].block[i] == pattern.slots[b].block[i]) pattern.slots[a].block[i] = -1;
    Numbers n;
    const auto arrays = [&](int count) {
      std::vector<std::vector<double>> all(static_cast<std::size_t>(count),
                                           std::vector<double>(static_cast<std::size_t>(group.items)));
      for (auto& array : all)
        for (double& value : array) value = value_(random_);
      return all;
    };
    n.residual = arrays(group.dimension);
    n.jacobian = arrays(group.dimension * pattern.columns());
    structure.groups.push_back(std::move(pattern));
    numbers_.push_back(std::move(n));
  }

  ResidualPattern::Slot slot(const std::vector<std::int32_t>& blocks, const Shape::Group& group) {
    ResidualPattern::Slot result;
    const auto some = [&] { return blocks[random_() % blocks.size()]; };
    result.dimension = structure.dimension[static_cast<std::size_t>(some())];
    for (std::int64_t i = 0; i < group.items; ++i) {
      std::int32_t b = some();
      while (structure.dimension[static_cast<std::size_t>(b)] != result.dimension) b = some();
      result.block.push_back(std::abs(value_(random_)) < group.fixed ? -1 : b);
    }
    return result;
  }

  void make_dense() {
    std::int64_t rows = 0;
    for (const ResidualPattern& group : structure.groups) rows += group.items * group.dimension;
    J = Eigen::MatrixXd::Zero(rows, structure.columns());
    r.resize(rows);
    std::int64_t row = 0;
    for (std::size_t g = 0; g < structure.groups.size(); ++g) {
      const ResidualPattern& group = structure.groups[g];
      for (std::size_t i = 0; i < static_cast<std::size_t>(group.items); ++i)
        for (int k = 0; k < group.dimension; ++k, ++row) {
          r[row] = numbers_[g].residual[static_cast<std::size_t>(k)][i];
          int local = 0;
          for (const ResidualPattern::Slot& s : group.slots) {
            for (int d = 0; d < s.dimension && s.block[i] >= 0; ++d)
              J(row, structure.first[static_cast<std::size_t>(s.block[i])] + d) =
                  numbers_[g].jacobian[static_cast<std::size_t>(k * group.columns() + local + d)][i];
            local += s.dimension;
          }
        }
    }
  }

  void reorder(std::size_t g, const std::vector<std::int64_t>& order) {
    const auto pick = [&](auto& array) {
      auto moved = array;
      for (std::size_t i = 0; i < order.size(); ++i) moved[i] = array[static_cast<std::size_t>(order[i])];
      array = std::move(moved);
    };
    for (auto& array : numbers_[g].residual) pick(array);
    for (auto& array : numbers_[g].jacobian) pick(array);
    for (ResidualPattern::Slot& s : structure.groups[g].slots) pick(s.block);
  }

  /// Strips are copies that end in junk up to the next eight items, which is not to be used.
  void add_strip(NormalEquations& equations, int part, std::size_t g, std::int64_t begin, std::int64_t end) const {
    const Numbers& n = numbers_[g];
    const auto padded = static_cast<std::size_t>((end - begin + 7) / 8 * 8);
    std::vector<std::vector<double>> copy;
    std::vector<const double*> pointers;
    for (const auto* arrays : {&n.residual, &n.jacobian})
      for (const auto& array : *arrays) {
        auto& c = copy.emplace_back(padded, 1e300);
        std::copy(array.begin() + begin, array.begin() + end, c.begin());
      }
    for (const auto& c : copy) pointers.push_back(c.data());
    equations.add(part, g, {begin, end, pointers.data(), pointers.data() + n.residual.size()});
  }

  std::mt19937 random_;
  std::uniform_real_distribution<double> value_{-1.0, 1.0};
  std::vector<Numbers> numbers_;
};

}  // namespace thalweg::test
