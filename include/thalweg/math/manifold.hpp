// Spaces that are curved, or whose coordinates are more than their dimensions: rotations, poses, directions.
//
// A manifold is a type without state. A point x has `ambient` numbers, a step δ from it `tangent` numbers, and
//
//     plus(x, δ, y)       y = x ⊞ δ, the retraction; x ⊞ 0 = x, and its derivative by δ at 0 has full rank
//     minus(y, x, δ)      δ = y ⊟ x, its inverse near x: x ⊞ (y ⊟ x) = y and (x ⊞ δ) ⊟ x = δ
//
// are templates over the scalar (double, Pack, duals of these), so that derivatives can be carried by δ. Arrays may
// overlap only where said. What else a type may have, with the default in brackets:
//
//     columns(x, J)       ∂(x ⊞ δ)/∂δ at δ = 0, ambient × tangent, column-major [by duals]
//     identity(x)         where a block begins without a start [zeros]
//     settle(x)           brings a point that is on the manifold but for rounding onto it; returns what is wrong with
//                         one that is not, in words, or "" [every number is finite]
//     sizes(x, s)         how large x is in the direction of each tangent component: what its steps are compared
//                         with [1]
//     tangent_name(d)     "rotation[0]", what follows the block's name and a dot [tangent[d]]
//     closed              whether steps lead to nothing but a manifold of as many dimensions as there are tangent
//                         components; false where directions are held, which differ from point to point [true]
//
// Retractions of this file: Absil, Mahony & Sepulchre, Optimization Algorithms on Matrix Manifolds (2008), section 4.1;
// Hertzberg, Wagner, Frese & Schröder, Integrating generic sensor fusion algorithms with sound state representations
// through encapsulation of manifolds, Information Fusion 14(1) (2013), for ⊞, ⊟ and their axioms.
#pragma once

#include <array>
#include <span>
#include <string>

#include <thalweg/math/composed_manifolds.hpp>
#include <thalweg/math/manifold_type.hpp>
#include <thalweg/math/rigid_motions.hpp>

namespace thalweg::inline v0_1 {

/// x ⊞ δ and y ⊟ x of vectors, for residuals: boxminus<SE2>(b, a) is the pose of b in the frame of a, and
/// boxminus<SO3>(b, a) the rotation vector from a to b.
template <ManifoldType M, class A, class B>
auto boxplus(const Eigen::MatrixBase<A>& x, const Eigen::MatrixBase<B>& delta) {
  using T = detail::MixedScalar<A, B>;
  const Vec<T, M::ambient> from = x.template cast<T>();
  const Vec<T, M::tangent> step = delta.template cast<T>();
  Vec<T, M::ambient> y;
  M::template plus<T>(from.data(), step.data(), y.data());
  return y;
}
template <ManifoldType M, class A, class B>
auto boxminus(const Eigen::MatrixBase<A>& y, const Eigen::MatrixBase<B>& x) {
  using T = detail::MixedScalar<A, B>;
  const Vec<T, M::ambient> to = y.template cast<T>(), from = x.template cast<T>();
  Vec<T, M::tangent> delta;
  M::template minus<T>(to.data(), from.data(), delta.data());
  return delta;
}

/// A manifold by its value at run time, in double precision: what a Problem keeps for each set of blocks. One object
/// exists for each type.
class Manifold {
 public:
  virtual ~Manifold() = default;
  virtual int ambient_dimension() const = 0;
  virtual int tangent_dimension() const = 0;
  virtual bool closed() const = 0;
  /// y = x ⊞ δ, brought onto the manifold, so that rounding does not add up from step to step. y may be x.
  virtual void plus(const double* x, const double* delta, double* y) const = 0;
  /// δ = y ⊟ x.
  virtual void minus(const double* y, const double* x, double* delta) const = 0;
  /// ∂(x ⊞ δ)/∂δ at δ = 0, ambient × tangent, column-major.
  virtual void columns(const double* x, double* J) const = 0;
  /// The same at δ.
  virtual void plus_jacobian(const double* x, const double* delta, double* J) const = 0;
  virtual void identity(double* x) const = 0;
  /// Brings x onto the manifold where rounding keeps it off; else says what is wrong, in words.
  virtual std::string settle(double* x) const = 0;
  virtual void sizes(const double* x, double* s) const = 0;
  virtual std::string tangent_name(int d) const = 0;

  /// T, tangent × tangent, column-major: ∂((x ⊞ (δ + ε)) ⊟ y)/∂ε at ε = 0, y = x ⊞ δ. It carries a gradient g taken at
  /// y to the coordinates δ around x: Tᵀg. The manifold must be closed.
  void transition(const double* x, const double* delta, const double* y, double* T) const;
};

namespace detail {

template <class M>
class ManifoldOf final : public Manifold {
 public:
  int ambient_dimension() const override { return M::ambient; }
  int tangent_dimension() const override { return M::tangent; }
  bool closed() const override { return manifold_closed<M>(); }
  void plus(const double* x, const double* delta, double* y) const override {
    std::array<double, static_cast<std::size_t>(M::ambient)> moved;
    M::template plus<double>(x, delta, moved.data());
    manifold_settle<M>(moved.data());  // what is not finite stays so, and is met by the residuals
    for (std::size_t a = 0; a < moved.size(); ++a) y[a] = moved[a];
  }
  void minus(const double* y, const double* x, double* delta) const override { M::template minus<double>(y, x, delta); }
  void columns(const double* x, double* J) const override { manifold_columns<M, double>(x, J); }
  void plus_jacobian(const double* x, const double* delta, double* J) const override {
    detail::plus_jacobian<M, double>(x, delta, J);
  }
  void identity(double* x) const override { manifold_identity<M>(x); }
  std::string settle(double* x) const override { return manifold_settle<M>(x); }
  void sizes(const double* x, double* s) const override { manifold_sizes<M>(x, s); }
  std::string tangent_name(int d) const override { return manifold_tangent_name<M>(d); }
};

template <class M>
inline constexpr bool is_euclidean = false;
template <int N>
inline constexpr bool is_euclidean<Euclidean<N>> = true;

}  // namespace detail

/// The one object of a type; null for Euclidean<N>, whose blocks need none.
template <ManifoldType M>
const Manifold* manifold_of() {
  static_assert(M::tangent > 0 && M::tangent <= M::ambient);
  if constexpr (detail::is_euclidean<M>) {
    return nullptr;
  } else {
    static const detail::ManifoldOf<M> only;
    return &only;
  }
}

}  // namespace thalweg::inline v0_1
