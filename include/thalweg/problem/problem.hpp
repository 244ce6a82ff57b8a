// What the user builds: named parameter blocks with starts, and groups of residuals that read them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <thalweg/base/error.hpp>
#include <thalweg/math/manifold.hpp>
#include <thalweg/math/vec.hpp>
#include <thalweg/problem/callable_group.hpp>
#include <thalweg/problem/constraints.hpp>
#include <thalweg/problem/noise.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// Item i of a residual group reads block index[i].
template <int N, class M = Euclidean<N>>
struct BlockSelection {
  std::int64_t offset = 0;
  int dimension = N;
  int count = 0;
  std::vector<int> index;
};

/// Handle of the blocks that one add_parameters call made: `count` blocks of N numbers, contiguous in x, each a point
/// on the manifold M. Residuals see a block as Vec<T, N>.
template <int N, class M = Euclidean<N>>
class Parameters {
 public:
  Parameters(std::int64_t offset, int dimension, int count) : offset_(offset), dimension_(dimension), count_(count) {}
  std::int64_t offset() const { return offset_; }  ///< where the first block begins in the vector of all parameters
  int dimension() const { return dimension_; }     ///< numbers of one block
  int count() const { return count_; }

  /// Block i alone. Throws Error when there is none.
  Parameters operator[](int i) const {
    if (i < 0 || i >= count_) throw Error("parameter block " + std::to_string(i) + " of " + std::to_string(count_));
    return Parameters(offset_ + std::int64_t{i} * dimension_, dimension_, 1);
  }
  /// The numbers of the first block in a vector of all parameters.
  Vec<double, N> value_in(const std::vector<double>& x) const {
    return Eigen::Map<const Vec<double, N>>(x.data() + offset_, dimension_);
  }
  /// For each residual the block that it reads: points[point_of].
  BlockSelection<N, M> operator[](std::vector<int> index) const {
    return {offset_, dimension_, count_, std::move(index)};
  }

 private:
  std::int64_t offset_;
  int dimension_, count_;
};

/// ½ Σ ‖r(x)‖² as its user states it. Names are what messages and reports speak of.
///
/// x holds the numbers of all blocks, one after the other. What moves are tangent components: of an ordinary block its
/// numbers themselves, of a block on a manifold the coordinates δ of a step x ⊞ δ, which are fewer. Tangent component d
/// of a block that begins at x[o] is called by the number o + d; the block's numbers beyond are no tangent component.
class Problem {
 public:
  /// `count` blocks of N numbers, each beginning at `start`.
  template <int N>
  Parameters<N> add_parameters(std::string name, const Eigen::Matrix<double, N, 1>& start, int count = 1) {
    static_assert(N > 0);
    const std::int64_t offset = add_blocks(std::move(name), {start.data(), static_cast<std::size_t>(N)}, count);
    return Parameters<N>(offset, N, count);
  }
  /// One block whose dimension is known at run time; residuals see it as std::span<const T>.
  Parameters<Dynamic> add_parameters(std::string name, const std::vector<double>& start) {
    const std::int64_t offset = add_blocks(std::move(name), start, 1);
    return Parameters<Dynamic>(offset, static_cast<int>(start.size()), 1);
  }

  /// `count` blocks that are points on a manifold, each beginning at `start`, or at the manifold's identity: no
  /// rotation, no translation. Throws Error for a start that is not on the manifold; one that rounding keeps off is
  /// brought onto it (a quaternion whose length is within 0.001 of 1 is normalised, an angle wrapped).
  template <ManifoldType M>
  Parameters<M::ambient, M> add_parameters(std::string name, M, const Vec<double, M::ambient>& start, int count = 1) {
    const std::int64_t offset =
        add_blocks(std::move(name), {start.data(), static_cast<std::size_t>(M::ambient)}, count, manifold_of<M>());
    return Parameters<M::ambient, M>(offset, M::ambient, count);
  }
  template <ManifoldType M>
  Parameters<M::ambient, M> add_parameters(std::string name, M manifold, int count = 1) {
    Vec<double, M::ambient> start;
    detail::manifold_identity<M>(start.data());
    return add_parameters(std::move(name), manifold, start, count);
  }

