// Are the derivatives right that a callable's jacobian(...) or a residual group of one's own gives? They are compared
// with extrapolated differences of the residuals, and what is wrong is named, with a guess at the mistake behind it.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// One mistake in the derivatives of one residual group.
struct DerivativeFault {
  enum class Cause {
    sign,             ///< given = −expected
    factor,           ///< given = factor · expected
    transposed,       ///< of a square block ∂(r₀ ... rₙ₋₁)/∂(p₀ ... pₙ₋₁) the transpose is given
    swapped_columns,  ///< the derivatives by two parameters are exchanged
    chain_rule,       ///< expected = given · q, where q depends on the parameters, or on the residual, in the way that
                      ///< an inner or outer derivative left out does
    missing,          ///< given is 0
    not_finite,       ///< given is infinite or NaN
    wrong,            ///< none of these
  };
  Cause cause = Cause::wrong;
  std::string group;
  std::vector<std::string> parameters;  ///< concerned, one name for each local column of the group

  // The entry that is farthest from the differences.
  std::int64_t item = 0;  ///< of the group
  int component = 0;      ///< of the item's residual
  int point = 0;          ///< of DerivativeCheck::points
  std::string residual;   ///< "misra1a[3]"; "pose[3], component 1"
  std::string parameter;
  double given = 0.0;           ///< ∂residual/∂parameter as the group gives it, divided by sigma as the residual is
  double expected = 0.0;        ///< the same by differences
  double error_estimate = 0.0;  ///< of `expected`

  double factor = std::numeric_limits<double>::quiet_NaN();  ///< when cause is factor
  std::int64_t entries_wrong = 0, entries_checked = 0;  ///< of the Jacobian's entries by these parameters; an entry is
                                                        ///< counted once, and wrong if it is so at any point
  std::string sentence;                                 ///< all of this, for people
};

/// "swapped_columns"
std::string_view to_string(DerivativeFault::Cause cause);

struct DerivativeCheck {
  std::vector<DerivativeFault> faults;      ///< in the order of the groups
  std::vector<std::vector<double>> points;  ///< where derivatives were compared
  std::int64_t groups = 0;
  std::int64_t entries = 0;  ///< of the Jacobian that were judged, counted once however many points there are

  bool clean() const { return faults.empty(); }
};

struct DerivativeCheckOptions {
  std::int64_t items = 200;  ///< residuals compared of each group, the first, the last and evenly spaced ones between;
                             ///< a mistake in others goes unnoticed. At least 1
  std::uint64_t seed = 1;    ///< of the point near the start
};

/// Compares every group's Jacobian, all components and all local columns of the residuals sampled, with differences of
/// its residuals at x, extrapolated to step zero (Ridders 1982, Advances in Engineering Software 4, 75-76), of blocks
/// on manifolds along the retraction, in tangent components. Differences respect the bounds of components that lie
/// within them; fixed components are compared too, unless lower = upper. An entry is wrong when |given − expected| > 20
/// e + 1e-5 max(|given|, |expected|) + 1e-9 c, e the error of the differences, c the largest entry given of the same
/// parameter and residual component. It is not judged where the residual is not finite, and where e > 1e-2 max(|given|,
/// |expected|): at a kink, in rounding noise. An entry that is NaN or infinite is wrong wherever differences give a
/// number. A block that an item reads twice is compared as one, its derivatives summed. Losses play no part, and groups
/// with a cost of their own are passed over. A group in numeric() is compared like any other: its differences may be
/// worse than these. One point cannot tell a chain rule's inner derivative left out from a constant factor; two can.
/// Throws Error unless x has one finite number for each component and its blocks are on their manifolds, and whatever a
/// residual throws.
DerivativeCheck check_derivatives(const Problem& problem, std::span<const double> x,
                                  const DerivativeCheckOptions& options = {});
/// At the start, moved into the bounds, and at a random point near it, 5 to 15 % from each component that is free (0.05
/// to 0.15 from one that is zero; on manifolds of the size in each direction): a start at zero or at a symmetric point
/// hides mistakes. The second point comes nearer where residuals would not be finite, and is left out if that does not
/// help.
DerivativeCheck check_derivatives(const Problem& problem, const DerivativeCheckOptions& options = {});

}  // namespace thalweg::inline v0_1
