// Line searches: how far to go along a direction of descent.
#pragma once

#include <limits>

#include <thalweg/minimize/options.hpp>

namespace thalweg::inline v0_1 {

/// φ(α) = F(x + αd) and φ'(α) = ∇F(x + αd)ᵀd.
struct LinePoint {
  double alpha = 0.0;
  double value = std::numeric_limits<double>::quiet_NaN();
  double slope = std::numeric_limits<double>::quiet_NaN();
};

/// The objective along a line. Neither number need be finite.
class LineFunction {
 public:
  virtual ~LineFunction() = default;
  virtual double value(double alpha) = 0;
  virtual LinePoint evaluate(double alpha) = 0;
};

struct LineSearchSettings {
  double sufficient_decrease = 1e-4;  ///< c₁ of φ(α) ≤ φ(0) + c₁ α φ'(0), below ½
  double curvature = 0.9;             ///< c₂ of |φ'(α)| ≤ c₂ |φ'(0)|, between c₁ and 1
  double longest = std::numeric_limits<double>::infinity();  ///< α may not exceed it
  /// Values of φ that differ by less are equal. Where the decrease drowns in it, the slopes say whether there was one:
  /// φ'(α) ≤ (2c₁ − 1) φ'(0), which for a parabola is the same condition (Hager & Zhang 2005, equation 4.1).
  double noise = 0.0;
  int max_evaluations = 60;
};

struct LineSearchResult {
  enum class Status {
    found,        ///< the conditions that the search promises hold
    longest,      ///< φ decreased enough and falls still, but α may be no longer
    incomplete,   ///< φ decreased enough, and the evaluations are used up or α's digits are
    no_decrease,  ///< no α was found at which φ decreases enough; point is the origin
  };
  Status status = Status::no_decrease;
  LinePoint point;  ///< the slope is NaN when the search did not look at it
  int evaluations = 0;

  bool decreased() const { return status != Status::no_decrease; }
};

/// Whether φ has decreased enough at p (Armijo 1966), in the sense of `noise` where p has a slope.
bool decreases_enough(const LinePoint& origin, const LinePoint& p, const LineSearchSettings& settings);
/// Whether also the slope has become small (the strong Wolfe conditions).
bool satisfies_strong_wolfe(const LinePoint& origin, const LinePoint& p, const LineSearchSettings& settings);
/// Whether φ has decreased enough and its slope has risen: φ'(α) ≥ c₂ φ'(0) (Wolfe 1969).
bool satisfies_wolfe(const LinePoint& origin, const LinePoint& p, const LineSearchSettings& settings);

/// Searches from α = first > 0 for a line whose origin has a finite value and a negative slope. A trial that is not
/// finite is too far. What is promised of status found, by kind:
///   backtracking  sufficient decrease, at `first` or shorter; slopes are not looked at (Armijo 1966; the trials by
///                 safeguarded interpolation, Dennis & Schnabel 1983, section 6.3.2)
///   strong_wolfe  the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6; cubic interpolation)
///   hager_zhang   the Wolfe conditions (Hager & Zhang 2005, section 4: bracket, secant², update)
///   exact         the strong Wolfe conditions with c₂ = 1e-10: a minimiser of φ, as far as its slope has digits
/// `automatic` counts as strong_wolfe.
LineSearchResult search_line(LineSearch kind, LineFunction& phi, const LinePoint& origin, double first,
                             const LineSearchSettings& settings = {});

}  // namespace thalweg::inline v0_1
