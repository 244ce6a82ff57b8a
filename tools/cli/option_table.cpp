#include "cli/option_table.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

namespace thalweg::tool {

double Given::positive() const { return number(std::numeric_limits<double>::denorm_min(), "a number > 0"); }

int Given::one_of(const std::vector<std::string>& names) const {
  const auto found = std::find(names.begin(), names.end(), text());
  if (found == names.end()) throw UsageError(fmt::format("{} is '{}'; expected {}", name, text(), either(names)));
  return static_cast<int>(found - names.begin());
}

std::string Given::path(bool may_be_standard_output) const {
  if (text().empty()) throw UsageError(fmt::format("{} is ''; expected the path of a file", name));
  if (text() == "-" && !may_be_standard_output)
    throw UsageError(
        fmt::format("{} is '-'; expected the path of a file (only --json writes to standard output)", name));
  return text();
}

std::string Given::path_ending_with(const std::vector<std::string>& suffixes) const {
  const std::string file = path();
  std::error_code error;
  if (std::filesystem::exists(file, error) && !std::filesystem::is_regular_file(file, error)) return file;
  if (std::none_of(suffixes.begin(), suffixes.end(), [&](const std::string& s) { return file.ends_with(s); }))
    throw UsageError(fmt::format("{} is '{}'; expected a name that ends with {}", name, file, either(suffixes)));
  return file;
}

double Given::part() const {
  const auto value = number_from<double>(text());
  if (value && *value > 0.0 && *value < 1.0) return *value;
  std::string number = text();
  while (!number.empty() && (number.back() == '%' || number.back() == ' ')) number.pop_back();
  const auto percent = number_from<double>(number);
  const bool meant = percent && *percent > 1.0 && *percent < 100.0;
  throw UsageError(fmt::format("{} is '{}'; expected a number between 0 and 1, such as {}", name, text(),
                               meant ? fmt::format("{:.10g}", *percent / 100.0) : "0.99"));
}

namespace {

const std::vector<std::string> tables = {".csv", ".tsv"}, figures = {".svg", ".png", ".pdf"}, pages = {".html", ".htm"};

using A = Arguments;
using G = Given;

constexpr unsigned solves = of_solve | of_fit, methods = solves | of_compare, generates = of_bundle | of_pose_graph;
constexpr const char *none = "Options", *bundles = "Bundles", *model = "Model", *table = "Table",
                     *stop = "When to stop", *comparison = "Comparison", *method = "Method",
                     *first_order = "First-order methods", *results = "Results";
constexpr const char* assigned = "NAME=NUMBER,...";
constexpr const char* named = "\"NAME = ...\"";
constexpr bool repeats = true;

std::vector<std::pair<std::string, double>> pairs(const std::vector<Assignment>& assigned_values) {
  std::vector<std::pair<std::string, double>> all;
  for (const Assignment& each : assigned_values) all.emplace_back(each.name, each.value);
  return all;
}

const OptionLine lines[] = {
    {"--start", "K", none, of_solve | of_check, "which of the file's starts (1)",
     [](A& a, const G& g) { a.solve.start = g.whole(1); }},

    {"--cheirality", "NAME", bundles, of_solve | of_check,
     "observations whose points are behind the camera at the start: keep or drop (keep)",
     [](A& a, const G& g) {
       a.solve.drop_behind = g.one_of({"keep", "drop"}) == 1;
     }},

    {"--share", "NAME,...", bundles, of_solve | of_check,
     "intrinsics: one focal length, k1 and k2 for all cameras; intrinsics:0-9,10-19: for each range of them",
     [](A& a, const G& g) { a.solve.share = split_at_commas(g.texts); }, repeats},
    {"--prior", "FILE|camera:N=x,y,z,SIGMA", bundles, of_solve | of_check,
     "measured places of cameras and points (point:N=...), or a file of lines `camera N x y z SIGMA`, `point N ...`",
     [](A& a, const G& g) { a.solve.priors = g.texts; }, repeats},
    {"--fix", "NAME,...", bundles, of_solve | of_check,
     "keep at their start: cameras, poses, intrinsics, focal, k1, ..., points; cameras:0-9, points:7 for some; of a "
     "camera graph poses, points, scale",
     [](A& a, const G& g) { a.solve.fix = split_at_commas(g.texts); }, repeats},
    {"--lower", assigned, bundles, of_solve | of_check, "lower bounds of all cameras' focal, k1 or k2",
     [](A& a, const G& g) { a.solve.lower = pairs(assignments(g.name, g.texts)); }, repeats},
    {"--upper", assigned, bundles, of_solve | of_check, "upper bounds",
     [](A& a, const G& g) { a.solve.upper = pairs(assignments(g.name, g.texts)); }, repeats},

    {"--model", "\"y = ...\"", model, of_fit,
     "a formula of columns and parameters; c1, c2, ... or `U (V)` for columns without a plain name; or built-in "
     "models, "
     "\"gaussian + linear\": thalweg list models. Given again: the models are compared",
     [](A& a, const G& g) {
       a.fit.models = g.texts;
       a.fit.model = g.text();
     },
     repeats},
    {"--start", assigned, model, of_fit,
     "the parameters and where they begin; those of built-in models (gaussian.center=5) may be left out",
     [](A& a, const G& g) { a.fit.start = assignments(g.name, g.texts); }, repeats},
    {"--lower", assigned, model, of_fit, "lower bounds",
     [](A& a, const G& g) { a.fit.lower = assignments(g.name, g.texts); }, repeats},
    {"--upper", assigned, model, of_fit, "upper bounds",
     [](A& a, const G& g) { a.fit.upper = assignments(g.name, g.texts); }, repeats},
    {"--fix", "NAME,...", model, of_fit, "keep these parameters at their start",
     [](A& a, const G& g) { a.fit.fix = split_at_commas(g.texts); }, repeats},
    {"--group", "COLUMN", model, of_fit, "the column that tells the group of each row: a subject, a sample, a curve",
     [](A& a, const G& g) { a.fit.group = g.text(); }},
    {"--shared", "NAME,...", model, of_fit,
     "parameters that all groups, or files, share; each has the others for itself",
     [](A& a, const G& g) { a.fit.shared = split_at_commas(g.texts); }, repeats},
    {"--define", named, model, of_fit, "a name for an expression in the formula: \"u = (x - x0)/w\"",
     [](A& a, const G& g) { a.fit.define = expressions(g.name, g.texts); }, repeats},
    {"--tie", named, model, of_fit, "a parameter that follows others: \"b = 2*a + c\"",
     [](A& a, const G& g) { a.fit.tie = expressions(g.name, g.texts); }, repeats},
    {"--derive", named, model, of_fit, "a quantity of the parameters, with its error: \"half_life = log(2)/k\"",
     [](A& a, const G& g) { a.fit.derive = expressions(g.name, g.texts); }, repeats},
    {"--sigma", "COLUMN|NUMBER|\"FORMULA\"", model, of_fit,
     "each row's standard deviation: a column, 0.05, or \"0.02*y + 0.1\"",
     [](A& a, const G& g) { a.fit.sigma = g.text(); }},
    {"--sigma-x", "COLUMN|NUMBER|\"FORMULA\"", model, of_fit,
     "errors in x, too: each row's standard deviation of it; x=dx,t=0.1 for several inputs",
     [](A& a, const G& g) { a.fit.sigma_x = input_errors(g.name, g.texts); }, repeats},
    {"--correlation", "COLUMN|NUMBER|\"FORMULA\"", model, of_fit, "of the errors of x and y in a row (0)",
     [](A& a, const G& g) { a.fit.correlation = g.text(); }},
    {"--weights", "COLUMN|NUMBER|\"FORMULA\"", model, of_fit,
     "how much each row's square counts, 1/sigma^2; a weight of 0 leaves the row out",
     [](A& a, const G& g) { a.fit.weights = g.text(); }},
    {"--covariance", "FILE", model, of_fit, "the covariance of the rows' errors: a table of as many rows and columns",
     [](A& a, const G& g) {
       a.fit.covariance = g.path();
       a.solve.inputs.emplace_back(g.name, a.fit.covariance);
     }},
    {"--autocorrelation", "NUMBER[:COLUMN]", model, of_fit,
     "of the errors of neighbouring rows; with a column, of rows at a distance of 1 in it",
     [](A& a, const G& g) { a.fit.autocorrelation = g.text(); }},
    {"--noise", "NAME", model, of_fit,
     "known: sigma is absolute; estimated, estimated-per-data-set: only its ratios count; poisson: the response is "
     "counts "
     "(estimated)",
     [](A& a, const G& g) {
       a.fit.noise =
           static_cast<FitArguments::NoiseKind>(g.one_of({"known", "estimated", "estimated-per-data-set", "poisson"}));
     }},

    {"--where", "\"x > 2 && x < 8\"", table, of_fit, "fit only the rows that meet a condition on columns",
     [](A& a, const G& g) { a.fit.rows.where = g.text(); }},
    {"--missing", "NAME", table, of_fit,
     "skip: leave out rows without a value (NA, empty, <0.1); refuse: name the first one (refuse)",
     [](A& a, const G& g) {
       a.fit.rows.skip_missing = g.one_of({"refuse", "skip"}) == 1;
     }},
    {"--stream", "", table, of_fit,
     "of an array (.npy): read the rows again at each pass, in little memory, as is done where they would take half of it",
     [](A& a, const G&) { a.fit.stream = true; }},
    {"--columns", "NAME,...", table, of_fit, "names of all columns, in place of the header's",
     [](A& a, const G& g) { a.fit.table.columns = split_at_commas(g.texts); }, repeats},
    {"--decimal", "NAME", table, of_fit,
     "the decimal sign: comma, point, automatic: as the numbers show it (automatic)",
     [](A& a, const G& g) {
       a.fit.table.decimal = static_cast<Decimal>(g.one_of({"automatic", "point", "comma"}));
     }},
    {"--percent", "NAME", table, of_fit, "5%: number, 5; fraction, 0.05; refuse (refuse)",
     [](A& a, const G& g) {
       a.fit.table.percent = static_cast<Percent>(g.one_of({"refuse", "number", "fraction"}));
     }},

    // Before what it sets in part.
    {"--fast", "", stop, solves, "tolerances 1e-6, 1e-10, 1e-8 and no polish: a rough answer, soon",
     [](A& a, const G&) { a.solve.options = fast(a.solve.options); }},
    {"--max-iterations", "N", stop, solves, "linear solves at most (10000); of a first-order method, updates (1000000)",
     [](A& a, const G& g) {
       a.solve.options.max_iterations = a.solve.train.max_iterations = g.whole(std::int64_t{0});
     }},
    {"--function-tolerance", "NUMBER", stop, solves, "relative decrease of the cost (1e-10)",
     [](A& a, const G& g) { a.solve.options.function_tolerance = g.number(0.0, "a number >= 0"); }},
    {"--gradient-tolerance", "NUMBER", stop, solves, "largest entry of the gradient (1e-10)",
     [](A& a, const G& g) { a.solve.options.gradient_tolerance = g.number(0.0, "a number >= 0"); }},
    {"--step-tolerance", "NUMBER", stop, solves, "relative length of a step (1e-12)",
     [](A& a, const G& g) { a.solve.options.step_tolerance = g.number(0.0, "a number >= 0"); }},
    {"--noise-tolerance", "NUMBER", stop, solves,
     "ten steps gain less than so many variances of a residual (5e-3 of bundles and camera graphs, else 0: never)",
     [](A& a, const G& g) { a.solve.options.noise_tolerance = g.number(0.0, "a number >= 0"); }},
    {"--time-limit", "NUMBER", stop, solves, "seconds for reading, solve and statistics together (none)",
     [](A& a, const G& g) { a.solve.options.time_limit = g.number(0.0, "seconds >= 0"); }},
    {"--time-limit", "NUMBER", none, of_check, "seconds for the whole check (none)",
     [](A& a, const G& g) { a.solve.options.time_limit = g.number(0.0, "seconds >= 0"); }},

    {"--methods", "NAME,...", comparison, of_compare,
     "what to compare; also all, second-order, first-order, global (lm,newton,bfgs,adam,sgd); of A.mtx those of linear",
     [](A& a, const G& g) { a.compare.method_names = g.texts; }, repeats},
    {"--start", "K", comparison, of_compare, "which of the file's starts (all)",
     [](A& a, const G& g) { a.compare.start = g.whole(1); }},
    {"--from", "NUMBER,...", comparison, of_compare, "a start, all parameters of it; may be given again",
     [](A& a, const G& g) {
       for (const std::string& text : g.texts) a.compare.points.push_back(numbers(g.name, text));
     },
     repeats},
    {"--distance", "NUMBER", comparison, of_compare, "reached: so close to the best known cost, relatively (1e-6)",
     [](A& a, const G& g) { a.compare.rule.distance = g.positive(); }},
    {"--evaluations", "NUMBER", comparison, of_compare, "evaluations of any kind per run, at most (10000)",
     [](A& a, const G& g) { a.compare.rule.evaluations = g.number(1.0, "a number >= 1"); }},
    {"--time-limit", "NUMBER", comparison, of_compare, "seconds per run, at most (60)",
     [](A& a, const G& g) { a.compare.rule.seconds = g.number(0.0, "seconds >= 0"); }},
    {"--threads", "N", comparison, of_compare, "of each run, at most; 0: all (1). Runs go one after the other",
     [](A& a, const G& g) { a.solve.options.threads = g.whole(0); }},
    {"--tune", "", comparison, of_compare, "choose each first-order method's rate from a grid; its cost is shown",
     [](A& a, const G&) { a.compare.tune = true; }},

    {"--method", "NAME", method, solves, "levenberg-marquardt, or another of: thalweg list methods",
     [](A& a, const G& g) { choose(a.solve, parse_any_method(g.text())); }},
    {"--linear-solver", "NAME", method, methods, "auto, or another of: thalweg list linear-solvers",
     [](A& a, const G& g) { a.solve.options.linear_solver = parse_linear_solver(g.text()); }},
    {"--damping", "NAME", method, methods, "how damping moves: nielsen, marquardt, radius",
     [](A& a, const G& g) { a.solve.options.damping = parse_damping(g.text()); }},
    {"--initial-damping", "NUMBER", method, methods,
     "where damping begins; 0: undamped until a step fails (1e-3; 1e-4 by blocks)",
     [](A& a, const G& g) { a.solve.options.initial_damping = g.number(0.0, "a number >= 0"); }},
    {"--scaling", "NAME", method, methods, "of levenberg-marquardt: monotone, current",
     [](A& a, const G& g) { a.solve.options.scaling = parse_scaling(g.text()); }},
    {"--globalization", "NAME", method, methods,
     "of gauss-newton: line-search, none; of newton: trust-region, line-search",
     [](A& a, const G& g) { a.solve.options.globalization = parse_globalization(g.text()); }},
    {"--line-search", "NAME", method, methods,
     "backtracking, strong-wolfe, hager-zhang, exact: of gradient-descent, nonlinear-cg, bfgs, lbfgs, and newton with "
     "--globalization line-search",
     [](A& a, const G& g) { a.solve.options.line_search = parse_line_search(g.text()); }},
    {"--conjugate-gradient", "NAME", method, methods,
     "of nonlinear-cg: hager-zhang, polak-ribiere, hestenes-stiefel, fletcher-reeves",
     [](A& a, const G& g) { a.solve.options.conjugate_gradient = parse_conjugate_gradient(g.text()); }},
    {"--memory", "N", method, methods, "of lbfgs: pairs kept; 0: all (20)",
     [](A& a, const G& g) { a.solve.options.memory = g.whole(0); }},
    {"--update-guard", "NAME", method, methods, "of bfgs, lbfgs: skip or damp a pair without positive curvature",
     [](A& a, const G& g) { a.solve.options.update_guard = parse_update_guard(g.text()); }},
    {"--curvature", "NAME", method, methods, "of newton, newton-cg: exact, gauss-newton",
     [](A& a, const G& g) { a.solve.options.curvature = parse_curvature(g.text()); }},
    {"--acceleration", "", method, methods, "geodesic acceleration; the default",
     [](A& a, const G&) { a.solve.options.acceleration = true; }},
    {"--no-acceleration", "", method, methods, "without it",
     [](A& a, const G&) { a.solve.options.acceleration = false; }},
    {"--detect-linear", "", method, methods,
     "eliminate the parameters that the formula is linear in (variable projection)",
     [](A& a, const G&) { a.solve.detect_linear = true; }},
    {"--no-variable-projection", "", method, methods, "eliminate none, marked or not",
     [](A& a, const G&) { a.solve.options.variable_projection = false; }},
    {"--loss", "NAME[:SCALE]", method, methods, "robust loss of the data, in place of the file's: thalweg list losses",
     [](A& a, const G& g) { a.solve.loss = parse_loss(g.text()); }},
    {"--graduated", "", method, methods, "graduated non-convexity: from least squares to the loss, step by step",
     [](A& a, const G&) { a.solve.options.graduated = true; }},
    {"--restarts", "N", method, methods, "further descents at most, after one that stalled (10)",
     [](A& a, const G& g) { a.solve.options.restarts = g.whole(0); }},
    {"--seed", "N", method, methods, "of starts and samples that are drawn, of the restarts' and of --global (1)",
     [](A& a, const G& g) { a.solve.options.seed = g.whole(std::uint64_t{0}); }},
    {"--no-polish", "", method, solves, "leave out the final Newton steps",
     [](A& a, const G&) { a.solve.options.polish = false; }},
    {"--threads", "N", method, solves, "at most; 0: all (0). The result is the same",
     [](A& a, const G& g) { a.solve.options.threads = a.fit.table.threads = g.whole(0); }},
    {"--starts", "N", method, solves, "solve from so many starts, drawn in the bounds or around the given one (1)",
     [](A& a, const G& g) { a.solve.starts = g.whole(1); }},

    {"--global", "NAME", method, solves,
     "search the box of the bounds, then solve from the best: differential-evolution, genetic, cma-es",
     [](A& a, const G& g) { a.solve.global = parse_global_method(g.text()); }},

    {"--rate", "NUMBER", first_order, methods,
     "learning rate (the rule's own: thalweg list methods); gradient-descent with one has no line search",
     [](A& a, const G& g) { a.solve.train.rate = g.positive(); }},
    {"--schedule", "NAME", first_order, methods,
     "of the rate: constant, step:N:F, exponential:F, inverse:K, cosine:T, plateau:P:F, search; warmup:N+ before any; "
     "10e for N, K or T: epochs (constant)",
     [](A& a, const G& g) { a.solve.train.schedule = parse_schedule(g.text()); }},
    {"--constants", assigned, first_order, methods,
     "of the rules: momentum, beta1, beta2, decay, epsilon, weight_decay, tau",
     [](A& a, const G& g) { set_constants(g.texts, a.solve.train.constants); }, repeats},
    {"--batch-size", "N", first_order, methods, "samples per update (all)",
     [](A& a, const G& g) { a.solve.train.batch_size = g.whole(std::int64_t{1}); }},
    {"--clip-norm", "NUMBER", first_order, methods, "longest gradient (no limit)",
     [](A& a, const G& g) { a.solve.train.clip_norm = g.positive(); }},
    {"--clip-value", "NUMBER", first_order, methods, "largest entry of a gradient (no limit)",
     [](A& a, const G& g) { a.solve.train.clip_value = g.positive(); }},
    {"--epochs", "N", first_order, solves, "passes over the samples at most (no limit)",
     [](A& a, const G& g) { a.solve.train.max_epochs = g.whole(std::int64_t{1}); }},
    {"--patience", "N", first_order, solves, "stop when the validation cost has not fallen for so many epochs (never)",
     [](A& a, const G& g) { a.solve.train.patience = g.whole(1); }},

    {"--intervals", "NAME", results, solves,
     "standard (or linear): by standard errors; profile: by likelihood; bootstrap: by fits to data drawn again; "
     "posterior: by samples (standard)",
     [](A& a, const G& g) {
       constexpr IntervalKind kinds[] = {IntervalKind::linear, IntervalKind::linear, IntervalKind::profile,
                                         IntervalKind::bootstrap, IntervalKind::posterior};
       a.solve.intervals = kinds[g.one_of({"standard", "linear", "profile", "bootstrap", "posterior"})];
     }},
    {"--samples", "N", results, solves, "of a bootstrap (2000) or a posterior (20000)",
     [](A& a, const G& g) { a.solve.samples = g.whole(1); }},
    {"--resample", "NAME", results, solves, "of a bootstrap: residuals, or cases: whole rows (residuals)",
     [](A& a, const G& g) { a.solve.resampling = g.one_of({"residuals", "cases"}) == 0 ? Resampling::residuals : Resampling::cases; }},
    {"--sampler", "NAME", results, solves,
     "of a posterior: metropolis: random walks, or ensemble: stretch moves (metropolis)",
     [](A& a, const G& g) { a.solve.sampler = g.one_of({"metropolis", "ensemble"}) == 0 ? Sampler::metropolis : Sampler::ensemble; }},
    {"--level", "NUMBER", results, solves, "of all intervals and bands (0.95)",
     [](A& a, const G& g) {
       a.solve.level = g.part();
       if (a.solve.level > 1.0 - 1e-9) throw UsageError(fmt::format("--level is '{}'; expected at most 0.999999999", g.text()));
     }},
    {"--output-table", "FILE.csv|.tsv", results, solves,
     "of a curve fit: write every row with its fit, residual, leverage, Cook's distance and bands",
     [](A& a, const G& g) { a.solve.output_table = g.path_ending_with(tables); }},
    {"--predict", "FILE", results, solves,
     "of a curve fit: a table with the model's inputs, for which it is to be predicted",
     [](A& a, const G& g) { a.solve.predict = g.path(true); }},
    {"--predict-output", "FILE.csv|.tsv", results, solves, "write every prediction of --predict",
     [](A& a, const G& g) { a.solve.predict_output = g.path_ending_with(tables); }},
    {"--figure", "FILE.svg|.png|.pdf", results, solves,
     "of a curve fit: draw data, curve, bands and residuals, for a publication",
     [](A& a, const G& g) { a.solve.figure = g.path_ending_with(figures); }},
    {"--json", "FILE|-", results, methods, "write JSON to a file; - : to standard output",
     [](A& a, const G& g) { a.solve.json = g.path(true); }},
    {"--json", "FILE|-", none, of_check, "write JSON to a file; - : to standard output",
     [](A& a, const G& g) { a.solve.json = g.path(true); }},
    {"--csv", "FILE.csv", results, of_compare, "write a row per run as CSV",
     [](A& a, const G& g) { a.compare.csv = g.path(); }},
    {"--json-parameters", "", results, solves, "list the parameters in the JSON even if there are more than 1000",
     [](A& a, const G&) { a.solve.all_parameters = true; }},
    {"--json-fit", "", results, solves, "list every row of a curve fit in the JSON, as --output-table does",
     [](A& a, const G&) { a.solve.rows_in_json = true; }},
    {"--trace", "FILE.csv", results, solves, "write every iteration as CSV",
     [](A& a, const G& g) { a.solve.trace = g.path(); }},
    {"--output", "FILE", results, solves, "write the problem with the solution as its start",
     [](A& a, const G& g) { a.solve.output = g.path(); }},
    {"--report", "FILE.html", results, methods, "write a page to look at",
     [](A& a, const G& g) { a.solve.report = g.path_ending_with(pages); }},
    {"--quiet", "", results, methods, "print nothing but errors", [](A& a, const G&) { a.solve.quiet = true; }},
    {"--quiet", "", none, of_check, "print nothing but errors", [](A& a, const G&) { a.solve.quiet = true; }},
    {"--verbose", "", results, solves, "print the iterations, times and more digits",
     [](A& a, const G&) { a.solve.verbose = true; }},
    {"--verbose", "", results, of_compare, "print a row for each problem and method",
     [](A& a, const G&) { a.solve.verbose = true; }},

    {"--cameras", "N", none, of_bundle, "how many photographs (100)",
     [](A& a, const G& g) { a.generate.bundle.cameras = g.whole(2); }},
    {"--points", "N", none, of_bundle, "how many points (10000)",
     [](A& a, const G& g) { a.generate.bundle.points = g.whole(std::int64_t{1}); }},
    {"--observations-per-point", "NUMBER", none, of_bundle,
     "mean number of cameras that see a point (5, or as many as few cameras can)",
     [](A& a, const G& g) { a.generate.bundle.observations_per_point = g.number(2.0, "a number >= 2"); }},
    {"--noise", "NUMBER", none, of_bundle, "standard deviation of the observations (0.5)",
     [](A& a, const G& g) { a.generate.bundle.noise = g.number(0.0, "pixels >= 0"); }},
    {"--drift", "NUMBER", none, of_bundle, "how far the start is from the truth; 1: as an ordinary reconstruction (1)",
     [](A& a, const G& g) { a.generate.bundle.drift = g.number(0.0, "a number >= 0"); }},
    {"--kind", "NAME", none, of_pose_graph, "city: plane, a drive along blocks; garage, sphere: space (city)",
     [](A& a, const G& g) { a.generate.pose_graph.kind = parse_pose_graph_kind(g.text()); }},
    {"--poses", "N", none, of_pose_graph, "how many (1000)",
     [](A& a, const G& g) { a.generate.pose_graph.poses = g.whole(std::int64_t{2}); }},
    {"--translation-noise", "NUMBER", none, of_pose_graph,
     "standard deviation of each component of a measured translation (0.05)",
     [](A& a, const G& g) { a.generate.pose_graph.translation_noise = g.number(0.0, "metres >= 0"); }},
    {"--rotation-noise", "NUMBER", none, of_pose_graph,
     "standard deviation of each component of a measured rotation (0.02)",
     [](A& a, const G& g) { a.generate.pose_graph.rotation_noise = g.number(0.0, "radians >= 0"); }},
    {"--false-closures", "NUMBER", none, of_pose_graph, "fraction of the loop closures that are wrong (0)",
     [](A& a, const G& g) { a.generate.pose_graph.false_closures = g.number(0.0, "a number in [0, 1)"); }},
    {"--seed", "N", none, generates, "another seed, another problem (1)",
     [](A& a, const G& g) { a.generate.bundle.seed = a.generate.pose_graph.seed = g.whole(std::uint64_t{0}); }},
    {"--output", "FILE.txt|.bz2|.gz", none, of_bundle, "where to write it",
     [](A& a, const G& g) { a.generate.output = g.path(); }},
    {"--output", "FILE.g2o|.bz2|.gz", none, of_pose_graph, "where to write it",
     [](A& a, const G& g) { a.generate.output = g.path(); }},
    {"--quiet", "", none, generates, "print nothing but errors", [](A& a, const G&) { a.generate.quiet = true; }},
};

}  // namespace

std::span<const OptionLine> option_table() {
  static const std::vector<OptionLine> all = [] {
    std::vector<OptionLine> each;
    for (const auto part : {pose_graph_options(), std::span<const OptionLine>(lines), constraint_options(),
                            linear_options(), batch_options()})
      each.insert(each.end(), part.begin(), part.end());
    return each;
  }();
  return all;
}

}  // namespace thalweg::tool
