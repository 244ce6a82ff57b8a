// Small vectors and matrices of any scalar type: Eigen's, taught about duals and packs.
#pragma once

#include <limits>

#include <Eigen/Core>
#include <thalweg/math/dual.hpp>

// Keeps the alignment of vectors of fixed size, and so the layout of what holds them, from following -march: at most 16
// bytes. It is no cap on Eigen's allocator (Eigen 3.4 raises EIGEN_DEFAULT_ALIGN_BYTES to what the instructions like
// best), which does follow -march: so no function that the library compiles takes or returns an Eigen object, and none
// of its structs holds one. Vec and Mat are for code that is compiled where it is used. The CMake target
// thalweg::thalweg sets it.
#if EIGEN_MAX_ALIGN_BYTES != 16
#error "thalweg needs -DEIGEN_MAX_ALIGN_BYTES=16 on every file of the program that includes Eigen"
#endif

namespace thalweg::inline v0_1 {

/// A column of N numbers, or of a number known at run time (Dynamic).
template <class T, int N>
using Vec = Eigen::Matrix<T, N, 1>;
/// R × C numbers, column-major.
template <class T, int R, int C>
using Mat = Eigen::Matrix<T, R, C>;

}  // namespace thalweg::inline v0_1

namespace Eigen {

template <class T, int N>
struct NumTraits<thalweg::Dual<T, N>> : NumTraits<double> {
  using Real = thalweg::Dual<T, N>;
  using NonInteger = thalweg::Dual<T, N>;
  using Nested = thalweg::Dual<T, N>;
  using Literal = double;
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 1,
    AddCost = 2,
    MulCost = 4
  };
};

template <int W>
struct NumTraits<thalweg::Pack<W>> : NumTraits<double> {
  using Real = thalweg::Pack<W>;
  using NonInteger = thalweg::Pack<W>;
  using Nested = thalweg::Pack<W>;
  using Literal = double;
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 1,
    AddCost = 1,
    MulCost = 1
  };
};

// A dual mixes with plain numbers in one expression: 2.0 * v, M * p.
template <class T, int N, class BinaryOp>
struct ScalarBinaryOpTraits<thalweg::Dual<T, N>, double, BinaryOp> {
  using ReturnType = thalweg::Dual<T, N>;
};
template <class T, int N, class BinaryOp>
struct ScalarBinaryOpTraits<double, thalweg::Dual<T, N>, BinaryOp> {
  using ReturnType = thalweg::Dual<T, N>;
};
template <int W, class BinaryOp>
struct ScalarBinaryOpTraits<thalweg::Pack<W>, double, BinaryOp> {
  using ReturnType = thalweg::Pack<W>;
};
template <int W, class BinaryOp>
struct ScalarBinaryOpTraits<double, thalweg::Pack<W>, BinaryOp> {
  using ReturnType = thalweg::Pack<W>;
};

namespace internal {

/// A pack has its own alignment, which alignas may not lower. 0: an array of them keeps that of its elements.
template <class T, int Size>
requires(alignof(T) > EIGEN_MAX_ALIGN_BYTES) struct compute_default_alignment<T, Size> {
  enum { value = 0 };
};

}  // namespace internal
}  // namespace Eigen
