// A general smooth function of n numbers, for what is no sum of squares.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/math/dual.hpp>

namespace thalweg::inline v0_1 {

/// F(x), its gradient, and perhaps its Hessian. Evaluation is const and keeps no visible state: threads may evaluate at
/// once. Where F is not defined its value is not finite, and the minimisers step back.
class Objective {
 public:
  explicit Objective(std::int64_t dimension) : dimension_(dimension) {}
  virtual ~Objective() = default;

  std::int64_t dimension() const { return dimension_; }
  /// What messages call component i.
  virtual std::string name(std::int64_t i) const { return "x[" + std::to_string(i) + "]"; }

  virtual double value(std::span<const double> x) const = 0;
  /// F(x), and ∇F(x) to g (n).
  virtual double gradient(std::span<const double> x, std::span<double> g) const = 0;
  /// ∇²F(x) to H (n × n, symmetric). The default differences the gradient.
  virtual void hessian(std::span<const double> x, std::span<double> H) const;
  /// ∇²F(x) v to Hv (n). The default differences the gradient along v.
  virtual void hessian_product(std::span<const double> x, std::span<const double> v, std::span<double> Hv) const;

  /// A positive number per component, such that D x is of even size: ‖Jⱼ‖ for a sum of squares. Asked for where the
  /// gradient was computed last. False, and D left alone, when none is known.
  virtual bool scale(std::span<double>) const { return false; }

  /// Of an objective on a curved space, whose x are coordinates around some point of it: makes x that point. x and the
  /// gradient there become what they are in the new coordinates. The minimisers ask for it after each accepted step,
  /// when the gradient was computed last at x. False, and nothing changed, in a flat space.
  virtual bool recenter(std::span<double> /*x*/, std::span<double> /*gradient*/) const { return false; }

 private:
  std::int64_t dimension_;
};

/// An objective made of a callable that is generic in its scalar, T f(std::span<const T> x). Gradient, Hessian and
/// products are exact, by dual numbers and duals of duals.
template <class F>
class CallableObjective : public Objective {
  static constexpr int strip = 4;  // directions carried by one dual

 public:
  CallableObjective(std::int64_t dimension, F f) : Objective(dimension), f_(std::move(f)) {}

  double value(std::span<const double> x) const override { return f_(x); }

  double gradient(std::span<const double> x, std::span<double> g) const override {
    using T = Dual<double, strip>;
    std::vector<T> p(x.begin(), x.end());
    double value = 0.0;
    for (std::size_t first = 0; first < x.size(); first += strip) {
      const std::size_t width = std::min<std::size_t>(strip, x.size() - first);
      for (std::size_t d = 0; d < width; ++d) p[first + d] = T::variable(x[first + d], static_cast<int>(d));
      const T result = f_(std::span<const T>(p));
      for (std::size_t d = 0; d < width; ++d) {
        g[first + d] = result.tangent[static_cast<int>(d)];
        p[first + d] = T(x[first + d]);
      }
      value = result.value;
    }
    return value;
  }

  void hessian(std::span<const double> x, std::span<double> H) const override {
    const std::size_t n = x.size();
    std::vector<double> direction(n);
    for (std::size_t i = 0; i < n; ++i) {
      direction[i] = 1.0;
      hessian_product(x, direction, H.subspan(i * n, n));
      direction[i] = 0.0;
    }
  }

  void hessian_product(std::span<const double> x, std::span<const double> v, std::span<double> Hv) const override {
    using Inner = Dual<double, 1>;
    using T = Dual<Inner, strip>;
    const auto inner = [&](std::size_t i) {
      Inner value(x[i]);
      value.tangent[0] = v[i];
      return value;
    };
    std::vector<T> p;
    for (std::size_t i = 0; i < x.size(); ++i) p.emplace_back(inner(i));
    for (std::size_t first = 0; first < x.size(); first += strip) {
      const std::size_t width = std::min<std::size_t>(strip, x.size() - first);
      for (std::size_t d = 0; d < width; ++d) p[first + d] = T::variable(inner(first + d), static_cast<int>(d));
      const T result = f_(std::span<const T>(p));
      for (std::size_t d = 0; d < width; ++d) {
        Hv[first + d] = result.tangent[static_cast<int>(d)].tangent[0];
        p[first + d] = T(inner(first + d));
      }
    }
  }

 private:
  F f_;
};

/// The objective of a callable T f(std::span<const T> x), generic in T:
///     auto himmelblau = objective(2, [](const auto& x) { ... });
template <class F>
CallableObjective<F> objective(std::int64_t dimension, F f) {
  return CallableObjective<F>(dimension, std::move(f));
}

}  // namespace thalweg::inline v0_1
