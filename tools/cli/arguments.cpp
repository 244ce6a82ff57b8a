#include "cli/arguments.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <thalweg/base/words.hpp>

#include "cli/command_table.hpp"
#include "cli/option_rules.hpp"
#include "cli/option_table.hpp"
#include "cli/usage.hpp"
#include "cli/wording.hpp"

namespace thalweg::tool {
namespace {

CLI::App& new_verb(CLI::App& app, const std::string& name, const std::string& description, const std::string& example) {
  CLI::App& verb = *app.add_subcommand(name, description);
  verb.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  verb.allow_extras();
  verb.footer("\n" + example);
  return verb;
}

/// The lines of the table that a command has, and what was given of them.
class OptionSet {
 public:
  OptionSet(CLI::App& verb, unsigned command) {
    for (const OptionLine& line : option_table())
      if (line.commands & command) add(verb, line);
  }
  OptionSet(const OptionSet&) = delete;
  OptionSet& operator=(const OptionSet&) = delete;

  std::vector<std::string> given() const {
    std::vector<std::string> names;
    for (const Entry& entry : entries_)
      if (entry.option->count() > 0) names.emplace_back(entry.line->name);
    return names;
  }
  void set(Arguments& arguments) const {
    for (const Entry& entry : entries_) {
      if (entry.option->count() == 0) continue;
      // An empty text is a shell variable that was not set; paths complain in their own words.
      const bool empty = std::any_of(entry.texts.begin(), entry.texts.end(), [](const auto& t) { return t.empty(); });
      if (empty && *entry.line->type != '\0' && !std::string_view(entry.line->type).starts_with("FILE"))
        throw UsageError(fmt::format("{} is ''; expected {}", entry.line->name, entry.line->type));
      entry.line->set(arguments, {entry.line->name, entry.texts});
    }
  }

 private:
  struct Entry {
    const OptionLine* line;
    std::vector<std::string> texts = {};
    CLI::Option* option = nullptr;
  };

  void add(CLI::App& verb, const OptionLine& line) {
    Entry& entry = entries_.emplace_back(Entry{&line});
    if (*line.type == '\0') {
      entry.option = verb.add_flag(line.name, line.help)->disable_flag_override();
    } else if (line.repeats) {
      // As text: the type alone would be followed by " ...", as if blanks could separate the pieces.
      entry.option =
          verb.add_option(line.name, entry.texts, line.help)->option_text(line.type)->allow_extra_args(false);
    } else {
      const auto keep = [&entry](const std::string& text) { entry.texts = {text}; };
      entry.option = verb.add_option_function<std::string>(line.name, keep, line.help)->type_name(line.type);
    }
    entry.option->group(line.group);
  }

  std::deque<Entry> entries_;  // CLI11 keeps pointers into them
};

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
  const std::string& name = verb.get_name();
  throw UsageError(fmt::format("{0} needs a file; expected thalweg {0} {1}", name,
                               name == "fit"      ? "DATA.csv --model \"y = ...\""
                               : name == "batch"  ? "DATA.npy --model gaussian"
                               : name == "linear" ? "A.mtx"
                                                  : "FILE"));
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
  }
}

const std::vector<std::string> verb_names = {"solve", "fit", "batch", "linear", "compare", "check", "list", "generate"};

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

/// Whether a word is an option of some command, with its value or without.
bool is_known(const std::string& word) {
  const std::span<const OptionLine> lines = option_table();
  return std::any_of(lines.begin(), lines.end(), [&](const OptionLine& line) { return name_of(word) == line.name; });
}
/// Whether it is one that stands before its value, whatever the command.
bool takes_a_value(const std::string& word) {
  const std::span<const OptionLine> lines = option_table();
  return is_known(word) &&
         std::none_of(lines.begin(), lines.end(),
                      [&](const OptionLine& line) { return word == line.name && *line.type == '\0'; }) &&
         word.find('=') == word.npos;
}

/// The words after the program's name; `help` and `version` stand for the options of that name.
std::vector<std::string> words(int argc, const char* const* argv) {
  std::vector<std::string> all(argv + std::min(argc, 1), argv + argc);
  if (!all.empty() && all[0] == "--")
    throw UsageError("'--' stands before the command; expected thalweg COMMAND first");
  // CLI11 would take the next word for the value.
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == "--") break;
    if (all[i].starts_with("--") && all[i].find('=') + 1 == all[i].size())
      throw UsageError(fmt::format("{} needs a value", name_of(all[i])));
    if (i + 1 < all.size() && takes_a_value(all[i]) && is_known(all[i + 1]))
      throw UsageError(fmt::format("{} needs a value, and '{}' is an option", all[i], all[i + 1]));
  }
  if (all.empty() || (all[0] != "help" && all[0] != "version")) return all;
  const std::string option = "--" + all[0];
  all.erase(all.begin());
  all.push_back(option);
  return all;
}

