#include "cli/arguments.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <thalweg/base/error.hpp>

#include "cli/option_values.hpp"
#include "commands/generate/generate_options.hpp"
#include "commands/solve_options.hpp"

namespace thalweg::tool {
namespace {

void add_check(CLI::App& app, Raw& raw, SolveArguments& solve) {
  add_start(app, raw);
  add_number(app, "--time-limit", raw.time_limit, 0.0, "seconds >= 0", "seconds for the whole check (none)");
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
  inside(app.add_option("--model", fit.model,
                        "a formula of columns and parameters; c1, c2, ... or `U (V)` for columns without a plain name")
             ->type_name("\"y = ...\""));
  const std::string type = "NAME=NUMBER,...";
  inside(add_texts(app, "--start", raw.starts, type, "the parameters and where they begin"));
  inside(add_texts(app, "--lower", raw.lower, type, "lower bounds"));
  inside(add_texts(app, "--upper", raw.upper, type, "upper bounds"));
  inside(add_texts(app, "--fix", raw.fix, "NAME,...", "keep these parameters at their start"));
  inside(app.add_option("--sigma", fit.sigma, "the column with each row's standard deviation")->type_name("COLUMN"));
  inside(app.add_option("--noise", raw.noise, "known: sigma is absolute; estimated: only its ratios count (estimated)")
             ->type_name("NAME"));
}

void add_table(CLI::App& app, Raw& raw, FitArguments& fit) {
  const auto inside = [](CLI::Option* option) { option->group("Table"); };
  inside(app.add_option("--where", fit.rows.where, "fit only the rows that meet a condition on columns")
             ->type_name("\"x > 2 && x < 8\""));
  inside(app.add_option("--missing", raw.missing,
                        "skip: leave out rows without a value (NA, empty, <0.1); refuse: name the first one (refuse)")
             ->type_name("NAME"));
  inside(add_texts(app, "--columns", raw.columns, "NAME,...", "names of all columns, in place of the header's"));
  inside(app.add_option("--decimal", raw.decimal,
                        "the decimal sign: comma, point, automatic: as the numbers show it (automatic)")
             ->type_name("NAME"));
  inside(app.add_option("--percent", raw.percent, "5%: number, 5; fraction, 0.05; refuse (refuse)")->type_name("NAME"));
}

/// The index of a value among its names.
template <class E>
E one_of(const std::string& option, const std::string& value, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), value);
  if (!value.empty() && found == names.end())
    throw UsageError(fmt::format("{} is '{}'; expected {}", option, value, either(names)));
  return value.empty() ? E{} : static_cast<E>(found - names.begin());
}