  /// Residuals f(block, ..., datum, ...), one for each element of the data columns. After the callable come the
  /// parameter blocks that it reads (handles, or handle[index] where each residual reads another block), then the data
  /// columns (any contiguous ranges of one length, copied). The callable returns one number, a Vec or a std::array,
  /// and must be generic in its scalar, bring `jacobian(block, ..., datum, ...)`, or be wrapped in numeric(). On a
  /// manifold `jacobian` gives the derivatives of f(x ⊞ δ) by δ at 0, a column for each tangent component, and
  /// numeric() differences along the retraction. Throws Error for ranges of unequal length and for an index out of
  /// range.
  template <class F, class... Arguments>
  ResidualGroup& add_residuals(std::string name, F f, Arguments&&... arguments);

  /// Adds a group of the caller's own making.
  ResidualGroup& add_group(std::unique_ptr<ResidualGroup> group);

  /// Conditions c(x) = 0, or c(x) ≤ 0, on the solution, each stated as add_residuals takes residuals. solve(), and what
  /// rests on it (multistart, profiles, statistics), heed them; what does not refuses, by Error, a problem with some.
  template <class F, class... Arguments>
  void add_equality(std::string name, F f, Arguments&&... arguments);
  template <class F, class... Arguments>
  void add_inequality(std::string name, F f, Arguments&&... arguments);
  /// Conditions of the caller's own making. Throws Error as add_group and Constraints::add do.
  void add_constraint(std::unique_ptr<ResidualGroup> group, Constraints::Kind kind);
  void clear_constraints();
  const Constraints& constraints() const { return constraints_; }

  /// The same parameters, bounds, noise and constraints with other residuals. Throws as add_group does.
  Problem with_groups(std::vector<std::unique_ptr<ResidualGroup>> groups) const;

  /// Throws Error, as add_parameters does, for a value that is not on the block's manifold.
  template <int N, class M>
  void set_start(const Parameters<N, M>& block, const Vec<double, N>& value) {
    set_starts_at(block.offset(), value.size(), {value.data(), static_cast<std::size_t>(value.size())});
  }
  /// The starts of all blocks of the handle, one after the other. Throws Error for another number of numbers.
  template <int N, class M>
  void set_starts(const Parameters<N, M>& blocks, const std::vector<double>& values) {
    set_starts_at(blocks.offset(), std::int64_t{blocks.dimension()} * blocks.count(), values);
  }
  /// Names the numbers of one block, where "name[0]" says too little.
  template <int N, class M>
  void name_components(const Parameters<N, M>& block, const std::vector<std::string>& names) {
    set_names(block.offset(), block.dimension(), names);
  }
  /// Keeps all blocks of the handle, or one tangent component of each, at the start. A tangent component of a manifold
  /// that does not move is a direction without steps: SE3's translation[2] along the pose's own z axis, wherever it
  /// points.
  template <int N, class M>
  void fix(const Parameters<N, M>& blocks) {
    set_fixed(blocks.offset(), blocks.dimension(), blocks.count(), -1);
  }
  template <int N, class M>
  void fix(const Parameters<N, M>& blocks, int component) {
    set_fixed(blocks.offset(), blocks.dimension(), blocks.count(), component);
  }
  /// lower ≤ x ≤ upper for one component of all blocks of the handle; equal bounds fix it there. Throws Error when
  /// they cross or are NaN, and for blocks on a manifold.
  template <int N, class M>
  void set_bounds(const Parameters<N, M>& blocks, int component, double lower, double upper) {
    set_bounds_at(blocks.offset(), blocks.dimension(), blocks.count(), component, lower, upper);
  }

  /// Says that every residual is an affine function of this component together with all others so marked, the unmarked
  /// ones held still: `variable_projection` then eliminates it. It is not checked. Throws Error for blocks on a
  /// manifold.
  template <int N, class M>
  void mark_linear(const Parameters<N, M>& blocks, int component) {
    set_linear(blocks.offset(), blocks.dimension(), blocks.count(), component);
  }

  /// Says that these blocks are to be eliminated first, by a Schur complement, where a sparse linear solver is used: no
  /// residual may read two of them, and they have at most 6 tangent components. Without a word the solver looks for
  /// such blocks.
  template <int N, class M>
  void eliminate(const Parameters<N, M>& blocks) {
    set_eliminated(blocks.offset());
  }

  /// Whether the standard deviations given (1 where none was) are known, or only relative.
  void set_noise(Noise noise) { noise_ = noise; }
  Noise noise() const { return noise_; }

  /// Changes whenever parameters, residuals, constraints, losses, bounds, or what is fixed, linear or eliminated do,
  /// and where a group is given σ that had none; not with starts, names, data (ResidualGroup::set_data) and values of
  /// σ. Who keeps something made of the problem compares.
  std::int64_t revision() const;

