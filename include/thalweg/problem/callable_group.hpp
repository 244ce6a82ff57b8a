// A residual group made of a plain callable: its derivatives come from duals, from the callable itself, or from
// differences. Problem::add_residuals builds it; nobody needs to name it.
//
// A block on a manifold is seeded in tangent coordinates: the callable is handed x ⊞ δ at δ = 0, whose value is x and
// whose tangents are the columns of ∂(x ⊞ δ)/∂δ. What it returns carries the Jacobian by δ; none by x is formed.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include <thalweg/math/manifold.hpp>
#include <thalweg/math/vec.hpp>
#include <thalweg/problem/callable_traits.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// Wrapped: the callable, perhaps in Simd or Numeric. Blocks: a BlockTypes of the manifolds of its parameter blocks
/// (Euclidean<Dynamic> allowed). Data: the element types of its data columns.
template <class Wrapped, class Blocks, class... Data>
class CallableGroup;
template <class... Manifolds>
struct BlockTypes {};

template <class Wrapped, class... Ms, class... Data>
class CallableGroup<Wrapped, BlockTypes<Ms...>, Data...> final : public ResidualGroup {
  using Traits = detail::Unwrapped<Wrapped>;
  using F = typename Traits::Type;
  template <class T>
  using Arguments = std::tuple<detail::Argument<T, Ms::ambient>...>;
  template <class T>
  static constexpr bool callable_with =
      std::invocable<const F&, decltype(std::declval<const detail::Argument<T, Ms::ambient>&>().get())...,
                     const Data&...>;
  static_assert(callable_with<double>,
                "a residual must be callable as f(block, ..., datum, ...): the parameter blocks, then one element of "
                "each data column, in the order given to add_residuals");
  using Result = detail::Evaluated<std::invoke_result_t<
      const F&, decltype(std::declval<const detail::Argument<double, Ms::ambient>&>().get())..., const Data&...>>;

  static constexpr bool analytic =
      requires(const F& f, const detail::Argument<double, Ms::ambient>&... block, const Data&... datum) {
    f.jacobian(block.get()..., datum...);
  };
  static constexpr bool any_dynamic = ((Ms::ambient == Dynamic) || ...);
  static constexpr int total = any_dynamic ? 0 : (Ms::tangent + ... + 0);
  // Directions carried by one dual. More than 12 are taken in several sweeps: the tangents would leave the registers.
  static constexpr int strip = total > 0 && total <= 12 ? total : 8;
  static constexpr int curvature_strip = std::min(strip, 4);  // duals of duals are twice as wide
  using Scalar = std::conditional_t<Traits::simd, NativePack, double>;

  /// Whether the callable carries duals through: one that takes Vec<double, N> gives back plain doubles.
  template <class T>
  static constexpr bool carries() {
    using R = detail::Evaluated<std::invoke_result_t<
        const F&, decltype(std::declval<const detail::Argument<T, Ms::ambient>&>().get())..., const Data&...>>;
    return std::same_as<detail::Evaluated<decltype(detail::Components<R>::at(std::declval<const R&>(), 0))>, T>;
  }
  static constexpr bool derivatives_known() {
    if constexpr (analytic || Traits::numeric || Traits::simd)
      return true;
    else
      return carries<Dual<double, 1>>();
  }
  static_assert(
      derivatives_known(),
      "a residual must be generic in its scalar (take its blocks by const auto&), bring a jacobian(...), or be "
      "wrapped in thalweg::numeric(...)");

 public:
  static constexpr int residual_dimension = detail::Components<Result>::count;
  bool differenced() const override { return Traits::numeric; }

  CallableGroup(std::string name, Wrapped f, std::vector<Slot> slots, std::int64_t items,
                detail::DataColumns<Data...> data)
      : ResidualGroup(std::move(name), residual_dimension, items, std::move(slots)),
        f_(std::move(f)),
        data_(std::move(data)) {}

 protected:
  std::unique_ptr<ResidualGroup> permuted(std::span<const std::int64_t> order) const override {
    return std::make_unique<CallableGroup>(name(), f_, permuted_slots(order), static_cast<std::int64_t>(order.size()),
                                           data_.reordered(order));
  }
  void take_data(std::span<const DataColumn> columns) override { data_.take(name(), columns); }
  void take_data_of(const ResidualGroup& original, std::span<const std::int64_t> order) override {
    data_.take(static_cast<const CallableGroup&>(original).data_, order);
  }