void finish_table(const Raw& raw, FitArguments& fit) {
  fit.table.columns = split_at_commas(raw.columns);
  fit.table.decimal = one_of<Decimal>("--decimal", raw.decimal, {"automatic", "point", "comma"});
  fit.table.percent = one_of<Percent>("--percent", raw.percent, {"refuse", "number", "fraction"});
  fit.rows.skip_missing = one_of<int>("--missing", raw.missing, {"refuse", "skip"}) == 1;
  for (std::size_t i = 0; i < fit.table.columns.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (fit.table.columns[i] == fit.table.columns[j])
        throw UsageError(fmt::format("--columns names '{}' twice", fit.table.columns[i]));
}

void finish_fit(const Raw& raw, FitArguments& fit) {
  finish_table(raw, fit);
  fit.start = assignments("--start", raw.starts);
  fit.lower = assignments("--lower", raw.lower);
  fit.upper = assignments("--upper", raw.upper);
  fit.fix = split_at_commas(raw.fix);
  if (fit.model.empty()) throw UsageError("fit needs a formula; expected --model \"y = a*exp(-b*x)\"");
  if (raw.noise == "known") fit.noise = Noise::known;
  if (!raw.noise.empty() && raw.noise != "known" && raw.noise != "estimated")
    throw UsageError(fmt::format("unknown noise '{}'; expected known or estimated", raw.noise));
}

/// Methods may be named together: "all", "second-order", "first-order".
std::vector<AnyMethod> methods_from(const std::vector<std::string>& names) {
  std::vector<AnyMethod> methods;
  const auto add = [&](AnyMethod method) {
    if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
  };
  for (const std::string& name : names) {
    const bool all = name == "all";
    if (!all && name != "second-order" && name != "first-order") {
      add(parse_any_method(name));
      continue;
    }
    for (const AnyMethod method : all_methods())
      if (all || is_first_order(method) == (name == "first-order")) add(method);
  }
  return methods;
}

void add_compare(CLI::App& app, Raw& raw, Arguments& arguments) {
  SolveArguments& solve = arguments.solve;
  CompareArguments& compare = arguments.compare;
  const auto inside = [](CLI::Option* option) { option->group("Comparison"); };
  inside(add_texts(app, "--methods", raw.methods, "NAME,...",
                   "what to compare; also all, second-order, first-order (lm,newton,bfgs,adam,sgd)"));
  inside(add_number(app, "--start", raw.start, 1, "a whole number >= 1", "which of the file's starts (all)")
             ->type_name("K"));
  inside(add_texts(app, "--from", raw.points, "NUMBER,...", "a start, all parameters of it; may be given again"));
  inside(add_number(app, "--distance", raw.distance, std::numeric_limits<double>::denorm_min(), "a number > 0",
                    "reached: so close to the best known cost, relatively (1e-6)"));
  inside(add_number(app, "--evaluations", raw.budget, 1.0, "a number >= 1",
                    "evaluations of any kind per run, at most (10000)"));
  inside(add_number(app, "--time-limit", raw.time_limit, 0.0, "seconds >= 0", "seconds per run, at most (60)"));
  inside(add_number(app, "--threads", raw.threads, 0, "a whole number >= 0",
                    "of each run, at most; 0: all (1). Runs go one after the other"));
  inside(add_flag(app, "--tune", compare.tune, "choose each first-order method's rate from a grid; its cost is shown"));
  add_training(app, raw, solve);
  add_method_details(app, raw, solve);
  const auto results = [](CLI::Option* option) { option->group("Results"); };
  results(add_file(app, "--json", solve.json, true, "FILE|-", "write JSON to a file; - : to standard output"));
  results(add_file(app, "--csv", compare.csv, false, "FILE.csv", "write a row per run as CSV"));
  results(add_file(app, "--report", solve.report, false, "FILE.html", "write a page to look at"));
  results(add_flag(app, "--quiet", solve.quiet, "print nothing but errors"));
  results(add_flag(app, "--verbose", solve.verbose, "print a row for each problem and method"));
}

void finish_compare(const Raw& raw, Arguments& arguments) {
  CompareArguments& compare = arguments.compare;
  const std::vector<std::string> names = split_at_commas(raw.methods);
  if (names.empty() && !raw.methods.empty())
    throw UsageError(fmt::format("--methods is '{}'; expected names, such as lm,adam", raw.methods.front()));
  compare.methods =
      methods_from(names.empty() ? std::vector<std::string>{"lm", "newton", "bfgs", "adam", "sgd"} : names);
  compare.rule.distance = raw.distance.value_or(compare.rule.distance);
  compare.rule.evaluations = raw.budget.value_or(compare.rule.evaluations);
  compare.rule.seconds = raw.time_limit.value_or(compare.rule.seconds);
  compare.start = raw.start.value_or(0);
  if (!raw.threads) arguments.solve.options.threads = 1;  // what the methods themselves need, not what the machine has
  if (compare.start > 0 && !raw.points.empty()) throw UsageError("--start and --from; expected one of them");
  if (compare.tune && raw.rate) throw UsageError("--tune and --rate; expected one of them");
  for (const std::string& text : raw.points) compare.points.push_back(numbers("--from", text));
}

std::vector<std::string> options_of(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options())
    for (const std::string& each : option->get_lnames()) names.push_back("--" + each);
  return names;
}

/// "solve", "generate bundle".
std::string full_name(const CLI::App& verb) {
  const CLI::App* parent = verb.get_parent();
  return parent && parent->get_parent() ? full_name(*parent) + " " + verb.get_name() : verb.get_name();
}

