// The expression graph: every distinct subexpression is one node, simplified as it is made.
//
// Simplifications of values are exact in floating point (a product by one, a double sign, constants
// folded), except that small powers become products and a power of one half a square root.
// Arguments have smaller ids than the nodes that use them, so loops over ids visit the graph in
// order of dependence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

#include "formula/graph/ops.hpp"

namespace thalweg::inline v0_1::formula {

using Id = std::int32_t;
inline constexpr Id no_id = -1;

/// What a value changes with: the bits are 1 for parameters, 2 for rows.
enum class Rank : std::uint8_t { constant = 0, scalar = 1, column = 2, mixed = 3 };

/// Whether a sum takes one of its operands, a product, into a fused multiply-add, or an exponential
/// its product. Decided once for the nodes of the residual, so that every tape rounds them alike.
enum class Fusion : std::uint8_t { undecided, none, left, right };

struct GraphNode {
  Op op = Op::constant;
  Rank rank = Rank::constant;
  Fusion fusion = Fusion::undecided;
  bool poles = false;                  ///< depends on rows only, and may be infinite on some
  bool grows = false;                  ///< holds an exponential or a power, which may overflow
  Id a = no_id, b = no_id, c = no_id;  ///< arguments; of a parameter or column, a is its index
  double value = 0.0;                  ///< of a constant; of an operation with orders, the order
};

class Graph {
 public:
  Id constant(double value);
  Id parameter(int index);
  /// Parameters from this index on have a value for each row. To be said before the first of them is made.
  void set_first_varying(int index) { first_varying_ = index; }
  int first_varying() const { return first_varying_; }
  bool varies(const GraphNode& parameter) const { return parameter.a >= first_varying_; }
  Id column(int index);

  Id add(Id a, Id b);
  Id subtract(Id a, Id b);
  Id multiply(Id a, Id b);
  Id divide(Id a, Id b);
  Id negate(Id a);
  Id power(Id a, Id b);
  Id select(Id condition, Id yes, Id no);
  /// select() for derivatives: a condition that is NaN counts as true.
  Id choose(Id condition, Id yes, Id no);
  /// Any operation; those above go to their own simplifications.
  Id apply(Op op, Id a, Id b = no_id, Id c = no_id, int order = 0);
  /// a·b, but 0 where either is 0.
  Id guarded_multiply(Id a, Id b);

  const GraphNode& operator[](Id id) const { return nodes_[static_cast<std::size_t>(id)]; }
  GraphNode& operator[](Id id) { return nodes_[static_cast<std::size_t>(id)]; }
  Id size() const { return static_cast<Id>(nodes_.size()); }

  bool is_constant(Id id) const { return (*this)[id].op == Op::constant; }
  bool is_constant(Id id, double value) const { return is_constant(id) && (*this)[id].value == value; }
  bool depends_on_parameters(Id id) const {
    return (static_cast<int>((*this)[id].rank) & static_cast<int>(Rank::scalar)) != 0;
  }

 private:
  struct Key {
    Op op;
    Id a, b, c;
    std::uint64_t bits;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  Id leaf(Op op, Rank rank, int index);
  Id make(Op op, Id a, Id b = no_id, Id c = no_id, int order = 0);
  Id intern(const GraphNode& node);
  void sort(Id& a, Id& b) const;
  Id whole_power(Id a, int exponent);
  Id constant_power(Id a, double exponent);

  int first_varying_ = std::numeric_limits<int>::max();
  std::vector<GraphNode> nodes_;
  std::unordered_map<Key, Id, Hash> known_;
};

}  // namespace thalweg::inline v0_1::formula
