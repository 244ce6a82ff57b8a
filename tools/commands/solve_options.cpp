#include "commands/solve_options.hpp"

#include <limits>

#include "cli/option_values.hpp"

namespace thalweg::tool {
namespace {

constexpr double least_positive = std::numeric_limits<double>::denorm_min();

void set_constants(const Raw& raw, RuleConstants& constants) {
  const std::pair<const char*, double RuleConstants::*> fields[] = {{"momentum", &RuleConstants::momentum},
                                                                    {"beta1", &RuleConstants::beta1},
                                                                    {"beta2", &RuleConstants::beta2},
                                                                    {"decay", &RuleConstants::decay},
                                                                    {"epsilon", &RuleConstants::epsilon},
                                                                    {"weight_decay", &RuleConstants::weight_decay},
                                                                    {"tau", &RuleConstants::tau}};
  std::vector<std::string> known;
  for (const auto& [name, field] : fields) known.push_back(name);
  for (const Assignment& each : assignments("--constants", raw.constants)) {
    const auto match = [&](const auto& field) { return each.name == field.first; };
    const auto found = std::find_if(std::begin(fields), std::end(fields), match);
    if (found == std::end(fields))
      throw UsageError(fmt::format("--constants: there is no '{}'{}; expected {}", each.name,
                                   did_you_mean(each.name, known), either(known)));
    constants.*found->second = each.value;
  }
}

/// The first option among those given that means something only to methods of the other kind.
void refuse_of_first_order(const Raw& raw, std::string_view method, bool fixed_rate) {
  const std::pair<bool, const char*> options[] = {{raw.rate.has_value() && !fixed_rate, "--rate"},
                                                  {raw.schedule_given && !fixed_rate, "--schedule"},
                                                  {!raw.constants.empty(), "--constants"},
                                                  {raw.epochs.has_value(), "--epochs"},
                                                  {raw.patience.has_value(), "--patience"},
                                                  {raw.clip_norm.has_value() && !fixed_rate, "--clip-norm"},
                                                  {raw.clip_value.has_value() && !fixed_rate, "--clip-value"}};
  for (const auto& [given, option] : options)
    if (given)
      throw UsageError(
          fmt::format("{} is of first-order methods, and {} is none; expected sgd, momentum, adam, ... "
                      "(thalweg list methods)",
                      option, method));
}

void refuse_of_second_order(const Options& o, std::string_view method) {
  const Options usual;
  const std::pair<bool, const char*> options[] = {
      {o.linear_solver != usual.linear_solver, "--linear-solver"},
      {o.damping != usual.damping, "--damping"},
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

}  // namespace

void add_stopping(CLI::App& app, Raw& raw) {
  const std::string positive = "a number >= 0";
  const auto inside = [](CLI::Option* option) { option->group("When to stop"); };
  inside(add_number(app, "--max-iterations", raw.max_iterations, std::int64_t{0}, "a whole number >= 0",
                    "linear solves at most (10000); of a first-order method, updates (1000000)"));
  inside(add_number(app, "--function-tolerance", raw.function_tolerance, 0.0, positive,
                    "relative decrease of the cost (1e-10)"));
  inside(add_number(app, "--gradient-tolerance", raw.gradient_tolerance, 0.0, positive,
                    "largest entry of the gradient (1e-10)"));
  inside(add_number(app, "--step-tolerance", raw.step_tolerance, 0.0, positive, "relative length of a step (1e-12)"));
  inside(add_number(app, "--time-limit", raw.time_limit, 0.0, "seconds >= 0",
                    "seconds for reading, solve and statistics together (none)"));
  inside(add_flag(app, "--fast", raw.fast, "tolerances 1e-6, 1e-10, 1e-8 and no polish: a rough answer, soon"));
}

void add_method(CLI::App& app, Raw& raw, SolveArguments& solve) {
  const auto inside = [](CLI::Option* option) { option->group("Method"); };
  const auto read_method = [&solve](const std::string& text) {
    solve.method = parse_any_method(text);
    solve.method_given = true;
  };
  inside(app.add_option_function<std::string>("--method", read_method,
                                              "levenberg-marquardt, or another of: thalweg list methods")
             ->type_name("NAME"));
  add_method_details(app, raw, solve);
  inside(add_flag(app, "--no-polish", raw.no_polish, "leave out the final Newton steps"));
  inside(add_number(app, "--threads", raw.threads, 0, "a whole number >= 0",
                    "at most; 0: all (0). The result is the same"));
  inside(add_number(app, "--starts", raw.multistart, 1, "a whole number >= 1",
                    "solve from so many starts, drawn in the bounds or around the given one (1)"));
}

void add_method_details(CLI::App& app, Raw& raw, SolveArguments& solve) {
  Options& options = solve.options;
  const auto inside = [](CLI::Option* option) { option->group("Method"); };
  inside(add_choice(app, "--linear-solver", options.linear_solver, parse_linear_solver,
                    "auto, or another of: thalweg list linear-solvers"));
  inside(add_choice(app, "--damping", options.damping, parse_damping, "how damping moves: nielsen, marquardt, radius"));
  inside(add_choice(app, "--scaling", options.scaling, parse_scaling, "of levenberg-marquardt: monotone, current"));
  inside(add_choice(app, "--globalization", options.globalization, parse_globalization,
                    "of gauss-newton: line-search, none; of newton: trust-region, line-search"));
  inside(
      add_choice(app, "--line-search", options.line_search, parse_line_search,
                 "backtracking, strong-wolfe, hager-zhang, exact: of gradient-descent, nonlinear-cg, bfgs, lbfgs, and "
                 "newton with --globalization line-search"));
  inside(add_choice(app, "--conjugate-gradient", options.conjugate_gradient, parse_conjugate_gradient,
                    "of nonlinear-cg: hager-zhang, polak-ribiere, hestenes-stiefel, fletcher-reeves"));
  inside(add_number(app, "--memory", raw.memory, 0, "a whole number >= 0", "of lbfgs: pairs kept; 0: all (20)"));
  inside(add_choice(app, "--update-guard", options.update_guard, parse_update_guard,
                    "of bfgs, lbfgs: skip or damp a pair without positive curvature"));
  inside(
      add_choice(app, "--curvature", options.curvature, parse_curvature, "of newton, newton-cg: exact, gauss-newton"));
  inside(add_flag(app, "--acceleration", raw.acceleration, "geodesic acceleration; the default"));
  inside(add_flag(app, "--no-acceleration", raw.no_acceleration, "without it"));
  inside(add_flag(app, "--detect-linear", raw.detect_linear,
                  "eliminate the parameters that the formula is linear in (variable projection)"));
  inside(add_flag(app, "--no-variable-projection", raw.no_projection, "eliminate none, marked or not"));
  const auto read_loss = [&solve](const std::string& text) { solve.loss = parse_loss(text); };
  inside(app.add_option_function<std::string>("--loss", read_loss,
                                              "robust loss of the data, in place of the file's: thalweg list losses")
             ->type_name("NAME[:SCALE]"));
  inside(add_flag(app, "--graduated", options.graduated,
                  "graduated non-convexity: from least squares to the loss, step by step"));
  inside(add_number(app, "--restarts", raw.restarts, 0, "a whole number >= 0",
                    "further descents at most, after one that stalled (10)"));
  inside(add_number(app, "--seed", raw.seed, std::uint64_t{0}, "a whole number >= 0",
                    "of the starts that are drawn, and of the restarts' (1)"));
}

void add_training(CLI::App& app, Raw& raw, SolveArguments& solve) {
  const auto inside = [](CLI::Option* option) { option->group("First-order methods"); };
  const std::string positive = "a number > 0";
  inside(
      add_number(app, "--rate", raw.rate, least_positive, positive,
                 "learning rate (the rule's own: thalweg list methods); gradient-descent with one has no line search"));
  const auto read_schedule = [&](const std::string& text) {
    solve.train.schedule = parse_schedule(text);
    raw.schedule_given = true;
  };
  inside(app.add_option_function<std::string>(
                "--schedule", read_schedule,
                "of the rate: constant, step:N:F, exponential:F, inverse:K, cosine:T, plateau:P:F, search; warmup:N+ "
                "before any; 10e for N, K or T: epochs (constant)")
             ->type_name("NAME"));
  inside(add_texts(app, "--constants", raw.constants, "NAME=NUMBER,...",
                   "of the rules: momentum, beta1, beta2, decay, epsilon, weight_decay, tau"));
  inside(add_number(app, "--batch-size", raw.batch_size, std::int64_t{1}, "a whole number >= 1",
                    "samples per update (all)"));
  inside(add_number(app, "--clip-norm", raw.clip_norm, least_positive, positive, "longest gradient (no limit)"));
  inside(add_number(app, "--clip-value", raw.clip_value, least_positive, positive,
                    "largest entry of a gradient (no limit)"));
}

void add_training_limits(CLI::App& app, Raw& raw) {
  const auto inside = [](CLI::Option* option) { option->group("First-order methods"); };
  inside(add_number(app, "--epochs", raw.epochs, std::int64_t{1}, "a whole number >= 1",
                    "passes over the samples at most (no limit)"));
  inside(add_number(app, "--patience", raw.patience, 1, "a whole number >= 1",
                    "stop when the validation cost has not fallen for so many epochs (never)"));
}

void add_results(CLI::App& app, Raw& raw, SolveArguments& solve) {
  const auto inside = [](CLI::Option* option) { option->group("Results"); };
  inside(app.add_option("--intervals", raw.intervals, "linear: by standard errors; profile: by likelihood (linear)")
             ->type_name("NAME"));
  inside(add_file(app, "--json", solve.json, true, "FILE|-", "write JSON to a file; - : to standard output"));
  inside(add_flag(app, "--json-parameters", solve.all_parameters,
                  "list the parameters in the JSON even if there are more than 1000"));
  inside(add_file(app, "--trace", solve.trace, false, "FILE.csv", "write every iteration as CSV"));
  inside(add_file(app, "--output", solve.output, false, "FILE", "write the problem with the solution as its start"));
  inside(add_file(app, "--report", solve.report, false, "FILE.html", "write a page to look at"));
  inside(add_flag(app, "--quiet", solve.quiet, "print nothing but errors"));
  inside(add_flag(app, "--verbose", solve.verbose, "print the iterations, times and more digits"));
}

void add_pose_graph(CLI::App& app, SolveArguments& solve) {
  const auto inside = [](CLI::Option* option) { option->group("Pose graphs"); };
  const auto read_start = [&solve](const std::string& text) { solve.initialization = parse_initialization(text); };
  inside(app.add_option_function<std::string>("--init", read_start,
                                              "where it begins: auto, file, tree, chordal (auto: the lowest cost)")
             ->type_name("NAME"));
  const auto read_order = [&solve](const std::string& text) {
    if (text != "toro" && text != "g2o")
      throw UsageError(fmt::format("unknown order of information '{}'; expected toro or g2o", text));
    solve.information_order = text == "toro" ? InformationOrder::toro : InformationOrder::g2o;
  };
  inside(
      app.add_option_function<std::string>("--information-order", read_order,
                                           "of EDGE2 lines: toro, 11 12 22 33 13 23, or g2o, 11 12 13 22 23 33 (toro)")
          ->type_name("NAME"));
}

/// Which of the file's starts.
void add_start(CLI::App& app, Raw& raw) {
  add_number(app, "--start", raw.start, 1, "a whole number >= 1", "which of the file's starts (1)")->type_name("K");
}

void finish_options(const Raw& raw, SolveArguments& solve) {
  Options& o = solve.options;
  TrainOptions& t = solve.train;
  if (const Method* method = std::get_if<Method>(&solve.method)) o.method = *method;
  if (raw.fast) o = fast(o);
  if (raw.no_polish) o.polish = false;
  if (raw.acceleration && raw.no_acceleration)
    throw UsageError("--acceleration and --no-acceleration; expected one of them");
  if (raw.no_acceleration) o.acceleration = false;
  if (raw.detect_linear && raw.no_projection)
    throw UsageError("--detect-linear and --no-variable-projection; expected one of them");
  o.variable_projection = !raw.no_projection;
  solve.detect_linear = raw.detect_linear;
  o.function_tolerance = raw.function_tolerance.value_or(o.function_tolerance);
  o.gradient_tolerance = raw.gradient_tolerance.value_or(o.gradient_tolerance);
  o.step_tolerance = raw.step_tolerance.value_or(o.step_tolerance);
  o.time_limit = raw.time_limit.value_or(o.time_limit);
  o.max_iterations = raw.max_iterations.value_or(o.max_iterations);
  o.threads = raw.threads.value_or(o.threads);
  o.memory = raw.memory.value_or(o.memory);
  o.restarts = raw.restarts.value_or(o.restarts);
  o.seed = raw.seed.value_or(o.seed);
  t.seed = o.seed;
  t.gradient_tolerance = o.gradient_tolerance;
  t.time_limit = o.time_limit;
  t.max_iterations = raw.max_iterations.value_or(t.max_iterations);
  t.max_epochs = raw.epochs.value_or(t.max_epochs);
  t.batch_size = raw.batch_size.value_or(t.batch_size);
  t.patience = raw.patience.value_or(t.patience);
  t.rate = raw.rate.value_or(t.rate);
  t.clip_norm = raw.clip_norm.value_or(t.clip_norm);
  t.clip_value = raw.clip_value.value_or(t.clip_value);
  solve.start = raw.start.value_or(1);
  solve.starts = raw.multistart.value_or(1);
  solve.profile = raw.intervals == "profile";
  if (!raw.intervals.empty() && raw.intervals != "linear" && raw.intervals != "profile")
    throw UsageError(fmt::format("unknown intervals '{}'; expected linear or profile", raw.intervals));
  set_constants(raw, t.constants);
  const std::string_view method = to_string(solve.method);
  if (solve.method_given && is_first_order(solve.method)) {
    refuse_of_second_order(o, method);
    if (solve.starts > 1)
      throw UsageError(fmt::format("--starts does not go with {}; expected a second-order method", method));
  } else if (solve.method_given) {
    refuse_of_first_order(raw, method, o.method == Method::gradient_descent && raw.rate.has_value());
  }
  if (solve.quiet && solve.verbose) throw UsageError("--quiet and --verbose; expected one of them");
}

}  // namespace thalweg::tool
