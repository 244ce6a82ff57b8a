#include <thalweg/minimize/options.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <base/names.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {
namespace {

void expect(bool holds, std::string_view field, double value, std::string_view expectation) {
  if (!holds) throw Error(fmt::format("option {} is {}; expected {}", field, value, expectation));
}

// The first name of a value is the one it is printed with; the others are accepted too.
constexpr Name<Method> methods[] = {{"gradient-descent", Method::gradient_descent},
                                    {"gd", Method::gradient_descent},
                                    {"nonlinear-cg", Method::nonlinear_cg},
                                    {"ncg", Method::nonlinear_cg},
                                    {"newton", Method::newton},
                                    {"newton-cg", Method::newton_cg},
                                    {"bfgs", Method::bfgs},
                                    {"lbfgs", Method::lbfgs},
                                    {"l-bfgs", Method::lbfgs},
                                    {"gauss-newton", Method::gauss_newton},
                                    {"gn", Method::gauss_newton},
                                    {"levenberg", Method::levenberg},
                                    {"levenberg-marquardt", Method::levenberg_marquardt},
                                    {"lm", Method::levenberg_marquardt},
                                    {"dogleg", Method::dogleg},
                                    {"subspace-dogleg", Method::subspace_dogleg}};
constexpr Name<Damping> dampings[] = {
    {"nielsen", Damping::nielsen}, {"marquardt", Damping::marquardt}, {"radius", Damping::radius}};
constexpr Name<Scaling> scalings[] = {
    {"auto", Scaling::automatic}, {"current", Scaling::current}, {"monotone", Scaling::monotone}};
constexpr Name<Globalization> globalizations[] = {{"auto", Globalization::automatic},
                                                  {"none", Globalization::none},
                                                  {"line-search", Globalization::line_search},
                                                  {"trust-region", Globalization::trust_region}};
constexpr Name<LineSearch> line_searches[] = {
    {"auto", LineSearch::automatic},      {"backtracking", LineSearch::backtracking},
    {"armijo", LineSearch::backtracking}, {"strong-wolfe", LineSearch::strong_wolfe},
    {"wolfe", LineSearch::strong_wolfe},  {"hager-zhang", LineSearch::hager_zhang},
    {"exact", LineSearch::exact}};
constexpr Name<ConjugateGradient> conjugate_gradients[] = {{"fletcher-reeves", ConjugateGradient::fletcher_reeves},
                                                           {"polak-ribiere", ConjugateGradient::polak_ribiere},
                                                           {"hestenes-stiefel", ConjugateGradient::hestenes_stiefel},
                                                           {"hager-zhang", ConjugateGradient::hager_zhang}};
constexpr Name<Curvature> curvatures[] = {{"exact", Curvature::exact}, {"gauss-newton", Curvature::gauss_newton}};
constexpr Name<ConstrainedMethod> constrained_methods[] = {
    {"auto", ConstrainedMethod::automatic},
    {"augmented-lagrangian", ConstrainedMethod::augmented_lagrangian},
    {"interior-point", ConstrainedMethod::interior_point},
    {"sqp", ConstrainedMethod::sequential_quadratic},
    {"sequential-quadratic", ConstrainedMethod::sequential_quadratic}};
constexpr Name<UpdateGuard> update_guards[] = {{"skip", UpdateGuard::skip}, {"damp", UpdateGuard::damp}};
constexpr Name<LinearSolverKind> linear_solvers[] = {{"auto", LinearSolverKind::automatic},
                                                     {"dense-qr", LinearSolverKind::dense_qr},
                                                     {"dense-cholesky", LinearSolverKind::dense_cholesky},
                                                     {"sparse-cholesky", LinearSolverKind::sparse_cholesky},
                                                     {"dense-schur", LinearSolverKind::dense_schur},
                                                     {"sparse-schur", LinearSolverKind::sparse_schur},
                                                     {"iterative-schur", LinearSolverKind::iterative_schur},
                                                     {"implicit-schur", LinearSolverKind::implicit_schur},
                                                     {"conjugate-gradient", LinearSolverKind::conjugate_gradient},
                                                     {"cholmod", LinearSolverKind::cholmod},
                                                     {"lsqr", LinearSolverKind::lsqr},
                                                     {"lsmr", LinearSolverKind::lsmr},
                                                     {"minres", LinearSolverKind::minres}};

template <class E, std::size_t N>
E value_of(const Name<E> (&names)[N], std::string_view what, std::string_view name) {
  std::string known;
  for (const auto& n : names) {
    if (same_word(n.name, name)) return n.value;
    if (name_of(names, n.value) == n.name) known += (known.empty() ? "" : ", ") + std::string(n.name);
  }
  throw Error(fmt::format("unknown {} '{}'; expected one of {}", what, name, known));
}

bool one_of(Method method, std::initializer_list<Method> several) {
  return std::find(several.begin(), several.end(), method) != several.end();
}

/// Options that the method would ignore.
void validate_combination(const Options& o) {
  const auto refuse = [&](std::string_view field, std::string_view value, std::string_view expectation) {
    throw Error(fmt::format("{} {} does not go with {}; expected {}", field, value, to_string(o.method), expectation));
  };
  const bool fits = o.globalization == Globalization::automatic ||
                    (o.method == Method::gauss_newton && o.globalization != Globalization::trust_region) ||
                    (o.method == Method::newton && o.globalization != Globalization::none);
  if (!fits)
    refuse("globalization", to_string(o.globalization),
           o.method == Method::gauss_newton ? "auto, none or line-search"
           : o.method == Method::newton     ? "auto, line-search or trust-region"
                                            : "auto");
  const bool searches =
      one_of(o.method, {Method::gradient_descent, Method::nonlinear_cg, Method::bfgs, Method::lbfgs}) ||
      (o.method == Method::newton && o.globalization == Globalization::line_search);
  if (o.line_search != LineSearch::automatic && !searches)
    refuse("line search", to_string(o.line_search),
           o.method == Method::newton ? "globalization line-search with it"
                                      : "auto, or gradient-descent, nonlinear-cg, bfgs or lbfgs");
  const Options usual;
  const bool damped = one_of(o.method, {Method::levenberg, Method::levenberg_marquardt});
  if (o.damping != usual.damping && !damped)
    refuse("damping", to_string(o.damping), "levenberg or levenberg-marquardt");
  if (!std::isnan(o.initial_damping) && (!damped || o.damping == Damping::radius))
    refuse("initial damping", fmt::format("{}", o.initial_damping),
           "levenberg or levenberg-marquardt, not damping radius");
  if (o.damping_exponent != 0 && (!damped || o.damping != Damping::nielsen))
    refuse("damping exponent", std::to_string(o.damping_exponent), "damping nielsen");
  if (o.scaling != usual.scaling && !damped && !one_of(o.method, {Method::dogleg, Method::subspace_dogleg}))
    refuse("scaling", to_string(o.scaling), "levenberg-marquardt, dogleg or subspace-dogleg");
  if (o.linear_solver != usual.linear_solver && !needs_residuals(o.method))
    refuse("linear solver", to_string(o.linear_solver), "auto");
  if (o.noise_tolerance != usual.noise_tolerance && !needs_residuals(o.method))
    refuse("noise tolerance", fmt::format("{:g}", o.noise_tolerance), "0");
  if (o.conjugate_gradient != usual.conjugate_gradient && o.method != Method::nonlinear_cg)
    refuse("conjugate gradient", to_string(o.conjugate_gradient), "nonlinear-cg");
  if (o.memory != usual.memory && o.method != Method::lbfgs) refuse("memory", std::to_string(o.memory), "lbfgs");
  if (o.update_guard != usual.update_guard && !one_of(o.method, {Method::bfgs, Method::lbfgs}))
    refuse("update guard", to_string(o.update_guard), "bfgs or lbfgs");
  if (o.curvature != usual.curvature && !one_of(o.method, {Method::newton, Method::newton_cg}))
    refuse("curvature", to_string(o.curvature), "newton or newton-cg");
}

}  // namespace

