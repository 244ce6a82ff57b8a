#include "cli/option_rules.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/models/matrix_market.hpp>

#include "cli/option_values.hpp"
#include "cli/usage.hpp"
#include "cli/wording.hpp"

namespace thalweg::tool {
namespace {

constexpr const char* contradictions[][2] = {{"--acceleration", "--no-acceleration"},
                                             {"--detect-linear", "--no-variable-projection"},
                                             {"--quiet", "--verbose"},
                                             {"--start", "--from"},
                                             {"--global", "--starts"},
                                             {"--tune", "--rate"}};

/// Options of first-order methods; the second half goes with a fixed rate of gradient-descent, too.
constexpr const char* of_first_order[] = {"--constants", "--epochs",    "--patience",  "--rate",
                                          "--schedule",  "--clip-norm", "--clip-value"};
constexpr std::size_t with_a_fixed_rate = 3;

void refuse_of_first_order(const Request& request) {
  const std::string_view method = to_string(request.method);
  const bool fixed_rate = request.options.method == Method::gradient_descent && request.was_given("--rate");
  for (std::size_t i = 0; i < std::size(of_first_order); ++i)
    if (request.was_given(of_first_order[i]) && !(fixed_rate && i >= with_a_fixed_rate))
      throw UsageError(
          fmt::format("{} is of first-order methods, and {} is none; expected sgd, momentum, adam, ... "
                      "(thalweg list methods)",
                      of_first_order[i], method));
}

void refuse_of_second_order(const Options& o, std::string_view method) {
  const Options usual;
  const std::pair<bool, const char*> options[] = {
      {o.linear_solver != usual.linear_solver, "--linear-solver"},
      {o.damping != usual.damping, "--damping"},
      {!std::isnan(o.initial_damping), "--initial-damping"},
      {o.scaling != usual.scaling, "--scaling"},
      {o.globalization != usual.globalization, "--globalization"},
      {o.line_search != usual.line_search, "--line-search"},
      {o.conjugate_gradient != usual.conjugate_gradient, "--conjugate-gradient"},
      {o.memory != usual.memory, "--memory"},
      {o.update_guard != usual.update_guard, "--update-guard"},
      {o.curvature != usual.curvature, "--curvature"},
      {!o.acceleration, "--no-acceleration"},
      {!o.variable_projection, "--no-variable-projection"},
      {o.graduated, "--graduated"},
      {o.restarts != usual.restarts, "--restarts"}};
  for (const auto& [given, option] : options)
    if (given) throw UsageError(fmt::format("{} means nothing to {}, a first-order method", option, method));
}

/// Options that say how something is written which another option asks for.
void refuse_without(const SolveArguments& solve) {
  constexpr const char* needs[][3] = {{"--predict-output", "--predict", "FILE"}, {"--json-fit", "--json", "FILE"}};
  for (const auto& [option, other, value] : needs)
    if (solve.was_given(option) && !solve.was_given(other))
      throw UsageError(fmt::format("{0} needs {1}; expected {1} {2}", option, other, value));
  const bool bootstrap = solve.intervals == IntervalKind::bootstrap,
             posterior = solve.intervals == IntervalKind::posterior;
  const std::pair<bool, std::pair<const char*, const char*>> of_samples[] = {
      {bootstrap || posterior, {"--samples", "--intervals bootstrap or posterior"}},
      {bootstrap, {"--resample", "--intervals bootstrap"}},
      {posterior, {"--sampler", "--intervals posterior"}}};
  for (const auto& [useful, names] : of_samples)
    if (!useful && solve.was_given(names.first))
      throw UsageError(fmt::format("{} needs {}; expected both or none", names.first, names.second));
}

void finish_solve(SolveArguments& solve, bool is_fit) {
  refuse_without(solve);
  Options& o = solve.options;
  TrainOptions& t = solve.train;
  t.seed = o.seed;
  t.gradient_tolerance = o.gradient_tolerance;
  t.time_limit = o.time_limit;
  const std::string_view method = to_string(solve.method);
  if (solve.method_given && is_first_order(solve.method)) {
    refuse_of_second_order(o, method);
    if (solve.starts > 1)
      throw UsageError(fmt::format("--starts does not go with {}; expected a second-order method", method));
    if (solve.global)
      throw UsageError(fmt::format("--global does not go with {}; expected a second-order method", method));
  } else if (solve.method_given || is_fit) {
    refuse_of_first_order(solve);  // a fit chooses none by itself
  }
}

/// Of several models there is no one result to be written.
void refuse_of_one_model(const FitArguments& fit, const SolveArguments& solve) {
  for (std::size_t i = 0; i < fit.models.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (fit.models[i] == fit.models[j])
        throw UsageError(fmt::format("--model gives '{}' twice; expected different models", fit.models[i]));
  if (fit.models.size() < 2) return;
  for (const char* option : {"--output", "--output-table", "--predict", "--trace", "--intervals", "--json-fit",
                             "--json-parameters", "--global"})
    if (solve.was_given(option))
      throw UsageError(
          fmt::format("{} is of one model, and --model gives {}; expected one of them", option, fit.models.size()));
}

void finish_fit(FitArguments& fit, SolveArguments& solve) {
  solve.predict_table.decimal = fit.table.decimal;
  solve.predict_table.percent = fit.table.percent;
  solve.predict_table.threads = solve.options.threads;
  const std::vector<std::string>& columns = fit.table.columns;
  for (std::size_t i = 0; i < columns.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (columns[i] == columns[j]) throw UsageError(fmt::format("--columns names '{}' twice", columns[i]));
  for (std::size_t i = 1; i < fit.files.size(); ++i) {
    solve.inputs.emplace_back("the input", fit.files[i]);
    for (std::size_t j = 0; j < i; ++j)
      if (fit.files[i] == fit.files[j]) throw UsageError(fmt::format("'{}' is given twice", fit.files[i]));
  }
  const bool several = fit.files.size() > 1;
  if (several && !fit.group.empty())
    throw UsageError("--group does not go with several tables, of which each is a group; expected one of the two");
  if (several && fit.models.size() > 1)
    throw UsageError("several --model are compared on one table; expected one of both");
  if (!fit.shared.empty() && !several && fit.group.empty())
    throw UsageError("--shared needs groups that share; expected several tables, or --group COLUMN");
  refuse_of_one_model(fit, solve);
  if (fit.model.empty()) throw UsageError("fit needs a formula; expected --model \"y = a*exp(-b*x)\"");
}

/// Options of `linear` that the method would not heed. Without a method all may be of use.
void refuse_ignored(const LinearArguments& linear, const SolveArguments& solve) {
  using enum LinearMethod;
  const LinearMethod method = linear.options.method;
  const auto refuse_unless = [&](bool heeded, const char* option, const char* of) {
    if (!heeded && solve.was_given(option))
      throw UsageError(fmt::format("{} is of {}, and not of {}", option, of, to_string(method)));
  };
  const bool iterates = is_iterative(method), any = method == automatic;
  refuse_unless(any || iterates, "--tolerance", "iterative methods");
  refuse_unless(any || iterates, "--max-iterations", "iterative methods");
  refuse_unless(any || method == pcg || method == minres || method == gmres, "--preconditioner",
                "pcg, minres and gmres");
  refuse_unless(method == sor, "--relaxation", "sor");
  refuse_unless(method == gmres, "--restart", "gmres");
  refuse_unless(any || method == cholesky, "--threads", "cholesky");
  if (!linear.lower && !linear.upper) return;
  if (linear.lower && linear.upper && *linear.lower > *linear.upper)
    throw UsageError(
        fmt::format("--lower {} is above --upper {}; expected lower <= upper", *linear.lower, *linear.upper));
  for (const char* option : {"--method", "--preconditioner", "--tolerance", "--max-iterations", "--threads"})
    if (solve.was_given(option))
      throw UsageError(
          fmt::format("{} does not go with bounds, whose active sets are solved by QR; expected --lower and "
                      "--upper alone",
                      option));
}

/// compare A.mtx [b.mtx]: a linear system, which has methods of its own, and no options of minimisers.
void finish_linear_comparison(Arguments& arguments) {
  CompareArguments& compare = arguments.compare;
  constexpr std::string_view heeded[] = {"--methods", "--threads", "--time-limit", "--json", "--report", "--quiet"};
  for (const std::string& option : arguments.solve.given)
    if (std::find(std::begin(heeded), std::end(heeded), option) == std::end(heeded))
      throw UsageError(
          fmt::format("{} does not apply to a linear system; expected --methods, --threads, --time-limit, "
                      "--json, --report or --quiet",
                      option));
  if (compare.files.size() > 2)
    throw UsageError(
        fmt::format("'{}' is one argument too many; expected a matrix and a right-hand side", compare.files[2]));
  for (const std::string& name : split_at_commas(compare.method_names))
    if (!same_word(name, "all")) compare.linear_methods.push_back(parse_linear_method(name));
}

void finish_compare(Arguments& arguments) {
  if (!arguments.compare.method_names.empty()) arguments.compare.methods = methods_from(arguments.compare.method_names);
  if (arguments.compare.methods.empty())
    arguments.compare.methods = {Method::levenberg_marquardt, Method::newton, Method::bfgs, Rule::adam, Rule::sgd};
  // What the methods themselves need, not what the machine has.
  if (!arguments.solve.was_given("--threads")) arguments.solve.options.threads = 1;
}

}  // namespace

void finish(Arguments& arguments) {
  SolveArguments& solve = arguments.solve;
  if (arguments.verb == Verb::generate) {
    if (arguments.generate.output.empty())
      throw UsageError(
          fmt::format("generate {} needs a file to write; expected --output FILE", arguments.generate.what));
    return;
  }
  if (arguments.verb == Verb::linear) {
    if (arguments.linear.files.size() > 2)
      throw UsageError(fmt::format("'{}' is one argument too many; expected a matrix and a right-hand side",
                                   arguments.linear.files[2]));
    refuse_ignored(arguments.linear, solve);
    return;
  }
  if (arguments.verb == Verb::compare && looks_like_matrix_market(arguments.compare.files[0])) {
    arguments.compare.is_linear = true;
    finish_linear_comparison(arguments);
    return;
  }
  for (const auto& [one, other] : contradictions)
    if (solve.was_given(one) && solve.was_given(other))
      throw UsageError(fmt::format("{} and {}; expected one of them", one, other));
  finish_solve(solve, arguments.verb == Verb::fit);
  if (arguments.verb == Verb::compare) finish_compare(arguments);
  if (arguments.verb == Verb::fit) finish_fit(arguments.fit, solve);
}

}  // namespace thalweg::tool
