#include "arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <thalweg/math/error.hpp>

#include "usage.hpp"
#include "wording.hpp"

namespace thalweg::tool {
namespace {

template <class T>
std::optional<T> number_from(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// An option whose value is checked as soon as it is read.
template <class T>
CLI::Option* add_number(CLI::App& app, const std::string& name, std::optional<T>& target, T least,
                        const std::string& expected, const std::string& description) {
  const auto read = [&target, name, least, expected](const std::string& text) {
    target = number_from<T>(text);
    if (!target || !(*target >= least)) throw UsageError(fmt::format("{} is '{}'; expected {}", name, text, expected));
  };
  return app.add_option_function<std::string>(name, read, description)
      ->type_name(std::is_integral_v<T> ? "N" : "NUMBER");
}

template <class E>
CLI::Option* add_choice(CLI::App& app, const std::string& name, E& target, E (*parse)(std::string_view),
                        const std::string& description) {
  const auto read = [&target, parse](const std::string& text) { target = parse(text); };
  return app.add_option_function<std::string>(name, read, description)->type_name("NAME");
}

/// "a=1,b=2e3"; commas and repeated options are the same.
std::vector<Assignment> assignments(const std::string& option, const std::vector<std::string>& texts) {
  std::vector<Assignment> result;
  for (const std::string& piece : split_at_commas(texts)) {
    const auto equals = piece.find('=');
    std::optional<double> value;
    if (equals != std::string::npos) value = number_from<double>(trim(piece.substr(equals + 1)));
    const std::string name = trim(piece.substr(0, equals));
    if (!value || std::isnan(*value) || name.empty())
      throw UsageError(fmt::format("{}: '{}' is no assignment; expected name=number, such as a=1", option, piece));
    for (const Assignment& other : result)
      if (other.name == name) throw UsageError(fmt::format("{} names '{}' twice", option, name));
    result.push_back({name, *value});
  }
  return result;
}

/// A list of texts, which may be given again and again.
CLI::Option* add_texts(CLI::App& app, const std::string& name, std::vector<std::string>& target,
                       const std::string& type, const std::string& description) {
  // As text: the type alone would be followed by " ...", as if blanks could separate the pieces.
  return app.add_option(name, target, description)->option_text(type)->allow_extra_args(false);
}

/// A flag that takes no value: --quiet=no is a mistake.
CLI::Option* add_flag(CLI::App& app, const std::string& name, bool& target, const std::string& description) {
  return app.add_flag(name, target, description)->disable_flag_override();
}

/// The path of a file to write.
CLI::Option* add_file(CLI::App& app, const std::string& name, std::string& target, bool may_be_standard_output,
                      const std::string& type, const std::string& description) {
  const auto read = [&target, name, may_be_standard_output](const std::string& text) {
    if (text.empty()) throw UsageError(fmt::format("{} is ''; expected the path of a file", name));
    if (text == "-" && !may_be_standard_output)
      throw UsageError(
          fmt::format("{} is '-'; expected the path of a file (only --json writes to standard output)", name));
    target = text;
  };
  return app.add_option_function<std::string>(name, read, description)->type_name(type);
}

/// Values as read, before they are put together.
struct Raw {
  std::optional<double> function_tolerance, gradient_tolerance, step_tolerance, time_limit;
  std::optional<int> max_iterations, threads, start, restarts, multistart, memory;
  std::optional<std::uint64_t> seed;
  bool detect_linear = false, no_projection = false;
  bool fast = false, no_polish = false, acceleration = false, no_acceleration = false;
  std::string noise, intervals;
  std::vector<std::string> starts, lower, upper, fix;
};

void add_stopping(CLI::App& app, Raw& raw) {
  const std::string positive = "a number >= 0";
  const auto inside = [](CLI::Option* option) { option->group("When to stop"); };
  inside(add_number(app, "--max-iterations", raw.max_iterations, 0, "a whole number >= 0",
                    "linear solves at most (10000)"));
  inside(add_number(app, "--function-tolerance", raw.function_tolerance, 0.0, positive,
                    "relative decrease of the cost (1e-10)"));
  inside(add_number(app, "--gradient-tolerance", raw.gradient_tolerance, 0.0, positive,
                    "largest entry of the gradient (1e-10)"));
  inside(add_number(app, "--step-tolerance", raw.step_tolerance, 0.0, positive, "relative length of a step (1e-12)"));
  inside(add_number(app, "--time-limit", raw.time_limit, 0.0, "seconds >= 0", "seconds (none)"));
  inside(add_flag(app, "--fast", raw.fast, "tolerances 1e-6, 1e-10, 1e-8 and no polish: a rough answer, soon"));
}

void add_method(CLI::App& app, Raw& raw, SolveArguments& solve) {
  Options& options = solve.options;
  const auto inside = [](CLI::Option* option) { option->group("Method"); };
  const auto read_method = [&solve](const std::string& text) {
    solve.options.method = parse_method(text);
    solve.method_given = true;
  };
  inside(app.add_option_function<std::string>("--method", read_method,
                                              "levenberg-marquardt, or another of: thalweg list methods")
             ->type_name("NAME"));
  inside(add_choice(app, "--linear-solver", options.linear_solver, parse_linear_solver,
                    "auto, or another of: thalweg list linear-solvers"));
  inside(add_choice(app, "--damping", options.damping, parse_damping, "how damping moves: nielsen, marquardt, radius"));
  inside(add_choice(app, "--scaling", options.scaling, parse_scaling, "of levenberg-marquardt: monotone, current"));
  inside(add_choice(app, "--globalization", options.globalization, parse_globalization,
                    "of gauss-newton: line-search, none; of newton: trust-region, line-search"));
  inside(add_choice(app, "--line-search", options.line_search, parse_line_search,
                    "backtracking, strong-wolfe, hager-zhang, exact: of gradient-descent, nonlinear-cg, bfgs, lbfgs, and "
                    "newton with --globalization line-search"));
  inside(add_choice(app, "--conjugate-gradient", options.conjugate_gradient, parse_conjugate_gradient,
                    "of nonlinear-cg: hager-zhang, polak-ribiere, hestenes-stiefel, fletcher-reeves"));
  inside(add_number(app, "--memory", raw.memory, 0, "a whole number >= 0", "of lbfgs: pairs kept; 0: all (20)"));
  inside(add_choice(app, "--update-guard", options.update_guard, parse_update_guard,
                    "of bfgs, lbfgs: skip or damp a pair without positive curvature"));
  inside(add_choice(app, "--curvature", options.curvature, parse_curvature,
                    "of newton, newton-cg: exact, gauss-newton"));
  inside(add_flag(app, "--acceleration", raw.acceleration, "geodesic acceleration; the default"));
  inside(add_flag(app, "--no-acceleration", raw.no_acceleration, "without it"));
  inside(add_flag(app, "--no-polish", raw.no_polish, "leave out the final Newton steps"));
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
  inside(add_number(app, "--starts", raw.multistart, 1, "a whole number >= 1",
                    "solve from so many starts, drawn in the bounds or around the given one (1)"));
  inside(add_number(app, "--seed", raw.seed, std::uint64_t{0}, "a whole number >= 0",
                    "of the starts that are drawn, and of the restarts' (1)"));
  inside(add_number(app, "--threads", raw.threads, 0, "a whole number >= 0",
                    "at most; 0: all (0). The result is the same"));
}

void add_results(CLI::App& app, Raw& raw, SolveArguments& solve) {
  const auto inside = [](CLI::Option* option) { option->group("Results"); };
  inside(app.add_option("--intervals", raw.intervals, "linear: by standard errors; profile: by likelihood (linear)")
             ->type_name("NAME"));
  inside(add_file(app, "--json", solve.json, true, "FILE|-", "write JSON to a file; - : to standard output"));
  inside(add_flag(app, "--json-parameters", solve.json_parameters,
                  "list the parameters in the JSON even if there are more than 1000"));
  inside(add_file(app, "--trace", solve.trace, false, "FILE.csv", "write every iteration as CSV"));
  inside(
      add_file(app, "--output", solve.output, false, "FILE.toml", "write the problem with the solution as its start"));
  inside(add_flag(app, "--quiet", solve.quiet, "print nothing but errors"));
  inside(add_flag(app, "--verbose", solve.verbose, "print the iterations, times and more digits"));
}

/// Which of the file's starts.
void add_start(CLI::App& app, Raw& raw) {
  add_number(app, "--start", raw.start, 1, "a whole number >= 1", "which of the file's starts (1)")->type_name("K");
}

void add_check(CLI::App& app, Raw& raw, SolveArguments& solve) {
  add_start(app, raw);
  add_file(app, "--json", solve.json, true, "FILE|-", "write JSON to a file; - : to standard output");
  add_flag(app, "--quiet", solve.quiet, "print nothing but errors");
}

CLI::App& new_verb(CLI::App& app, const std::string& name, const std::string& description, const std::string& example) {
  CLI::App& verb = *app.add_subcommand(name, description);
  verb.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  verb.allow_extras();
  verb.footer("\n" + example);
  return verb;
}

void add_fit(CLI::App& app, Raw& raw, FitArguments& fit) {
  const auto inside = [](CLI::Option* option) { option->group("Model"); };
  inside(app.add_option("--model", fit.model, "a formula of columns and parameters")->type_name("\"y = ...\""));
  const std::string type = "NAME=NUMBER,...";
  inside(add_texts(app, "--start", raw.starts, type, "the parameters and where they begin"));
  inside(add_texts(app, "--lower", raw.lower, type, "lower bounds"));
  inside(add_texts(app, "--upper", raw.upper, type, "upper bounds"));
  inside(add_texts(app, "--fix", raw.fix, "NAME,...", "keep these parameters at their start"));
  inside(app.add_option("--sigma", fit.sigma, "the column with each row's standard deviation")->type_name("COLUMN"));
  inside(app.add_option("--noise", raw.noise, "known: sigma is absolute; estimated: only its ratios count (estimated)")
             ->type_name("NAME"));
}

void finish_options(const Raw& raw, Arguments& arguments) {
  Options& o = arguments.solve.options;
  if (raw.fast) o = fast(o);
  if (raw.no_polish) o.polish = false;
  if (raw.acceleration && raw.no_acceleration)
    throw UsageError("--acceleration and --no-acceleration; expected one of them");
  if (raw.no_acceleration) o.acceleration = false;
  if (raw.detect_linear && raw.no_projection)
    throw UsageError("--detect-linear and --no-variable-projection; expected one of them");
  o.variable_projection = !raw.no_projection;
  arguments.solve.detect_linear = raw.detect_linear;
  o.function_tolerance = raw.function_tolerance.value_or(o.function_tolerance);
  o.gradient_tolerance = raw.gradient_tolerance.value_or(o.gradient_tolerance);
  o.step_tolerance = raw.step_tolerance.value_or(o.step_tolerance);
  o.time_limit = raw.time_limit.value_or(o.time_limit);
  o.max_iterations = raw.max_iterations.value_or(o.max_iterations);
  o.threads = raw.threads.value_or(o.threads);
  o.memory = raw.memory.value_or(o.memory);
  o.restarts = raw.restarts.value_or(o.restarts);
  o.seed = raw.seed.value_or(o.seed);
  arguments.solve.start = raw.start.value_or(1);
  arguments.solve.starts = raw.multistart.value_or(1);
  arguments.solve.profile = raw.intervals == "profile";
  if (!raw.intervals.empty() && raw.intervals != "linear" && raw.intervals != "profile")
    throw UsageError(fmt::format("unknown intervals '{}'; expected linear or profile", raw.intervals));
  if (arguments.solve.quiet && arguments.solve.verbose) throw UsageError("--quiet and --verbose; expected one of them");
}

void finish_fit(const Raw& raw, FitArguments& fit) {
  fit.start = assignments("--start", raw.starts);
  fit.lower = assignments("--lower", raw.lower);
  fit.upper = assignments("--upper", raw.upper);
  fit.fix = split_at_commas(raw.fix);
  if (fit.model.empty()) throw UsageError("fit needs a formula; expected --model \"y = a*exp(-b*x)\"");
  if (raw.noise == "known") fit.noise = Noise::known;
  if (!raw.noise.empty() && raw.noise != "known" && raw.noise != "estimated")
    throw UsageError(fmt::format("unknown noise '{}'; expected known or estimated", raw.noise));
}

std::vector<std::string> options_of(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options())
    for (const std::string& each : option->get_lnames()) names.push_back("--" + each);
  return names;
}

[[noreturn]] void refuse_option(const CLI::App& verb, const std::string& name) {
  throw UsageError(fmt::format("unknown option '{}'{}; expected one of thalweg {} --help", name,
                               did_you_mean(name, options_of(verb)), verb.get_name()));
}

bool is_option(const std::string& text) { return text.starts_with('-') && text.size() > 1 && text != "--"; }

std::string name_of(const std::string& option) { return option.substr(0, option.find('=')); }

/// What stands before the verb and is none of the program's own options.
void refuse_before(const CLI::App& app, const CLI::App& verb) {
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty()) return;
  const std::string name = name_of(extras[0]);
  const std::vector<std::string> known = options_of(verb);
  if (is_option(name) && std::find(known.begin(), known.end(), name) == known.end()) refuse_option(verb, name);
  throw UsageError(
      fmt::format("'{0}' stands before '{1}'; expected thalweg {1} first, then its options", name, verb.get_name()));
}

/// What CLI11 left over: an option or an argument that nobody knows.
void refuse_extras(const CLI::App& verb) {
  std::vector<std::string> extras = verb.remaining();
  std::erase(extras, "--");  // CLI11 keeps it after it has obeyed it
  for (const std::string& extra : extras)
    if (is_option(extra)) refuse_option(verb, name_of(extra));
  if (!extras.empty())
    throw UsageError(fmt::format("'{}' is one argument too many for thalweg {}", extras[0], verb.get_name()));
}

[[noreturn]] void refuse_no_file(const CLI::App& verb) {
  const std::string name = verb.get_name();
  throw UsageError(fmt::format("{0} needs a file; expected thalweg {0} {1}", name,
                               name == "fit" ? "DATA.csv --model \"y = ...\"" : "FILE"));
}

void parse(CLI::App& app, std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string message = error.what();
    if (message.find("flag override") != std::string::npos)
      throw UsageError(fmt::format("--{} takes no value", message.substr(0, message.find(' '))));
    throw UsageError(message.substr(0, message.find(':')) + " needs a value");
  } catch (const CLI::RequiredError&) {
    const CLI::App& chosen = *app.get_subcommands().front();
    refuse_before(app, chosen);
    refuse_extras(chosen);
    refuse_no_file(chosen);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

/// The verb that was given; null when there is none and another of the program's options is.
const CLI::App* chosen_verb(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  const std::vector<std::string> extras = app.remaining();
  if (verbs.empty() && !extras.empty() && is_option(extras[0]))
    throw UsageError(fmt::format("unknown option '{}'; expected one of thalweg --help", name_of(extras[0])));
  if (verbs.empty() && !extras.empty())
    throw UsageError(fmt::format("unknown command '{}'{}; expected solve, fit, check or list", extras[0],
                                 did_you_mean(extras[0], {"solve", "fit", "check", "list"})));
  return verbs.empty() ? nullptr : verbs.front();
}

/// The words after the program's name; `help` and `version` stand for the options of that name.
std::vector<std::string> words(int argc, const char* const* argv) {
  std::vector<std::string> all(argv + std::min(argc, 1), argv + argc);
  // CLI11 would take the next word for the value.
  for (const std::string& word : all)
    if (word.starts_with("--") && word.find('=') + 1 == word.size())
      throw UsageError(fmt::format("{} needs a value", name_of(word)));
  if (all.empty() || (all[0] != "help" && all[0] != "version")) return all;
  const std::string option = "--" + all[0];
  all.erase(all.begin());
  all.push_back(option);
  return all;
}

}  // namespace

Arguments parse_arguments(int argc, const char* const* argv) {
  Arguments arguments;
  Raw raw;
  bool version = false;
  CLI::App app("Nonlinear least squares: fits formulas to data and says how far to trust them.", "thalweg");
  app.allow_extras();
  app.footer("\nExample: thalweg solve problems/nist/thurber.toml");
  add_flag(app, "--version", version, "print what this program is made of");

  CLI::App& solve = new_verb(app, "solve", "Solve a problem file",
                             "Example: thalweg solve problems/nist/misra1a.toml --start 2 --verbose");
  solve.add_option("FILE", arguments.file, "a problem: .toml (Thalweg), .dat (NIST), or catalogue:NAME")->required();
  add_start(solve, raw);
  CLI::App& fit = new_verb(app, "fit", "Fit a formula to a table",
                           "Example: thalweg fit data.csv --model \"y = a*exp(-b*x)\" --start a=1,b=1 --lower b=0");
  fit.add_option("DATA", arguments.file, "a table: .csv or .tsv")->required();
  add_fit(fit, raw, arguments.fit);
  for (CLI::App* verb : {&solve, &fit}) {
    add_stopping(*verb, raw);
    add_method(*verb, raw, arguments.solve);
    add_results(*verb, raw, arguments.solve);
  }
  CLI::App& check = new_verb(app, "check", "Look at a problem before solving it",
                             "Example: thalweg check problems/nist/misra1a.toml --start 2\n"
                             "Returns 0 when there are no findings, 1 when there are.");
  check.add_option("FILE", arguments.file, "a problem: .toml (Thalweg) or .dat (NIST)")->required();
  add_check(check, raw, arguments.solve);
  CLI::App& list = new_verb(app, "list", "List what there is", "Example: thalweg list problems");
  list.add_option("WHAT", arguments.what, "methods, losses, linear-solvers, formats or problems");

  try {
    parse(app, words(argc, argv));
  } catch (const CLI::CallForHelp&) {
    arguments.help = app.help();
    return arguments;
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  arguments.verb = version ? Verb::version : Verb::help;
  const CLI::App* verb = chosen_verb(app);
  if (!verb && !version) throw UsageError("no command; expected solve, fit, check or list (thalweg --help)");
  if (!verb || version) return arguments;
  refuse_before(app, *verb);
  refuse_extras(*verb);
  arguments.verb = verb == &solve   ? Verb::solve
                   : verb == &fit   ? Verb::fit
                   : verb == &check ? Verb::check
                                    : Verb::list;
  if (arguments.verb == Verb::list) return arguments;
  if (arguments.file.empty()) refuse_no_file(*verb);
  finish_options(raw, arguments);
  if (verb == &fit) finish_fit(raw, arguments.fit);
  return arguments;
}

}  // namespace thalweg::tool
