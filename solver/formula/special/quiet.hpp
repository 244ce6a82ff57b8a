// How Boost.Math reports trouble.
#pragma once

#include <limits>
#include <stdexcept>

#include <boost/math/policies/policy.hpp>

namespace thalweg::inline v0_1::formula {

/// Boost throws by default; with this policy it returns what it would have attached to the exception: NaN, ±∞ or 0.
using Quiet = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::denorm_error<boost::math::policies::ignore_error>,
    boost::math::policies::rounding_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::indeterminate_result_error<boost::math::policies::ignore_error>>;

/// What the function returns. In places Boost 1.74 throws whatever the policy is: then `overflown`, or NaN.
template <class F>
double quietly(const F& function, double overflown = std::numeric_limits<double>::quiet_NaN()) {
  try {
    return static_cast<double>(function());
  } catch (const std::overflow_error&) {
    return overflown;
  } catch (const std::exception&) {
    return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace thalweg::inline v0_1::formula