  const std::vector<double>& start() const { return start_; }
  const std::vector<double>& lower() const { return lower_; }
  const std::vector<double>& upper() const { return upper_; }
  const std::vector<char>& fixed() const { return fixed_; }  ///< nonzero: the tangent component does not move
  /// Whether a tangent component has this number, is not fixed, and has no equal bounds.
  bool moves(std::int64_t number) const {
    const auto i = static_cast<std::size_t>(number);
    return !fixed_[i] && !beyond_tangent_[i] && lower_[i] < upper_[i];
  }
  /// Whether any block is on a manifold that is not Euclidean.
  bool is_curved() const { return curved_; }
  const std::vector<char>& linear() const { return linear_; }  ///< nonzero: marked by mark_linear
  const std::vector<std::unique_ptr<ResidualGroup>>& groups() const { return groups_; }
  std::int64_t block_count() const { return block_count_; }
  std::int64_t residual_block_count() const;
  std::int64_t residual_count() const;
  /// Of a number in x: "b1", "pose[17][2]".
  std::string parameter_name(std::int64_t component) const;
  /// Of a tangent component, called by its number: "pose[17].rotation[2]"; of an ordinary block its parameter_name.
  std::string tangent_name(std::int64_t number) const;

  /// The blocks that one add_parameters call made.
  struct BlockSet {
    std::string name;
    std::int64_t offset;
    int dimension, count;                ///< numbers of one block; blocks
    bool eliminated = false;             ///< named by eliminate()
    int tangent = 0;                     ///< tangent components of one block
    const Manifold* manifold = nullptr;  ///< null: Euclidean
    std::int64_t end() const { return offset + std::int64_t{dimension} * count; }
  };
  const std::vector<BlockSet>& sets() const { return sets_; }
  /// The set that a number in x belongs to.
  const BlockSet& set_of(std::int64_t component) const;

  /// Brings the blocks of a point x (all components) that rounding keeps off their manifolds onto them. Throws Error
  /// for one that is not near its manifold.
  void settle(std::vector<double>& x) const;
  /// How large x is in the direction of a tangent component (Manifold::sizes); of ordinary blocks the number itself.
  /// The numbers of x that are no tangent components are left as they are.
  std::vector<double> sizes(std::vector<double> x) const;
  /// Moves the blocks of x on manifolds by their parts of a step, which has a number for each of x; other blocks are
  /// left alone.
  void retract_curved(const std::vector<double>& step, std::vector<double>& x) const;

 private:
  std::int64_t add_blocks(std::string name, std::span<const double> start, int count,
                          const Manifold* manifold = nullptr);
  void expect_readable(const ResidualGroup& group) const;
  void settle_block(const BlockSet& set, std::int64_t offset, double* block) const;
  void set_names(std::int64_t offset, int dimension, const std::vector<std::string>& names);
  void set_fixed(std::int64_t offset, int dimension, int count, int component);
  void set_starts_at(std::int64_t offset, std::int64_t size, std::span<const double> values);
  void expect_flat(std::int64_t offset, const char* what) const;
  void set_eliminated(std::int64_t offset);
  void set_linear(std::int64_t offset, int dimension, int count, int component);
  void set_bounds_at(std::int64_t offset, int dimension, int count, int component, double lower, double upper);

  std::vector<BlockSet> sets_;
  std::vector<double> start_, lower_, upper_;
  std::vector<char> fixed_, linear_, beyond_tangent_;
  bool curved_ = false;
  std::vector<std::pair<std::int64_t, std::string>> component_names_;  // sorted by component
  std::vector<std::unique_ptr<ResidualGroup>> groups_;
  Constraints constraints_;
  std::int64_t block_count_ = 0;
  std::int64_t revision_ = 0;  // the groups' own left out
  Noise noise_ = Noise::estimated;
};

