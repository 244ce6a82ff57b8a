// Small least-squares problems inside a program's own loops: nothing is allocated, and no compiled library is needed.
// Where many fits of one model wait at once, fit_batch (thalweg/batch) is several times as fast.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <thalweg/base/error.hpp>
#include <thalweg/math/dual.hpp>
#include <thalweg/tiny/descent.hpp>
#include <thalweg/tiny/result.hpp>
#include <thalweg/tiny/rows.hpp>

namespace thalweg::inline v0_1::tiny {
namespace detail {

template <int N>
using Variables = std::array<Dual<double, N>, static_cast<std::size_t>(N)>;

template <int N>
Variables<N> variables(const Vector<N>& p) {
  Variables<N> v;
  for (int j = 0; j < N; ++j)
    v[static_cast<std::size_t>(j)] = Dual<double, N>::variable(p[static_cast<std::size_t>(j)], j);
  return v;
}

template <class R>
inline constexpr bool is_array = false;
template <class T, std::size_t M>
inline constexpr bool is_array<std::array<T, M>> = true;

/// Adds a residual, or an array of them.
template <class Rows, class R>
void add_residuals(Rows& rows, const R& r) {
  if constexpr (is_array<R>) {
    for (const auto& one : r) add_residuals(rows, one);
  } else {
    const Dual<double, Rows::parameters> dual(r);
    rows.add(dual.value, dual.tangent.d);
  }
}

template <Reduction reduction, int N>
using RowsOf = std::conditional_t<reduction == Reduction::rotations, Rotations<N>, NormalEquations<N>>;

template <Reduction reduction, int N, class Evaluate>
Result<N> descend(const Evaluate& evaluate, const Vector<N>& start, const Options& options, const Bounds<N>* bounds) {
  static_assert(N >= 1 && N <= most_parameters, "expected 1 to 12 parameters");
  options.validate();
  using Rows = RowsOf<reduction, N>;
  if (!bounds) return Descent<Rows, false, Evaluate>(evaluate, options, nullptr).run(start);
  bounds->validate();
  return Descent<Rows, true, Evaluate>(evaluate, options, bounds).run(start);
}

template <class F, int N>
concept TakesRow = std::invocable < const F&,
        const Variables<N>
&, int > ;
template <class F, int N>
concept TakesRowAndDerivative = requires(const F& f, const Vector<N>& p, Vector<N>& derivative) {
  { f(p, 0, derivative) } -> std::convertible_to<double>;
};
template <class F, int N, class Rows>
concept AddsRows = requires(const F& f, const Vector<N>& p, Rows& rows) {
  f(p, rows);
};

/// Adds the rows of all residuals at p.
template <class F, int N>
struct RowByRow {
  const F& f;
  int count;
  template <class Rows>
  void operator()(const Vector<N>& p, Rows& rows) const {
    if constexpr (TakesRowAndDerivative<F, N>) {
      Vector<N> derivative;
      for (int i = 0; i < count; ++i) {
        const double r = f(p, i, derivative);
        rows.add(r, derivative);
      }
    } else {
      const Variables<N> v = variables<N>(p);
      for (int i = 0; i < count; ++i) add_residuals(rows, f(v, i));
    }
  }
};
template <class F, int N>
struct AllAtOnce {
  const F& f;
  template <class Rows>
  void operator()(const Vector<N>& p, Rows& rows) const {
    if constexpr (std::invocable<const F&, const Variables<N>&>) {
      add_residuals(rows, f(variables<N>(p)));
    } else {
      f(p, rows);
    }
  }
};

}  // namespace detail

/// Minimises ½ Σ rᵢ² over `count` residuals from `start` by Levenberg-Marquardt (Marquardt 1963), N up to 12. The
/// callable is one of
///     f(p, i)               residual i, a number or a std::array of several; generic in its scalar: p is an array of N
///                           duals, functions are called as exp(...), not std::exp(...). It is differentiated exactly
///     f(p, i, derivative)   the same of doubles, which writes its own derivatives to a Vector<N>
///
///     const auto decay = [&](const auto& p, int i) { return p[0] * exp(-p[1] * t[i]) - y[i]; };
///     const tiny::Result fit = tiny::solve(decay, 10, std::array{1.0, 1.0});
///
/// Nothing is allocated; an iteration is one evaluation of residuals and derivatives. A result is the same bits
/// wherever and whenever it is computed by the same program. Throws Error for options and bounds that validate()
/// refuses and a negative count; how a solve ended is its status. tgamma and lgamma of duals need the library
/// thalweg::math; all else is in headers.
template <Reduction reduction = Reduction::normal_equations, class F, std::size_t n>
Result<static_cast<int>(n)> solve(const F& f, int count, const std::array<double, n>& start,
                                  const Options& options = {}, const Bounds<static_cast<int>(n)>* bounds = nullptr) {
  constexpr int N = static_cast<int>(n);
  static_assert(detail::TakesRow<F, N> || detail::TakesRowAndDerivative<F, N>,
                "the callable takes the parameters and a residual's number, (const auto& p, int i), or those and the "
                "derivatives to be written, (const tiny::Vector<N>& p, int i, tiny::Vector<N>& derivative)");
  if (count < 0) throw Error("tiny::solve: " + std::to_string(count) + " residuals; expected 0 or more");
  return detail::descend<reduction, N>(detail::RowByRow<F, N>{f, count}, start, options, bounds);
}

/// The same for
///     f(p)         all residuals, a std::array of a number fixed at compile time, generic in its scalar
///     f(p, rows)   of doubles, which calls rows.add(residual, derivative) or rows.add(residual, derivative, weight)
///     for
///                  each residual, `rows` by auto&: for weights 1/σ², and where residuals share what is computed
template <Reduction reduction = Reduction::normal_equations, class F, std::size_t n>
Result<static_cast<int>(n)> solve(const F& f, const std::array<double, n>& start, const Options& options = {},
                                  const Bounds<static_cast<int>(n)>* bounds = nullptr) {
  constexpr int N = static_cast<int>(n);
  static_assert(
      std::invocable<const F&, const detail::Variables<N>&> || detail::AddsRows<F, N, detail::RowsOf<reduction, N>>,
      "the callable takes the parameters and returns all residuals, (const auto& p), or takes the parameters "
      "and what adds up the rows, (const tiny::Vector<N>& p, auto& rows)");
  return detail::descend<reduction, N>(detail::AllAtOnce<F, N>{f}, start, options, bounds);
}

}  // namespace thalweg::inline v0_1::tiny