/// The commands of the program, and what was given of them.
class Commands {
 public:
  Commands(CLI::App& app, Arguments& arguments) {
    for (const CommandLine& line : command_table()) {
      CLI::App& verb = add(app, line);
      if (line.verb == Verb::compare)
        verb.add_option(line.file.name, arguments.compare.files, line.file.help)->required();
      else if (line.verb == Verb::fit)
        verb.add_option(line.file.name, arguments.fit.files, line.file.help)->required();
      else if (line.verb == Verb::linear)
        verb.add_option(line.file.name, arguments.linear.files, line.file.help)->required();
      else if (line.verb == Verb::list)
        verb.add_option(line.file.name, arguments.what, line.file.help);
      else if (line.file.name)
        verb.add_option(line.file.name, arguments.file, line.file.help)->required();
      if (line.verb == Verb::generate)
        for (const CommandLine& generator : generator_table()) add(verb, generator);
    }
  }
  static const CommandLine& line_of(const CLI::App& verb) {
    return *std::find_if(command_table().begin(), command_table().end(),
                         [&](const CommandLine& line) { return verb.get_name() == line.name; });
  }
  const OptionSet& options_of(const CLI::App& verb) const { return *options_.at(&verb); }

 private:
  CLI::App& add(CLI::App& to, const CommandLine& line) {
    CLI::App& verb = new_verb(to, line.name, line.description, line.example);
    options_.emplace(&verb, std::make_unique<OptionSet>(verb, line.command));
    return verb;
  }
  std::map<const CLI::App*, std::unique_ptr<OptionSet>> options_;
};

/// The generator that was chosen.
const CLI::App& generator_of(const CLI::App& generate) {
  refuse_unknown_kind(generate);
  refuse_extras(generate);
  const auto chosen = generate.get_subcommands();
  if (chosen.empty())
    throw UsageError(fmt::format("generate needs to know what; expected {}", either(generated_kinds)));
  return *chosen.front();
}

}  // namespace

Arguments parse_arguments(int argc, const char* const* argv) {
  Arguments arguments;
  bool version = false;
  CLI::App app("Nonlinear least squares: fits formulas to data and says how far to trust them.", "thalweg");
  app.allow_extras();
  app.require_subcommand(0, 1);  // a file may be called like a command
  app.footer("\nExample: thalweg solve problems/nist/thurber.toml");
  app.add_flag("--version", version, "print what this program is made of")->disable_flag_override();
  const Commands commands(app, arguments);
  try {
    parse(app, words(argc, argv));
  } catch (const CLI::CallForHelp&) {
    arguments.help = app.help();
    return arguments;
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  arguments.solve.command = command_line("thalweg", {argv + 1, argv + argc});
  arguments.verb = version ? Verb::version : Verb::help;
  const CLI::App* verb = chosen_verb(app);
  if (!verb && !version) throw UsageError(fmt::format("no command; expected {} (thalweg --help)", either(verb_names)));
  if (!verb || version) return arguments;
  refuse_before(app, *verb);
  arguments.verb = Commands::line_of(*verb).verb;
  if (arguments.verb == Verb::generate) {
    verb = &generator_of(*verb);
    arguments.generate.what = verb->get_name();
  }
  refuse_extras(*verb);
  if (arguments.verb == Verb::list) return arguments;
  if (arguments.verb == Verb::fit && !arguments.fit.files.empty()) arguments.file = arguments.fit.files[0];
  if (arguments.verb == Verb::batch) arguments.batch.request.file = arguments.file;
  if (arguments.verb == Verb::linear && !arguments.linear.files.empty()) arguments.file = arguments.linear.files[0];
  const bool several = arguments.verb == Verb::compare;
  if (arguments.verb != Verb::generate && (several ? arguments.compare.files.empty() : arguments.file.empty()))
    refuse_no_file(*verb);
  arguments.solve.given = commands.options_of(*verb).given();
  commands.options_of(*verb).set(arguments);
  finish(arguments);
  return arguments;
}

}  // namespace thalweg::tool