  void compute(const double* x, const ResidualOutput& out) const override {
    if constexpr (analytic) {
      analytic_sweep(x, out);
    } else if constexpr (Traits::numeric) {
      numeric_sweep(x, out);
    } else {
      if (out.jacobian) {
        for (int first = 0; first < columns(); first += strip) dual_sweep(x, out, first);
      } else {
        value_sweep(x, out);
      }
    }
  }

  void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                         double* S) const override {
    if constexpr (analytic || Traits::numeric) {
      ResidualGroup::compute_curvature(x, begin, end, weight, S);
    } else {
      // ∇²r is symmetric: the columns from the diagonal on are enough.
      for (int direction = 0; direction < columns(); ++direction)
        for (int first = direction; first < columns(); first += curvature_strip)
          curvature_sweep(x, begin, end, weight, direction, first, S);
    }
  }

 private:
  /// The item behind a lane; past the end, the last one again, whose result is dropped.
  static std::int64_t lane_item(std::int64_t i, int lane, std::int64_t end) { return std::min(i + lane, end - 1); }

  template <class S>
  static S gather(const double* x, const Slot& slot, int d, std::int64_t i, std::int64_t end) {
    if constexpr (detail::lanes<S> == 1) {
      return x[slot.offset(i) + d];
    } else {
      if (slot.offsets.empty()) return S(x[slot.shared_offset + d]);
      S s;
      for (int l = 0; l < detail::lanes<S>; ++l) s.v[l] = x[slot.offset(lane_item(i, l, end)) + d];
      return s;
    }
  }

  /// Fills the callable's parameter blocks for item i (and the lanes after it). Of an ordinary block seed(value,
  /// column) makes each scalar; of one on a manifold seed.lift<M>(point, first column, block) makes all.
  template <class S, class T, class Seed>
  void load(Arguments<T>& arguments, const double* x, std::int64_t i, std::int64_t end, const Seed& seed) const {
    int column = 0;
    const auto fill = [&]<class M>(auto& argument, const Slot& slot, M) {
      if constexpr (detail::is_euclidean<M>) {
        argument.resize(slot.dimension);
        for (int d = 0; d < slot.dimension; ++d, ++column) argument.v[d] = seed(gather<S>(x, slot, d, i, end), column);
      } else {
        std::array<S, static_cast<std::size_t>(M::ambient)> point;
        for (int a = 0; a < M::ambient; ++a) point[static_cast<std::size_t>(a)] = gather<S>(x, slot, a, i, end);
        seed.template lift<M>(point.data(), column, argument.v);
        column += M::tangent;
      }
    };
    [&]<std::size_t... B>(std::index_sequence<B...>) { (fill(std::get<B>(arguments), slots()[B], Ms{}), ...); }
    (std::index_sequence_for<Ms...>{});
  }

  /// Plain values.
  template <class S>
  struct ValueSeed {
    const S& operator()(const S& v, int) const { return v; }
    template <class M, class B>
    void lift(const S* point, int, B& block) const {
      for (int a = 0; a < M::ambient; ++a) block[a] = point[a];
    }
  };
  /// Derivatives by the local columns first, first + 1, ..., first + strip − 1.
  struct DualSeed {
    using T = Dual<Scalar, strip>;
    int first;
    T operator()(const Scalar& v, int column) const {
      const int d = column - first;
      return d >= 0 && d < strip ? T::variable(v, d) : T(v);
    }
    template <class M, class B>
    void lift(const Scalar* point, int column, B& block) const {
      for (int a = 0; a < M::ambient; ++a) block[a] = T(point[a]);
      if (column + M::tangent <= first || column >= first + strip) return;
      std::array<Scalar, static_cast<std::size_t>(M::ambient * M::tangent)> J;
      detail::manifold_columns<M, Scalar>(point, J.data());
      for (int c = std::max(0, first - column); c < std::min(M::tangent, first + strip - column); ++c)
        for (int a = 0; a < M::ambient; ++a)
          block[a].tangent[column + c - first] = J[static_cast<std::size_t>(c * M::ambient + a)];
    }
  };
  /// Second derivatives by one direction and by the columns first, ..., first + curvature_strip − 1, carried through
  /// the retraction itself.
  struct CurvatureSeed {
    using Inner = Dual<Scalar, 1>;
    using T = Dual<Inner, curvature_strip>;
    int first, direction;
    T operator()(const Scalar& v, int column) const {
      const Inner inner = column == direction ? Inner::variable(v, 0) : Inner(v);
      const int d = column - first;
      return d >= 0 && d < curvature_strip ? T::variable(inner, d) : T(inner);
    }
    template <class M, class B>
    void lift(const Scalar* point, int column, B& block) const {
      std::array<T, static_cast<std::size_t>(M::ambient)> at;
      std::array<T, static_cast<std::size_t>(M::tangent)> step;
      for (int a = 0; a < M::ambient; ++a) at[static_cast<std::size_t>(a)] = T(Inner(point[a]));
      for (int c = 0; c < M::tangent; ++c) step[static_cast<std::size_t>(c)] = (*this)(Scalar(0.0), column + c);
      M::template plus<T>(at.data(), step.data(), block.data());
    }
  };
  /// One local column moved by a step relative to the parameter; `h` is left at what it was for the item.
  struct StepSeed {
    const CallableGroup& group;
    int moved;
    double sign;
    mutable double h = 0.0;
    double operator()(double v, int column) const {
      if (column != moved) return v;
      h = group.step_for(v);
      return v + sign * h;
    }
    template <class M, class B>
    void lift(const double* point, int column, B& block) const {
      if (moved < column || moved >= column + M::tangent)
        return ValueSeed<double>().template lift<M>(point, column, block);
      std::array<double, static_cast<std::size_t>(M::tangent)> step{}, size;
      detail::manifold_sizes<M>(point, size.data());
      const auto c = static_cast<std::size_t>(moved - column);
      h = group.step_for(size[c]);
      step[c] = sign * h;
      M::template plus<double>(point, step.data(), block.data());
    }
  };

  template <class S, class D>
  static decltype(auto) datum(const std::vector<D>& column, std::int64_t i, std::int64_t end) {
    if constexpr (detail::lanes<S> == 1) {
      return static_cast<const D&>(column[static_cast<std::size_t>(i)]);
    } else {
      static_assert(std::same_as<D, double>, "a simd() residual takes its data as columns of double");
      if (i + detail::lanes<S> <= end) return S::load(column.data() + i);
      S s;
      for (int l = 0; l < detail::lanes<S>; ++l) s.v[l] = column[static_cast<std::size_t>(lane_item(i, l, end))];
      return s;
    }
  }

  template <class S, class T>
  auto call(const Arguments<T>& arguments, std::int64_t i, std::int64_t end) const {
    return std::apply(
        [&](const auto&... argument) {
          return std::apply(
              [&](const auto&... column) { return Traits::get(f_)(argument.get()..., datum<S>(column, i, end)...); },
              data_.all());
        },
        arguments);
  }

  /// Calls sink(i, count, result) for each item, or pack of items, of [begin, end).
  template <class S, class T, class Seed, class Sink>
  void sweep(const double* x, std::int64_t begin, std::int64_t end, const Seed& seed, Sink sink) const {
    Arguments<T> arguments;
    const bool shared = shares_blocks();
    if (shared) load<S>(arguments, x, begin, end, seed);
    for (std::int64_t i = begin; i < end; i += detail::lanes<S>) {
      if (!shared) load<S>(arguments, x, i, end, seed);
      sink(i, static_cast<int>(std::min<std::int64_t>(detail::lanes<S>, end - i)), call<S>(arguments, i, end));
    }
  }

  void value_sweep(const double* x, const ResidualOutput& out) const {
    sweep<Scalar, Scalar>(
        x, out.begin, out.end, ValueSeed<Scalar>(), [&](std::int64_t i, int count, const auto& result) {
          using R = detail::Evaluated<decltype(result)>;
          for (int k = 0; k < residual_dimension; ++k)
            detail::store(detail::Components<R>::at(result, k), out.residual[k] + (i - out.begin), count);
        });
  }

  /// Residuals and the derivatives by the columns first, first + 1, ..., first + strip − 1.
  void dual_sweep(const double* x, const ResidualOutput& out, int first) const {
    using T = Dual<Scalar, strip>;
    const int width = std::min(strip, columns() - first);
    sweep<Scalar, T>(x, out.begin, out.end, DualSeed{first}, [&](std::int64_t i, int count, const auto& result) {
      using R = detail::Evaluated<decltype(result)>;
      for (int k = 0; k < residual_dimension; ++k) {
        const T& r = detail::Components<R>::at(result, k);
        detail::store(r.value, out.residual[k] + (i - out.begin), count);
        for (int d = 0; d < width; ++d)
          if (double* column = out.jacobian[k * columns() + first + d])
            detail::store(r.tangent[d], column + (i - out.begin), count);
      }
    });
  }

  /// Row `direction` of Σ w ∇²r, and its mirror image, for the columns first, ..., first + curvature_strip − 1.
  void curvature_sweep(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                       int direction, int first, double* S) const {
    using T = typename CurvatureSeed::T;
    const int width = std::min(curvature_strip, columns() - first);
    std::array<Scalar, curvature_strip> sum{};
    sweep<Scalar, T>(x, begin, end, CurvatureSeed{first, direction},
                     [&](std::int64_t i, int count, const auto& result) {
                       using R = detail::Evaluated<decltype(result)>;
                       for (int k = 0; k < residual_dimension; ++k) {
                         const T r = detail::Components<R>::at(result, k);
                         const Scalar w = detail::load_weights<Scalar>(weight[k] + (i - begin), count);
                         for (int d = 0; d < curvature_strip; ++d) {
                           // Lanes past the end repeat the last item; their weight is zero.
                           sum[static_cast<std::size_t>(d)] += w * r.tangent[d].tangent[0];
                         }
                       }
                     });
    for (int d = 0; d < width; ++d) {
      const double entry = detail::total_of(sum[static_cast<std::size_t>(d)]);
      S[direction * columns() + first + d] += entry;
      if (first + d != direction) S[(first + d) * columns() + direction] += entry;
    }
  }

  void analytic_sweep(const double* x, const ResidualOutput& out) const {
    value_sweep_double(x, out);
    if (!out.jacobian) return;
    Arguments<double> arguments;
    for (std::int64_t i = out.begin; i < out.end; ++i) {
      load<double>(arguments, x, i, out.end, ValueSeed<double>());
      const auto J = std::apply(
          [&](const auto&... argument) {
            return std::apply(
                [&](const auto&... column) {
                  return Traits::get(f_).jacobian(argument.get()..., datum<double>(column, i, out.end)...);
                },
                data_.all());
          },
          arguments);
      for (int k = 0; k < residual_dimension; ++k)
        for (int c = 0; c < columns(); ++c)
          if (double* column = out.jacobian[k * columns() + c]) column[i - out.begin] = entry(J, k, c);
    }
  }

  /// Entry of ∂r/∂p, on manifolds ∂r(p ⊞ δ)/∂δ at δ = 0, given as residual_dimension × columns, or for one residual as
  /// any vector of the columns.
  template <class J>
  static double entry(const J& jacobian, int k, int c) {
    if constexpr (requires {
                    jacobian.rows();
                    jacobian.cols();
                  }) {
      return residual_dimension == 1 && jacobian.cols() == 1 ? jacobian(c, 0) : jacobian(k, c);
    } else {
      static_assert(residual_dimension == 1, "the Jacobian of a vector residual is a matrix, components × columns");
      return jacobian[static_cast<std::size_t>(c)];
    }
  }

  void value_sweep_double(const double* x, const ResidualOutput& out) const {
    sweep<double, double>(x, out.begin, out.end, ValueSeed<double>(), [&](std::int64_t i, int, const auto& result) {
      for (int k = 0; k < residual_dimension; ++k)
        out.residual[k][i - out.begin] = detail::Components<Result>::at(result, k);
    });
  }

  void numeric_sweep(const double* x, const ResidualOutput& out) const {
    value_sweep_double(x, out);
    if (!out.jacobian) return;
    for (int c = 0; c < columns(); ++c) {
      for (const double sign : {1.0, -1.0}) {
        const StepSeed seed{*this, c, sign};
        Arguments<double> arguments;
        for (std::int64_t i = out.begin; i < out.end; ++i) {
          load<double>(arguments, x, i, out.end, seed);
          const auto result = call<double>(arguments, i, out.end);
          for (int k = 0; k < residual_dimension; ++k)
            if (double* column = out.jacobian[k * columns() + c]) {
              const double r = detail::Components<Result>::at(result, k);
              column[i - out.begin] = sign > 0.0 ? r : (column[i - out.begin] - r) / (2.0 * seed.h);
            }
        }
      }
    }
  }

  /// v + h − v is h exactly.
  double step_for(double v) const {
    if constexpr (Traits::numeric) {
      const volatile double moved = v + f_.relative_step * (v != 0.0 ? std::abs(v) : 1.0);
      return moved - v;
    } else {
      return 0.0;
    }
  }

  Wrapped f_;
  detail::DataColumns<Data...> data_;
};

}  // namespace thalweg::inline v0_1