void Options::validate() const {
  expect(function_tolerance >= 0.0, "function_tolerance", function_tolerance, "a number >= 0");
  expect(gradient_tolerance >= 0.0, "gradient_tolerance", gradient_tolerance, "a number >= 0");
  expect(step_tolerance >= 0.0, "step_tolerance", step_tolerance, "a number >= 0");
  expect(noise_tolerance >= 0.0 && std::isfinite(noise_tolerance), "noise_tolerance", noise_tolerance, "a number >= 0");
  expect(max_iterations >= 0, "max_iterations", max_iterations, "a number >= 0");
  expect(time_limit >= 0.0, "time_limit", time_limit, "seconds >= 0");
  expect(restarts >= 0, "restarts", restarts, "a number >= 0");
  expect(memory >= 0, "memory", memory, "a number >= 0 (0: all pairs)");
  expect(threads >= 0, "threads", threads, "a number >= 0 (0: all)");
  expect(std::isnan(initial_damping) || (initial_damping >= 0.0 && std::isfinite(initial_damping)), "initial_damping",
         initial_damping, "a number >= 0");
  expect(memory_limit >= 0.0, "memory_limit", memory_limit, "bytes >= 0 (0: what the machine has)");
  expect(damping_exponent == 0 || (damping_exponent > 0 && damping_exponent % 2 == 1), "damping_exponent",
         damping_exponent, "an odd number > 0, or 0");
  expect(damping_factor > 1.0 && std::isfinite(damping_factor), "damping_factor", damping_factor, "a number > 1");
  expect(initial_radius > 0.0 && std::isfinite(initial_radius), "initial_radius", initial_radius, "a number > 0");
  expect(acceleration_limit > 0.0, "acceleration_limit", acceleration_limit, "a number > 0");
  constrained.validate();
  validate_combination(*this);
}

