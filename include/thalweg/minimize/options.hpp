// What a solve may be told. Every field has a default that is right for curve fits.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>

#include <thalweg/minimize/constrained.hpp>

namespace thalweg::inline v0_1 {

struct IterationRecord;

/// Where the step comes from. g is the gradient; the last five need residuals, g = Jᵀr, and the others serve any
/// smooth objective as well.
enum class Method {
  gradient_descent,  ///< δ = −α g  (Cauchy 1847)
  nonlinear_cg,      ///< δ = α d, d ← −g + βd  (Fletcher & Reeves 1964)
  newton,            ///< ∇²F δ = −g, second derivatives exact
  newton_cg,         ///< the same, by conjugate gradients that need only products ∇²F v (Steihaug 1983)
  bfgs,   ///< δ = −α H g, H ≈ (∇²F)⁻¹ learnt from the gradients (Broyden, Fletcher, Goldfarb, Shanno 1970)
  lbfgs,  ///< the same from the last `memory` pairs (Nocedal 1980)
  gauss_newton,         ///< JᵀJ δ = −g
  levenberg,            ///< (JᵀJ + λI) δ = −g  (Levenberg 1944)
  levenberg_marquardt,  ///< (JᵀJ + λD²) δ = −g, D the column norms of J  (Marquardt 1963, Moré 1978)
  dogleg,           ///< along −D⁻²g, then towards the Gauss-Newton step, as far as ‖Dδ‖ ≤ Δ (Powell 1970)
  subspace_dogleg,  ///< the best in the plane of those two within ‖Dδ‖ ≤ Δ (Byrd, Schnabel & Shultz 1988)
};
/// Whether the method lives on residuals and cannot minimise a general objective.
bool needs_residuals(Method);

/// What makes a method converge from far away; the damped methods and doglegs have their own.
enum class Globalization {
  automatic,     ///< a line search for gauss_newton, a trust region for newton
  none,          ///< of gauss_newton: every finite step is taken
  line_search,   ///< of gauss_newton, newton: the step is shortened until the cost falls enough
  trust_region,  ///< of newton: ‖Dδ‖ ≤ Δ
};

/// How the methods with a search direction d choose α of x + αd.
enum class LineSearch {
  automatic,     ///< strong_wolfe; for newton, backtracking
  backtracking,  ///< the decrease is enough (Armijo 1966)
  strong_wolfe,  ///< and the slope has become small (Nocedal & Wright 2006, algorithms 3.5 and 3.6)
  hager_zhang,   ///< the approximate Wolfe conditions, good to the last digits (Hager & Zhang 2005)
  exact,         ///< the minimiser along d, to rounding
};

/// β of nonlinear_cg.
enum class ConjugateGradient { fletcher_reeves, polak_ribiere, hestenes_stiefel, hager_zhang };

/// What the products of newton_cg, and the matrix of newton, stand for.
enum class Curvature {
  exact,         ///< JᵀJ + Σ rᵢ∇²rᵢ, the Hessian
  gauss_newton,  ///< JᵀJ
};

/// What bfgs and lbfgs do with a pair s, y whose curvature sᵀy is not safely positive.
enum class UpdateGuard {
  skip,  ///< leave it out
  damp,  ///< mix y with the present model until it is (Powell 1978)
};

/// How λ moves with the gain ratio ϱ = actual / predicted decrease of the cost.
enum class Damping {
  nielsen,    ///< smooth in ϱ, doubling and redoubling on rejection (Nielsen 1999)
  marquardt,  ///< ÷ factor on success, × factor on failure (Marquardt 1963)
  radius,     ///< λ such that ‖Dδ‖ meets a trust-region radius (Moré 1978; Conn, Gould & Toint 2000)
};

/// D of Levenberg-Marquardt.
enum class Scaling {
  automatic,  ///< monotone for the dense linear solvers, current for the sparse ones
  current,    ///< column norms of J where it is now (Marquardt)
  monotone,   ///< the largest column norms met so far (Moré)
};

/// Where the step comes from. The dense ones work on the whole J; the others on blocks of JᵀJ, J never being stored, or
/// on its blocks, for problems whose residuals each read a few of many blocks. The four with `schur` in the name first
/// eliminate blocks that share no residual (Problem::eliminate), as the points of bundle adjustment.
enum class LinearSolverKind {
  automatic,           ///< by size and structure; Result::linear_solver_reason says why
  dense_qr,            ///< QR of J: the most digits
  dense_cholesky,      ///< Cholesky of JᵀJ
  sparse_cholesky,     ///< the same, of its blocks, in an order that keeps the factor sparse
  dense_schur,         ///< dense Cholesky of the reduced system
  sparse_schur,        ///< sparse Cholesky of the reduced system
  iterative_schur,     ///< preconditioned conjugate gradients on the reduced system
  implicit_schur,      ///< the same without ever forming it
  conjugate_gradient,  ///< preconditioned conjugate gradients on JᵀJ
  cholmod,             ///< sparse Cholesky by CHOLMOD, of the reduced system where blocks are eliminated, otherwise of
                       ///< JᵀJ: the reference for sparse_schur and sparse_cholesky
  lsqr,    ///< LSQR on the rows of J, which are stored: does not square the condition (Paige & Saunders 1982)
  lsmr,    ///< LSMR, likewise: the model's gradient falls in every iteration (Fong & Saunders 2011)
  minres,  ///< MINRES on JᵀJ, by products with the stored rows of J (Paige & Saunders 1975)
};
/// Whether it works on blocks.
bool is_sparse(LinearSolverKind);

/// What a callback wants next.
enum class Action { proceed, stop };

struct Options {
  Method method = Method::levenberg_marquardt;
  Globalization globalization = Globalization::automatic;
  LineSearch line_search = LineSearch::automatic;
  ConjugateGradient conjugate_gradient = ConjugateGradient::hager_zhang;
  Curvature curvature = Curvature::exact;
  int memory = 20;  ///< pairs that lbfgs keeps; 0: all
  UpdateGuard update_guard = UpdateGuard::skip;
  Damping damping = Damping::nielsen;
  Scaling scaling = Scaling::automatic;
  /// λ₀; times max ‖Jⱼ‖² for levenberg. 0: undamped until a step fails. NaN: 1e-3, and 1e-4 for sparse linear solvers.
  double initial_damping = std::numeric_limits<double>::quiet_NaN();
  /// p of Damping::nielsen: an accepted step of gain ratio ϱ lowers λ by max(⅓, 1 − (2ϱ − 1)ᵖ); odd. 0: 3, as Nielsen
  /// has it, and 1 for sparse linear solvers: reduces λ faster, which takes fewer iterations in curved valleys and
  /// occasional rejected steps.
  int damping_exponent = 0;
  double damping_factor = 10.0;  ///< factor of Damping::marquardt, > 1
  double initial_radius = 100.0;  ///< of Damping::radius and the doglegs, in units of max(‖Dx‖, ‖D⁻¹g‖) at the start