std::vector<std::string> given_options(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options())
    if (option->count() > 0 && !option->get_lnames().empty()) names.push_back("--" + option->get_lnames().front());
  return names;
}

[[noreturn]] void refuse_option(const CLI::App& verb, const std::string& name) {
  throw UsageError(fmt::format("unknown option '{}'{}; expected one of thalweg {} --help", name,
                               did_you_mean(name, options_of(verb)), full_name(verb)));
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
    throw UsageError(fmt::format("'{}' is one argument too many for thalweg {}", extras[0], full_name(verb)));
}

[[noreturn]] void refuse_no_file(const CLI::App& verb) {
  const std::string name = verb.get_name();
  throw UsageError(fmt::format("{0} needs a file; expected thalweg {0} {1}", name,
                               name == "fit" ? "DATA.csv --model \"y = ...\"" : "FILE"));
}

/// A word behind `generate` that is no kind of problem.
void refuse_unknown_kind(const CLI::App& verb) {
  const std::vector<std::string> extras = verb.remaining();
  if (!extras.empty() && !is_option(extras[0]))
    throw UsageError(fmt::format("there is no generator of '{}'{}; expected {}", extras[0],
                                 did_you_mean(extras[0], generated_kinds), either(generated_kinds)));
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
  } catch (const CLI::RequiredError& error) {
    const auto verbs = app.get_subcommands();
    if (verbs.empty()) throw UsageError(error.what());
    const CLI::App& chosen = *verbs.front();
    refuse_before(app, chosen);
    refuse_extras(chosen);
    refuse_no_file(chosen);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

const std::vector<std::string> verb_names = {"solve", "fit", "compare", "check", "list", "generate"};

/// The verb that was given; null when there is none and another of the program's options is.
const CLI::App* chosen_verb(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  const std::vector<std::string> extras = app.remaining();
  if (verbs.empty() && !extras.empty() && is_option(extras[0]))
    throw UsageError(fmt::format("unknown option '{}'; expected one of thalweg --help", name_of(extras[0])));
  if (verbs.empty() && !extras.empty())
    throw UsageError(fmt::format("unknown command '{}'{}; expected {}", extras[0], did_you_mean(extras[0], verb_names),
                                 either(verb_names)));
  return verbs.empty() ? nullptr : verbs.front();
}

/// The words after the program's name; `help` and `version` stand for the options of that name.
std::vector<std::string> words(int argc, const char* const* argv) {
  std::vector<std::string> all(argv + std::min(argc, 1), argv + argc);
  if (!all.empty() && all[0] == "--")
    throw UsageError("'--' stands before the command; expected thalweg COMMAND first");
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

/// The command as a shell would take it again.
std::string command_line(int argc, const char* const* argv) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+";
  std::string line = "thalweg";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    line += ' ';
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace

Arguments parse_arguments(int argc, const char* const* argv) {
  Arguments arguments;
  Raw raw;
  bool version = false;
  CLI::App app("Nonlinear least squares: fits formulas to data and says how far to trust them.", "thalweg");
  app.allow_extras();
  app.require_subcommand(0, 1);  // a file may be called like a command
  app.footer("\nExample: thalweg solve problems/nist/thurber.toml");
  add_flag(app, "--version", version, "print what this program is made of");

  CLI::App& solve = new_verb(app, "solve", "Solve a problem file",
                             "Example: thalweg solve problems/nist/misra1a.toml --start 2 --verbose");
  solve
      .add_option("FILE", arguments.file,
                  "a problem: .toml (Thalweg: a curve fit or a regression), .dat (NIST), .txt, .bz2 or .gz "
                  "(bundle adjustment), .g2o or .graph (pose graph), or catalogue:NAME")
      ->required();
  add_start(solve, raw);
  add_pose_graph(solve, arguments.solve);
  CLI::App& fit = new_verb(app, "fit", "Fit a formula to a table",
                           "Example: thalweg fit data.csv --model \"y = a*exp(-b*x)\" --start a=1,b=1 --lower b=0");
  fit.add_option("DATA", arguments.file, "a table: CSV, TSV or columns of text; - : from standard input")->required();
  add_fit(fit, raw, arguments.fit);
  add_table(fit, raw, arguments.fit);
  for (CLI::App* verb : {&solve, &fit}) {
    add_stopping(*verb, raw);
    add_method(*verb, raw, arguments.solve);
    add_training(*verb, raw, arguments.solve);
    add_training_limits(*verb, raw);
    add_results(*verb, raw, arguments.solve);
  }
  CLI::App& compare =
      new_verb(app, "compare", "Several methods on one problem under one stopping rule",
               "Example: thalweg compare catalogue:beale --methods lm,newton,bfgs,adam --from 2,-2 "
               "--report beale.html\n"
               "Several files, and folders of them, are compared together: thalweg compare problems/nist");
  compare.add_option("FILE", arguments.compare.files, "problems, folders of problem files, or catalogue:NAME")
      ->required();
  add_compare(compare, raw, arguments);
  CLI::App& check = new_verb(app, "check", "Look at a problem before solving it",
                             "Example: thalweg check problems/nist/misra1a.toml --start 2\n"
                             "Returns 0 when there are no findings, 1 when there are.");
  check
      .add_option("FILE", arguments.file,
                  "a problem: .toml (Thalweg), .dat (NIST), or .txt, .bz2, .gz (bundle adjustment)")
      ->required();
  add_check(check, raw, arguments.solve);
  CLI::App& list = new_verb(app, "list", "List what there is", "Example: thalweg list problems");
  list.add_option("WHAT", arguments.what, "methods, losses, linear-solvers, formats or problems");
  CLI::App& generate = new_verb(app, "generate", "Make a problem of a given size and seed",
                                "Example: thalweg generate bundle --cameras 50 --points 8000 --output town.txt");
  add_bundle(new_verb(generate, "bundle", "A bundle adjustment: a drive through a town of blocks",
                      "Example: thalweg generate bundle --cameras 200 --points 40000 --noise 0.5 --seed 7 --output "
                      "town.txt.bz2"),
             raw, arguments.generate);
  add_pose_graph_generator(new_verb(generate, "pose-graph", "A pose graph: a city, a car park or a sphere",
                                    "Example: thalweg generate pose-graph --kind city --poses 10000 --output city.g2o"),
                           raw, arguments.generate);

  try {
    parse(app, words(argc, argv));
  } catch (const CLI::CallForHelp&) {
    arguments.help = app.help();
    return arguments;
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  arguments.solve.command = command_line(argc, argv);
  arguments.verb = version ? Verb::version : Verb::help;
  const CLI::App* verb = chosen_verb(app);
  if (!verb && !version) throw UsageError(fmt::format("no command; expected {} (thalweg --help)", either(verb_names)));
  if (!verb || version) return arguments;
  refuse_before(app, *verb);
  if (verb == &generate) refuse_unknown_kind(*verb);
  refuse_extras(*verb);
  arguments.verb = verb == &solve     ? Verb::solve
                   : verb == &fit     ? Verb::fit
                   : verb == &compare ? Verb::compare
                   : verb == &check   ? Verb::check
                   : verb == &list    ? Verb::list
                                      : Verb::generate;
  if (arguments.verb == Verb::list) return arguments;
  if (arguments.verb == Verb::generate) {
    const auto chosen = generate.get_subcommands();
    if (chosen.empty())
      throw UsageError(fmt::format("generate needs to know what; expected {}", either(generated_kinds)));
    refuse_extras(*chosen.front());
    finish_generate(*chosen.front(), raw, arguments.generate);
    return arguments;
  }
  if (verb == &compare ? arguments.compare.files.empty() : arguments.file.empty()) refuse_no_file(*verb);
  finish_options(raw, arguments.solve);
  arguments.solve.given = given_options(*verb);
  if (verb == &compare) finish_compare(raw, arguments);
  if (verb == &fit) finish_fit(raw, arguments.fit);
  return arguments;
}

}  // namespace thalweg::tool