namespace detail {

template <class A>
inline constexpr int block_dimension = 0;  // 0: not a parameter argument
template <int N, class M>
inline constexpr int block_dimension<Parameters<N, M>> = N;
template <int N, class M>
inline constexpr int block_dimension<BlockSelection<N, M>> = N;

template <class A>
struct BlockManifold;
template <int N, class M>
struct BlockManifold<Parameters<N, M>> {
  using Type = M;
};
template <int N, class M>
struct BlockManifold<BlockSelection<N, M>> {
  using Type = M;
};

/// Throws Error when the sizes differ; `items` is −1 as long as none is known.
void agree_on_items(const std::string& group, std::int64_t& items, std::int64_t size);
Slot make_slot(const std::string& group, std::int64_t offset, int dimension, int count, const std::vector<int>* index);

template <class M>
Slot on_manifold(Slot slot) {
  if constexpr (!is_euclidean<M>) {
    slot.ambient = M::ambient;
    slot.dimension = M::tangent;
    slot.manifold = manifold_of<M>();
  }
  return slot;
}
template <int N, class M>
Slot slot_of(const std::string& group, const Parameters<N, M>& p, std::int64_t&) {
  return on_manifold<M>(make_slot(group, p.offset(), p.dimension(), p.count(), nullptr));
}
template <int N, class M>
Slot slot_of(const std::string& group, const BlockSelection<N, M>& p, std::int64_t& items) {
  agree_on_items(group, items, static_cast<std::int64_t>(p.index.size()));
  return on_manifold<M>(make_slot(group, p.offset, p.dimension, p.count, &p.index));
}

template <class R>
auto column_of(const std::string& group, const R& range, std::int64_t& items) {
  using Element = std::remove_cvref_t<decltype(*std::begin(range))>;
  agree_on_items(group, items, static_cast<std::int64_t>(std::size(range)));
  return std::vector<Element>(std::begin(range), std::end(range));
}

template <class... Arguments>
consteval int leading_blocks() {
  int n = 0;
  bool leading = true;
  ((leading = leading && block_dimension<std::remove_cvref_t<Arguments>> != 0, n += leading ? 1 : 0), ...);
  return n;
}

}  // namespace detail

/// The slot of a group of one's own that reads this block in every residual, or block index[i] in residual i. Throws
/// Error for a handle of several blocks, and for an index out of range.
template <int N, class M>
Slot slot_for(const std::string& group, const Parameters<N, M>& block) {
  std::int64_t items = -1;
  return detail::slot_of(group, block, items);
}
template <int N, class M>
Slot slot_for(const std::string& group, const BlockSelection<N, M>& blocks) {
  std::int64_t items = -1;
  return detail::slot_of(group, blocks, items);
}

namespace detail {

template <class F, class... Arguments>
std::unique_ptr<ResidualGroup> make_group(std::string name, F f, Arguments&&... arguments) {
  constexpr int blocks = leading_blocks<Arguments...>();
  static_assert(blocks > 0, "after the callable come the parameter blocks that it reads");
  const auto all = std::forward_as_tuple(arguments...);
  std::int64_t items = -1;
  std::vector<Slot> slots;
  return [&]<std::size_t... B, std::size_t... D>(std::index_sequence<B...>, std::index_sequence<D...>)
      ->std::unique_ptr<ResidualGroup> {
    (slots.push_back(slot_of(name, std::get<B>(all), items)), ...);
    // Braces: the columns are built, and the items counted, from left to right.
    auto columns = std::tuple{column_of(name, std::get<blocks + D>(all), items)...};
    if (items < 0) items = 1;
    using Blocks = BlockTypes<
        typename BlockManifold<std::remove_cvref_t<std::tuple_element_t<B, std::tuple<Arguments...>>>>::Type...>;
    using Group = CallableGroup<F, Blocks, typename std::tuple_element_t<D, decltype(columns)>::value_type...>;
    return std::make_unique<Group>(std::move(name), std::move(f), std::move(slots), items,
                                   DataColumns<typename std::tuple_element_t<D, decltype(columns)>::value_type...>(
                                       std::move(std::get<D>(columns))...));
  }
  (std::make_index_sequence<blocks>{}, std::make_index_sequence<sizeof...(Arguments) - blocks>{});
}

}  // namespace detail

template <class F, class... Arguments>
ResidualGroup& Problem::add_residuals(std::string name, F f, Arguments&&... arguments) {
  return add_group(detail::make_group(std::move(name), std::move(f), std::forward<Arguments>(arguments)...));
}
template <class F, class... Arguments>
void Problem::add_equality(std::string name, F f, Arguments&&... arguments) {
  add_constraint(detail::make_group(std::move(name), std::move(f), std::forward<Arguments>(arguments)...),
                 Constraints::Kind::equality);
}
template <class F, class... Arguments>
void Problem::add_inequality(std::string name, F f, Arguments&&... arguments) {
  add_constraint(detail::make_group(std::move(name), std::move(f), std::forward<Arguments>(arguments)...),
                 Constraints::Kind::inequality);
}

}  // namespace thalweg::inline v0_1