void ConstrainedOptions::validate() const {
  expect(tolerance > 0.0 && std::isfinite(tolerance), "constrained.tolerance", tolerance, "a number > 0");
  expect(max_outer >= 1, "constrained.max_outer", max_outer, "a number >= 1");
}

Options fast(Options options) {
  options.function_tolerance = 1e-6;
  options.gradient_tolerance = 1e-10;
  options.step_tolerance = 1e-8;
  options.polish = false;
  return options;
}

std::string_view to_string(Method v) { return name_of(methods, v); }
std::string_view to_string(Damping v) { return name_of(dampings, v); }
std::string_view to_string(Scaling v) { return name_of(scalings, v); }
std::string_view to_string(Globalization v) { return name_of(globalizations, v); }
std::string_view to_string(LinearSolverKind v) { return name_of(linear_solvers, v); }
std::string_view to_string(LineSearch v) { return name_of(line_searches, v); }
std::string_view to_string(ConjugateGradient v) { return name_of(conjugate_gradients, v); }
std::string_view to_string(Curvature v) { return name_of(curvatures, v); }
std::string_view to_string(UpdateGuard v) { return name_of(update_guards, v); }
std::string_view to_string(ConstrainedMethod v) { return name_of(constrained_methods, v); }
Method parse_method(std::string_view s) { return value_of(methods, "method", s); }
Damping parse_damping(std::string_view s) { return value_of(dampings, "damping", s); }
Scaling parse_scaling(std::string_view s) { return value_of(scalings, "scaling", s); }
Globalization parse_globalization(std::string_view s) { return value_of(globalizations, "globalization", s); }
LinearSolverKind parse_linear_solver(std::string_view s) { return value_of(linear_solvers, "linear solver", s); }
LineSearch parse_line_search(std::string_view s) { return value_of(line_searches, "line search", s); }
ConjugateGradient parse_conjugate_gradient(std::string_view s) {
  return value_of(conjugate_gradients, "conjugate gradient", s);
}
Curvature parse_curvature(std::string_view s) { return value_of(curvatures, "curvature", s); }
UpdateGuard parse_update_guard(std::string_view s) { return value_of(update_guards, "update guard", s); }
ConstrainedMethod parse_constrained_method(std::string_view s) {
  return value_of(constrained_methods, "method under constraints", s);
}

bool is_sparse(LinearSolverKind kind) {
  return kind != LinearSolverKind::automatic && kind != LinearSolverKind::dense_qr &&
         kind != LinearSolverKind::dense_cholesky;
}

bool needs_residuals(Method method) {
  switch (method) {
    case Method::gauss_newton:
    case Method::levenberg:
    case Method::levenberg_marquardt:
    case Method::dogleg:
    case Method::subspace_dogleg:
      return true;
    default:
      return false;
  }
}

namespace {

constexpr Name<Status> statuses[] = {
    {"converged", Status::converged},   {"iteration_limit", Status::iteration_limit},
    {"time_limit", Status::time_limit}, {"interrupted", Status::interrupted},
    {"stalled", Status::stalled},       {"non_finite_start", Status::non_finite_start},
    {"failed", Status::failed},
};

}  // namespace

std::string_view to_string(Status status) { return name_of(statuses, status); }

}  // namespace thalweg::inline v0_1
