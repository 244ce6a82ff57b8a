// A residual and its Jacobian as two lambdas, so that a test can state one that does not fit the other.
#pragma once

namespace test_support {

template <class R, class J>
struct WithJacobian {
  R residual;
  J derivatives;
  auto operator()(const auto&... arguments) const { return residual(arguments...); }
  auto jacobian(const auto&... arguments) const { return derivatives(arguments...); }
};
template <class R, class J>
WithJacobian(R, J) -> WithJacobian<R, J>;

}  // namespace test_support
