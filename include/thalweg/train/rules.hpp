// The update rules themselves: small types whose state anybody may look at. Operations on vectors are by component; g
// is the gradient, α the rate, t the number of the step, from 1.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace thalweg::inline v0_1::rules {

using Vector = std::vector<double>;
using Point = std::span<double>;           ///< θ, of n numbers
using Gradient = std::span<const double>;  ///< of n numbers

// Each has a constructor from n, `step`, which updates θ in place from the gradient at θ or, where there is `ahead`, at
// the point that it gives, and `fields`, which shows constant(name, number) and array(name, vector) its whole state but
// for the number of steps.

/// θ ← θ − αg  (Cauchy 1847; on minibatches Robbins & Monro 1951).
struct Descent {
  explicit Descent(std::size_t) {}
  void step(Point theta, Gradient g);
  template <class C, class A>
  void fields(C&& constant, A&&) {
    constant("rate", rate);
  }

  double rate = 1.0;
  std::int64_t steps = 0;
};

/// v ← μv − αg, θ ← θ + v: the heavy ball, θ ← θ − αg + μ (θ − θ before)  (Polyak 1964, eq. 9).
struct Momentum {
  explicit Momentum(std::size_t n) : velocity(n) {}
  void step(Point theta, Gradient g);
  template <class C, class A>
  void fields(C&& constant, A&& array) {
    constant("rate", rate), constant("momentum", momentum);
    array("velocity", velocity);
  }

  double rate = 1.0, momentum = 0.9;
  Vector velocity;
  std::int64_t steps = 0;
};

/// v ← μv − α ∇F(θ + μv), θ ← θ + v  (Nesterov 1983, as written by Sutskever et al. 2013, eq. 3 and 4).
struct Nesterov : Momentum {
  using Momentum::Momentum;
  void ahead(std::span<const double> theta, Point point) const;  ///< θ + μv
};

/// The same for φ = θ + μv, where the gradient is taken: v ← μv − αg, φ ← φ + μv − αg, v the new one
/// (Bengio, Boulanger-Lewandowski & Pascanu 2013, eq. 7).
struct NesterovShifted : Momentum {
  using Momentum::Momentum;
  void step(Point phi, Gradient g);
};

/// s ← s + g², θ ← θ − αg / (√s + ε)  (Duchi, Hazan & Singer 2011, figure 1, diagonal).
struct AdaGrad {
  explicit AdaGrad(std::size_t n) : squares(n) {}
  void step(Point theta, Gradient g);
  template <class C, class A>
  void fields(C&& constant, A&& array) {
    constant("rate", rate), constant("epsilon", epsilon);
    array("squares", squares);
  }

  double rate = 1.0, epsilon = 1e-8;
  Vector squares;
  std::int64_t steps = 0;
};

/// s ← ρs + (1 − ρ)g², δ = −√(d + ε) / √(s + ε) g, d ← ρd + (1 − ρ)δ², θ ← θ + αδ  (Zeiler 2012, algorithm 1, where
/// α = 1).
struct AdaDelta {
  explicit AdaDelta(std::size_t n) : squares(n), step_squares(n) {}
  void step(Point theta, Gradient g);
  template <class C, class A>
  void fields(C&& constant, A&& array) {
    constant("rate", rate), constant("decay", decay), constant("epsilon", epsilon);
    array("squares", squares), array("step_squares", step_squares);
  }

  double rate = 1.0, decay = 0.95, epsilon = 1e-6;
  Vector squares, step_squares;
  std::int64_t steps = 0;
};

/// s ← ρs + (1 − ρ)g², θ ← θ − αg / (√s + ε)  (Tieleman & Hinton 2012, lecture 6e).
struct RmsProp {
  explicit RmsProp(std::size_t n) : squares(n) {}
  void step(Point theta, Gradient g);
  template <class C, class A>
  void fields(C&& constant, A&& array) {
    constant("rate", rate), constant("decay", decay), constant("epsilon", epsilon);
    array("squares", squares);
  }

  double rate = 1.0, decay = 0.9, epsilon = 1e-8;
  Vector squares;
  std::int64_t steps = 0;
};

