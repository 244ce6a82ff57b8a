// A callable of C++ as the model of a batch.
#pragma once

#include <array>
#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/base/error.hpp>
#include <thalweg/batch/model.hpp>
#include <thalweg/math/dual.hpp>
#include <thalweg/math/pack.hpp>

namespace thalweg::inline v0_1 {
namespace detail {

template <class F, int N, std::size_t... k>
constexpr bool takes_predictors(std::index_sequence<k...>) {
  return std::invocable<const F&, const std::array<NativePack, N>&, decltype(k, NativePack())...>;
}
/// How many predictors the callable takes behind its parameters: 1 to 4, or 0 where it takes no packs.
template <class F, int N>
constexpr int predictors_of() {
  if constexpr (takes_predictors<F, N>(std::make_index_sequence<1>())) return 1;
  if constexpr (takes_predictors<F, N>(std::make_index_sequence<2>())) return 2;
  if constexpr (takes_predictors<F, N>(std::make_index_sequence<3>())) return 3;
  if constexpr (takes_predictors<F, N>(std::make_index_sequence<4>())) return 4;
  return 0;
}

/// Whether F has value_and_derivative(parameters, predictors..., derivative).
template <class F, int N, class... X>
concept HasDerivative = requires(const F& f, const std::array<NativePack, N>& p, std::array<NativePack, N>& d, X... x) {
  { f.value_and_derivative(p, x..., d) } -> std::convertible_to<NativePack>;
};

template <int N, class F>
class CompiledEvaluator final : public BatchEvaluator {
  static constexpr int predictors = predictors_of<F, N>();
  using Parameters = std::array<NativePack, N>;

 public:
  explicit CompiledEvaluator(const F& f) : f_(f) {}
  void evaluate(const LanePoints& points) const override {
    for (int first = 0; first < batch_lanes; first += native_lanes)
      evaluate_lanes(points, first, std::make_index_sequence<predictors>());
  }

 private:
  template <std::size_t... k>
  void evaluate_lanes(const LanePoints& points, int first, std::index_sequence<k...>) const {
    Parameters p;
    for (int j = 0; j < N; ++j)
      p[static_cast<std::size_t>(j)] = NativePack::load(points.parameters + j * batch_lanes + first);
    const std::array<const double*, sizeof...(k)> x{points.x[k]...};
    for (int i = 0; i < points.count; ++i) {
      const int at = i * batch_lanes + first;
      if (points.derivative == nullptr) {
        NativePack(f_(p, NativePack::load(x[k] + at)...)).store(points.value + at);
      } else {
        derive(points, at, p, NativePack::load(x[k] + at)...);
      }
    }
  }

  template <class... X>
  void derive(const LanePoints& points, int at, const Parameters& p, X... x) const {
    Parameters d;
    NativePack value;
    if constexpr (HasDerivative<F, N, X...>) {
      value = f_.value_and_derivative(p, x..., d);
    } else {
      std::array<Dual<NativePack, N>, N> variables;
      for (int j = 0; j < N; ++j)
        variables[static_cast<std::size_t>(j)] = Dual<NativePack, N>::variable(p[static_cast<std::size_t>(j)], j);
      const Dual<NativePack, N> result = f_(variables, x...);
      value = result.value;
      d = result.tangent.d;
    }
    value.store(points.value + at);
    for (int j = 0; j < N; ++j)
      d[static_cast<std::size_t>(j)].store(points.derivative + j * points.stride * batch_lanes + at);
  }

  const F& f_;
};

template <int N, class F>
class CompiledModel final : public BatchModel {
 public:
  CompiledModel(F f, std::vector<std::string> names)
      : BatchModel(std::move(names), predictors_of<F, N>()), f_(std::move(f)) {}
  std::unique_ptr<BatchEvaluator> bind(const SharedPoints&) const override {
    return std::make_unique<CompiledEvaluator<N, F>>(f_);
  }

 private:
  F f_;
};

}  // namespace detail

/// The model f(p, x...) with N parameters and 1 to 4 predictors. The callable is generic in its scalars: p is an array
/// of N packs or duals, which p[j] reads, each x a pack of numbers, one for each of several fits; functions are called
/// as exp(...), not std::exp(...), and conditions are written select(c, a, b). It is differentiated exactly, unless it
/// has a member
///     value_and_derivative(const std::array<T, N>& p, const T& x..., std::array<T, N>& derivative) const
/// that returns the value. `names`: of the parameters; "p[0]", "p[1]", ... by default. Throws Error for names of
/// another number.
///
///     auto decay = compiled_model<2>([](const auto& p, const auto& t) { return p[0] * exp(-p[1] * t); });
template <int N, class F>
std::unique_ptr<BatchModel> compiled_model(F f, std::vector<std::string> names = {}) {
  static_assert(N >= 1 && N <= most_batch_parameters, "expected 1 to 12 parameters");
  static_assert(detail::predictors_of<F, N>() > 0,
                "the callable takes the parameters and 1 to 4 predictors, all generic: (const auto& p, const auto& x)");
  if (names.empty())
    for (int j = 0; j < N; ++j) names.push_back("p[" + std::to_string(j) + "]");
  if (static_cast<int>(names.size()) != N)
    throw Error("compiled_model: " + std::to_string(names.size()) + " names of " + std::to_string(N) +
                " parameters; expected one for each");
  return std::make_unique<detail::CompiledModel<N, F>>(std::move(f), std::move(names));
}

}  // namespace thalweg::inline v0_1
