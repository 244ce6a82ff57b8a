// What a solve may be told. Every field has a default that is right for curve fits.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>

namespace thalweg {

struct IterationRecord;

/// How the step is found from JᵀJ and g = Jᵀr.
enum class Method {
  gauss_newton,         ///< JᵀJ δ = −g
  levenberg,            ///< (JᵀJ + λI) δ = −g  (Levenberg 1944)
  levenberg_marquardt,  ///< (JᵀJ + λD²) δ = −g, D the column norms of J  (Marquardt 1963, Moré 1978)
};

/// What makes Gauss-Newton converge from far away; the damped methods have their λ.
enum class Globalization {
  none,         ///< every finite step is taken
  line_search,  ///< the step is halved until the cost falls enough (Armijo 1966)
};

/// How λ moves with the gain ratio ϱ = actual / predicted decrease of the cost.
enum class Damping {
  nielsen,    ///< smooth in ϱ, doubling and redoubling on rejection (Nielsen 1999)
  marquardt,  ///< ÷ factor on success, × factor on failure (Marquardt 1963)
  radius,     ///< λ such that ‖Dδ‖ meets a trust-region radius (Moré 1978; Conn, Gould & Toint 2000)
};

/// D of Levenberg-Marquardt.
enum class Scaling {
  current,   ///< column norms of J where it is now (Marquardt)
  monotone,  ///< the largest column norms met so far (Moré)
};

enum class LinearSolverKind { automatic, dense_qr, dense_cholesky };

/// What a callback wants next.
enum class Action { proceed, stop };

struct Options {
  Method method = Method::levenberg_marquardt;
  Globalization globalization = Globalization::line_search;  ///< of gauss_newton
  Damping damping = Damping::nielsen;
  Scaling scaling = Scaling::monotone;
  double initial_damping = 1e-3;  ///< λ₀; times max ‖Jⱼ‖² for levenberg
  double damping_factor = 10.0;   ///< factor of Damping::marquardt, > 1
  double initial_radius = 100.0;  ///< of Damping::radius, in units of ‖Dx‖ at the start (of 1 when that is 0)

  bool acceleration = true;          ///< geodesic acceleration (Transtrum & Sethna 2012): one more residual per trial;
                                     ///< left out where a group has a loss
  double acceleration_limit = 0.75;  ///< a trial with 2‖Da‖ > limit · ‖Dv‖ is rejected
  bool polish = true;                ///< finish with Newton steps, so that the last digits are right
  int restarts = 10;       ///< further descents, at most, after one that stalled where the residuals no longer
                           ///< depend on a parameter: first with Levenberg's scaling, then from scattered starts
  std::uint64_t seed = 1;  ///< of the scattered starts
  bool graduated = false;  ///< graduated non-convexity: the losses' scales shrink from least squares to their own, over
                           ///< a sequence of descents; needs a loss that is not convex

  LinearSolverKind linear_solver = LinearSolverKind::automatic;

  double function_tolerance = 1e-10;  ///< stop: decrease, both actual and predicted, ≤ tol · cost
  double gradient_tolerance = 1e-10;  ///< stop: ‖Π(x − g) − x‖∞ ≤ tol, Π the projection on the bounds
  double step_tolerance = 1e-12;      ///< stop: ‖Dδ‖ ≤ tol · ‖Dx‖
  int max_iterations = 10000;         ///< linear solves, rejected ones included
  double time_limit = std::numeric_limits<double>::infinity();  ///< seconds

  int threads = 0;  ///< at most; 0: as many as the machine has. Results are the same bits for any number.

  /// Called after each trial, accepted or not; may stop the solve.
  std::function<Action(const IterationRecord&)> callback = {};
  /// Looked at after each trial: true stops the solve. May be set from a signal handler or another thread.
  const std::atomic<bool>* interrupt = nullptr;

  /// Throws Error that names the field and what it expects.
  void validate() const;
};

/// Ceres's default tolerances (1e-6, 1e-10, 1e-8) and no polish: a rough answer, soon.
Options fast(Options options);

// Names as on the command line; parse_* accept short forms and throw Error listing what there is.
std::string_view to_string(Method);
std::string_view to_string(Damping);
std::string_view to_string(Scaling);
std::string_view to_string(Globalization);
std::string_view to_string(LinearSolverKind);
Method parse_method(std::string_view);
Damping parse_damping(std::string_view);
Scaling parse_scaling(std::string_view);
Globalization parse_globalization(std::string_view);
LinearSolverKind parse_linear_solver(std::string_view);

}  // namespace thalweg