/// s ← ρs + (1 − ρ)g², v ← μv − αg / (√s + ε), θ ← θ + v  (Goodfellow, Bengio & Courville 2016, algorithm 8.5, with
/// the heavy ball's velocity).
struct RmsPropMomentum {
  explicit RmsPropMomentum(std::size_t n) : squares(n), velocity(n) {}
  void step(Point theta, Gradient g);
  template <class C, class A>
  void fields(C&& constant, A&& array) {
    constant("rate", rate), constant("momentum", momentum), constant("decay", decay), constant("epsilon", epsilon);
    array("squares", squares), array("velocity", velocity);
  }

  double rate = 1.0, momentum = 0.9, decay = 0.9, epsilon = 1e-8;
  Vector squares, velocity;
  std::int64_t steps = 0;
};

/// The same with the gradient at θ + μv  (Goodfellow, Bengio & Courville 2016, algorithm 8.6).
struct RmsPropNesterov : RmsPropMomentum {
  using RmsPropMomentum::RmsPropMomentum;
  void ahead(std::span<const double> theta, Point point) const;  ///< θ + μv
};

/// What the Adam family has in common: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g².
struct Moments {
  explicit Moments(std::size_t n) : m(n), v(n) {}
  template <class C, class A>
  void fields(C&& constant, A&& array) {
    constant("rate", rate), constant("beta1", beta1), constant("beta2", beta2), constant("epsilon", epsilon);
    array("m", m), array("v", v);
  }
  void observe(Gradient g);
  double correction1() const;  ///< 1 − β₁ᵗ
  double correction2() const;  ///< 1 − β₂ᵗ

  double rate = 1.0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  Vector m, v;
  std::int64_t steps = 0;
};

/// m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ), θ ← θ − αm̂ / (√v̂ + ε)  (Kingma & Ba 2015, algorithm 1).
struct Adam : Moments {
  using Moments::Moments;
  void step(Point theta, Gradient g);
};

/// θ ← θ − αm / (√v + ε): Adam as if there were no start from zero  (Kingma & Ba 2015, section 3).
struct AdamUncorrected : Moments {
  using Moments::Moments;
  void step(Point theta, Gradient g);
};

/// θ ← θ − α (m̂ / (√v̂ + ε) + λθ)  (Loshchilov & Hutter 2019, algorithm 2; their λ is αλ here, so that a schedule of α
/// is one of the decay too).
struct AdamW : Moments {
  using Moments::Moments;
  void step(Point theta, Gradient g);
  template <class C, class A>
  void fields(C&& constant, A&& array) {
    Moments::fields(constant, array);
    constant("weight_decay", weight_decay);
  }

  double weight_decay = 0.01;
};

/// m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g|), θ ← θ − α / (1 − β₁ᵗ) · m / u, still where u = 0
/// (Kingma & Ba 2015, algorithm 2).
struct AdaMax {
  explicit AdaMax(std::size_t n) : m(n), u(n) {}
  void step(Point theta, Gradient g);
  template <class C, class A>
  void fields(C&& constant, A&& array) {
    constant("rate", rate), constant("beta1", beta1), constant("beta2", beta2);
    array("m", m), array("u", u);
  }

  double rate = 1.0, beta1 = 0.9, beta2 = 0.999;
  Vector m, u;
  std::int64_t steps = 0;
};

/// m̂ = β₁m / (1 − β₁ᵗ⁺¹) + (1 − β₁)g / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ), θ ← θ − αm̂ / (√v̂ + ε)  (Dozat 2016,
/// algorithm 2, with the same μ = β₁ at every step).
struct Nadam : Moments {
  using Moments::Moments;
  void step(Point theta, Gradient g);
};

/// h ← max(h, v), θ ← θ − αm / (√h + ε)  (Reddi, Kale & Kumar 2018, algorithm 2; without bias correction, as there).
struct AmsGrad : Moments {
  explicit AmsGrad(std::size_t n) : Moments(n), highest(n) {}
  void step(Point theta, Gradient g);
  template <class C, class A>
  void fields(C&& constant, A&& array) {
    Moments::fields(constant, array);
    array("highest", highest);
  }

  Vector highest;
};

}  // namespace thalweg::inline v0_1::rules
