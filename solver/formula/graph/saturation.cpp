#include "formula/graph/saturation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "formula/graph/diagnose.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

constexpr int most_decades = 40;       // that a parameter is moved by
constexpr std::int64_t sampled = 200;  // rows that a size is tried on
constexpr double moderate_exponent = 10.0, moderate_argument = 3.0, moderate_decades = 10.0, moderate_share = 1e-4;

bool out_of_range(double v) { return !(std::abs(v) >= std::numeric_limits<double>::min() && std::isfinite(v)); }

bool is_moderate(double argument, double most) { return std::abs(argument) <= most; }

/// Whether the value says nothing of the arguments any more.
bool saturates(Op op, double v, double a, double b) {
  if (!std::isfinite(a) || !std::isfinite(b) || a == 0.0) return false;
  switch (op) {
    case Op::exp:
    case Op::sinh:
    case Op::cosh:
    case Op::gamma:
    case Op::exp2:
    case Op::softplus:
    case Op::normpdf:
    case Op::erfcx:
    case Op::beta:
    case Op::bessel_i:
    case Op::bessel_k:
    case Op::voigt_re:
      return out_of_range(v);
    case Op::expit:
    case Op::normcdf:
    case Op::gamma_p:
    case Op::gamma_q:
    case Op::beta_i:
      return out_of_range(v) || v == 1.0;
    case Op::expm1:
      return out_of_range(v) || v == -1.0;
    case Op::tanh:
    case Op::erf:
      return std::abs(v) == 1.0;
    case Op::erfc:
      return out_of_range(v) || v == 2.0;
    case Op::multiply:
    case Op::divide:
    case Op::power:
      return b != 0.0 && out_of_range(v);
    default:
      return false;
  }
}

/// Whether the value is one that data may determine a parameter by.
bool is_useful(Op op, double v, double a) {
  switch (op) {
    case Op::exp:
    case Op::expm1:
    case Op::sinh:
    case Op::cosh:
    case Op::exp2:
    case Op::expit:
    case Op::softplus:
      return is_moderate(a, moderate_exponent);
    case Op::normcdf:
    case Op::normpdf:
    case Op::tanh:
    case Op::erf:
    case Op::erfc:
      return is_moderate(a, moderate_argument);
    case Op::gamma_p:
    case Op::gamma_q:
    case Op::beta_i:
      return v > moderate_share && v < 1.0 - moderate_share;
    default:
      return v != 0.0 && std::isfinite(v) && is_moderate(std::log10(std::abs(v)), moderate_decades);
  }
}

class Search {
 public:
  Search(const Tree& tree, const std::vector<Binding>& bindings, const Columns& columns)
      : tree_(tree), bindings_(bindings), columns_(columns), row_(static_cast<std::size_t>(columns.count())) {}

  /// The node, or −1.
  int saturated(const std::vector<double>& p) {
    std::vector<int> left;
    const std::vector<char> moves = reads(-1);
    for (int place = 0; place < size(); ++place)
      if (moves[at(place)] && arity(tree_.nodes[at(place)].op) > 0) left.push_back(place);
    for (std::int64_t i = 0; i < columns_.rows() && !left.empty(); ++i) {
      evaluate(p, i);
      std::erase_if(left, [&](int place) {
        const Node& node = tree_.nodes[at(place)];
        return !saturates(node.op, value(place), value(node.a), value(node.b));
      });
    }
    return left.empty() || columns_.rows() == 0 ? -1 : left.front();
  }

  /// Fills the parameter and its size: the fewest decades away, of those that the node reads.
  void suggest(int place, const std::vector<double>& p, Saturation& found) {
    std::vector<int> candidates;
    for (int j = 0; j < static_cast<int>(p.size()); ++j)
      if (p[at(j)] != 0.0 && reads(j)[at(place)]) candidates.push_back(j);
    for (int decades = 1; decades <= most_decades; ++decades)
      for (const int j : candidates)
        for (const int sign : {-1, 1}) {
          std::vector<double> moved = p;
          moved[at(j)] *= std::pow(10.0, sign * decades);
          if (!useful(place, moved)) continue;
          found.parameter = j;
          found.size = moved[at(j)];
          return;
        }
  }

  double value(int place) const { return place < 0 ? 1.0 : values_[at(place)]; }
  void evaluate(const std::vector<double>& p, std::int64_t row) {
    for (std::size_t c = 0; c < row_.size(); ++c) row_[c] = columns_.data(static_cast<int>(c))[row];
    values_ = node_values(tree_, bindings_, {p.data(), &row_});
  }

 private:
  static std::size_t at(int place) { return static_cast<std::size_t>(place); }
  int size() const { return static_cast<int>(tree_.nodes.size()); }

  /// Of each node: whether it reads the parameter, or any (−1).
  std::vector<char> reads(int parameter) const {
    std::vector<char> result;
    for (const Node& node : tree_.nodes) {
      bool any = false;
      if (node.op == Op::name) {
        const Binding& bound = bindings_[at(node.a)];
        any = bound.kind == Binding::Kind::parameter && (parameter < 0 || bound.index == parameter);
      } else if (arity(node.op) > 0) {
        for (const int argument : {node.a, node.b, node.c}) any = any || (argument >= 0 && result[at(argument)]);
      }
      result.push_back(any);
    }
    return result;
  }

  /// On at least half of the rows, of which some are looked at.
  bool useful(int place, const std::vector<double>& p) {
    const std::int64_t rows = columns_.rows(), count = std::min(rows, sampled);
    std::int64_t good = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      evaluate(p, k * rows / count);
      const Node& node = tree_.nodes[at(place)];
      good += is_useful(node.op, value(place), value(node.a));
    }
    return 2 * good >= count;
  }

  const Tree& tree_;
  const std::vector<Binding>& bindings_;
  const Columns& columns_;
  std::vector<double> row_, values_;
};

}  // namespace

std::optional<Saturation> find_saturation(const Tree& tree, const std::vector<Binding>& bindings,
                                          const std::vector<double>& parameters, const Columns& columns) {
  Search search(tree, bindings, columns);
  const int place = search.saturated(parameters);
  if (place < 0) return std::nullopt;
  search.evaluate(parameters, 0);
  Saturation found{tree.nodes[static_cast<std::size_t>(place)].where, search.value(place), -1, 0.0};
  search.suggest(place, parameters, found);
  return found;
}

}  // namespace thalweg::inline v0_1::formula