  // Acceleration, variable projection and polish belong to the dense linear solvers.
  bool acceleration = true;          ///< geodesic acceleration (Transtrum & Sethna 2012): one more residual per trial;
                                     ///< left out where a group has a loss
  double acceleration_limit = 0.75;  ///< a trial with 2‖Da‖ > limit · ‖Dv‖ is rejected
  /// Eliminates the components that Problem::mark_linear names, unless they have bounds or a loss is on: at every
  /// trial they take their best values for the others (variable projection, Golub & Pereyra 1973; the Jacobian's second
  /// term left out as by Kaufman 1975). Of the damped methods and gauss_newton.
  bool variable_projection = true;
  bool polish = true;      ///< finish with Newton steps, so that the last digits are right
  int restarts = 10;       ///< further descents, at most, after one that stalled where the residuals no longer
                           ///< depend on a parameter: first with Levenberg's scaling, then from scattered starts;
                           ///< of more than 1,000 parameters in blocks the first alone
  std::uint64_t seed = 1;  ///< of the scattered starts
  bool graduated = false;  ///< graduated non-convexity: the losses' scales shrink from least squares to their own, over
                           ///< a sequence of descents; needs a loss that is not convex

  LinearSolverKind linear_solver = LinearSolverKind::automatic;
  double memory_limit = 0.0;  ///< bytes that the sparse linear solvers may plan for; 0: what the machine has. A problem
                              ///< that would need more is refused, with a proposal, before it is allocated

  double function_tolerance = 1e-10;  ///< stop: decrease, both actual and predicted, ≤ tol · cost
  double gradient_tolerance = 0.0;  ///< stop: ‖Π(x − g) − x‖∞ ≤ tol, Π the projection on the bounds: in the units of
                                    ///< F and x, so that by default only a gradient of zero stops
  double step_tolerance = 1e-12;  ///< stop: ‖Nδ‖ ≤ tol · ‖Nx‖, N the column norms of J, while the cost hardly falls
  /// Stop: ten steps together lower the cost by ≤ tol σ², σ² the variance of a residual as the fit has it (2F / (m −
  /// n); 1 where the noise is known). What is left of the descent then moves no parameter by a part of its standard
  /// error that matters (Bates & Watts 1981), and where it does, the data hardly determine some combination: that is no
  /// convergence, and is said. 0: never.
  double noise_tolerance = 0.0;
  std::int64_t max_iterations = 10000;  ///< linear solves, rejected ones included
  double time_limit =
      std::numeric_limits<double>::infinity();  ///< seconds. Long computations inside an iteration, and of
                                                ///< set-up, end at it, too, with the best point so far

  ConstrainedOptions constrained = {};  ///< of problems with constraints

  bool record_points = false;  ///< every record of the trace holds its x

  int threads = 0;  ///< at most; 0: as many as this process may use (usable_processors()). Results are the same bits
                    ///< for any number. Problems of less than 20,000 residual components take one

  /// Called after each trial, accepted or not; may stop the solve.
  std::function<Action(const IterationRecord&)> callback = {};
  /// Looked at after each trial and every few milliseconds within: true stops the solve. May be set from a signal
  /// handler or another thread.
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
std::string_view to_string(LineSearch);
std::string_view to_string(ConjugateGradient);
std::string_view to_string(Curvature);
std::string_view to_string(UpdateGuard);
Method parse_method(std::string_view);
Damping parse_damping(std::string_view);
Scaling parse_scaling(std::string_view);
Globalization parse_globalization(std::string_view);
LinearSolverKind parse_linear_solver(std::string_view);
LineSearch parse_line_search(std::string_view);
ConjugateGradient parse_conjugate_gradient(std::string_view);
Curvature parse_curvature(std::string_view);
UpdateGuard parse_update_guard(std::string_view);

}  // namespace thalweg::inline v0_1
