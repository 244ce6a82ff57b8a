#include "mpi/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "cli/wording.hpp"

namespace thalweg::tool {
namespace {

// Options of thalweg solve that mean the same here.
constexpr std::string_view shared_options[] = {"--method",
                                               "--damping",
                                               "--loss",
                                               "--max-iterations",
                                               "--function-tolerance",
                                               "--gradient-tolerance",
                                               "--step-tolerance",
                                               "--noise-tolerance",
                                               "--time-limit",
                                               "--fast",
                                               "--threads",
                                               "--json",
                                               "--trace",
                                               "--output",
                                               "--quiet",
                                               "--verbose",
                                               "--initial-damping",
                                               "--init",
                                               "--information-order",
                                               "--indefinite",
                                               "--ignore-unknown",
                                               "--fix",
                                               "--prior",
                                               "--report"};

struct NotHere {
  std::string_view option;
  const char* reason;
};
constexpr const char* no_bounds = "a distributed solve has no bounds, which its steps would have to be projected on";
constexpr NotHere not_here[] = {
    {"--lower", no_bounds},
    {"--upper", no_bounds},
    {"--share",
     "processes share blocks of one dimension, and shared intrinsics would make them poses of 6 numbers and lenses of "
     "3"},
    {"--start", "a file of several processes has one start"},
    {"--starts", "several processes solve from one start"},
    {"--global", "several processes solve from one start"},
    {"--intervals", "intervals need the statistics of all residuals at once"},
    {"--certify", "a certificate looks at the whole graph at once"},
};

/// What thalweg solve has and several processes do not, and why.
[[noreturn]] void refuse_option(const std::string& given) {
  for (const NotHere& each : not_here)
    if (each.option == given)
      throw UsageError(fmt::format("{} is not among the options of thalweg-mpi solve: {}; expected thalweg solve {}",
                                   given, each.reason, given));
  throw UsageError(
      fmt::format("{} is not among the options of thalweg-mpi solve; expected those of thalweg-mpi --help", given));
}

constexpr std::string_view petsc_prefixes[] = {"-ksp_", "-pc_", "-mat_", "-vec_", "-log_", "-sub_", "-mg_"};

bool is_petsc(std::string_view word) {
  return std::any_of(std::begin(petsc_prefixes), std::end(petsc_prefixes),
                     [&](std::string_view prefix) { return word.starts_with(prefix); });
}

int whole(const std::string& option, const std::string& text, int least) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < least)
    throw UsageError(fmt::format("{} is '{}'; expected a whole number, at least {}", option, text, least));
  return value;
}

/// The words one after the other; an option's value may be the next word, or follow '='.
class Words {
 public:
  explicit Words(const std::vector<std::string>& words) : words_(words) {}
  bool left() const { return at_ < words_.size(); }
  const std::string& next() { return words_[at_++]; }
  /// Whether `word` is this option; `value` is then its value.
  bool option(const std::string& word, const std::string& name, std::string& value) {
    if (word.starts_with(name + "=")) {
      value = word.substr(name.size() + 1);
    } else if (word == name) {
      if (!left()) throw UsageError(name + " needs a value");
      value = next();
    } else {
      return false;
    }
    if (value.empty()) throw UsageError(name + " needs a value");
    return true;
  }
  bool value_follows() const {
    return left() && (words_[at_].empty() || words_[at_][0] != '-' || is_number(words_[at_]));
  }

 private:
  static bool is_number(const std::string& word) {
    double value = 0.0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
    return read.ec == std::errc() && read.ptr == word.data() + word.size();
  }
  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
};

void take_solve(Words& words, MpiArguments& arguments) {
  // What is left is a command line of thalweg solve, which has its own messages.
  std::vector<std::string> rest = {"thalweg", "solve"};
  std::string value;
  while (words.left()) {
    const std::string word = words.next();
    if (is_petsc(word)) {
      arguments.petsc.push_back(word);
      if (words.value_follows()) arguments.petsc.push_back(words.next());
    } else if (words.option(word, "--linear-solver", value)) {
      try {
        arguments.solver = parse_distributed_solver(value);
      } catch (const Error& error) {
        throw UsageError(error.what());
      }
    } else if (words.option(word, "--checkpoint", value)) {
      arguments.checkpoint = value;
    } else if (words.option(word, "--checkpoint-every", value)) {
      arguments.checkpoint_every = whole("--checkpoint-every", value, 1);
    } else if (words.option(word, "--resume", value)) {
      arguments.resume = value;
    } else if (words.option(word, "--record", value)) {
      arguments.record = value;
    } else {
      rest.push_back(word);
    }
  }
  std::vector<const char*> pointers;
  for (const std::string& word : rest) pointers.push_back(word.c_str());
  Arguments parsed = parse_arguments(static_cast<int>(pointers.size()), pointers.data());
  if (parsed.verb == Verb::help) {
    arguments.verb = MpiArguments::Verb::help;
    return;
  }
  arguments.file = parsed.file;
  arguments.solve = std::move(parsed.solve);
  arguments.solve.picture = !arguments.solve.report.empty();
  for (const std::string& given : arguments.solve.given)
    if (std::find(std::begin(shared_options), std::end(shared_options), given) == std::end(shared_options))
      refuse_option(given);
}

void take_partition(Words& words, MpiArguments& arguments) {
  std::string value;
  while (words.left()) {
    const std::string word = words.next();
    if (words.option(word, "-n", value)) {
      arguments.parts = whole("-n", value, 1);
    } else if (words.option(word, "--output", value)) {
      arguments.folder = value;
    } else if (word.starts_with("-") && word != "-") {
      throw UsageError(fmt::format("unknown option '{}' of partition; expected -n or --output", word));
    } else if (!arguments.file.empty()) {
      throw UsageError(fmt::format("'{}' is one argument too many for thalweg-mpi partition", word));
    } else {
      arguments.file = word;
    }
  }
  if (arguments.file.empty())
    throw UsageError("partition needs a file; expected thalweg-mpi partition FILE -n PROCESSES");
  if (arguments.parts == 0) throw UsageError("partition needs -n; expected the number of processes of the solve");
  if (arguments.folder.empty()) arguments.folder = arguments.file + ".d";
}

}  // namespace

const char* const mpi_help =
    R"(thalweg-mpi: least squares by several processes

  mpirun -n 16 thalweg-mpi solve FILE      solve a problem file, or a folder that partition wrote
  mpirun -n 4 thalweg-mpi partition FILE -n 16 [--output FOLDER]
                                           cut a bundle adjustment for 16 processes; FILE.d by default

FILE is a bundle adjustment (BAL, plain or compressed), a pose graph (g2o) or a curve fit with a table of many rows.

Options of solve, as those of thalweg solve:
  --method --damping --loss --max-iterations --function-tolerance --gradient-tolerance --step-tolerance
  --noise-tolerance --time-limit --fast --threads (of each process) --json --trace --report --output --quiet --verbose;
  of bundle adjustments --fix --prior, of pose graphs --init --information-order --indefinite --ignore-unknown
and of its own:
  --linear-solver NAME     implicit-schur (conjugate gradients on products, the default) or mumps
  --checkpoint FILE        writes the best point to FILE, which any number of processes can resume
  --checkpoint-every N     after every N-th accepted step; 10 by default
  --resume FILE            begins at a checkpoint
  --record FOLDER          writes down work, messages and reductions of each process, to simulate other machines by
  -ksp_* -pc_* -mat_* ...  go to PETSc

Example:
  mpirun -n 4 thalweg-mpi solve problem-49-7776-pre.txt.bz2 --checkpoint best.ckpt -ksp_type pipecg
)";

MpiArguments parse_mpi_arguments(const std::vector<std::string>& all) {
  MpiArguments arguments;
  if (all.empty() || all[0] == "--help" || all[0] == "help") return arguments;
  Words words(all);
  const std::string verb = words.next();
  if (verb == "--version" || verb == "version") {
    arguments.verb = MpiArguments::Verb::version;
  } else if (verb == "solve") {
    arguments.verb = MpiArguments::Verb::solve;
    take_solve(words, arguments);
    arguments.solve.command = command_line("thalweg-mpi", all);
  } else if (verb == "partition") {
    arguments.verb = MpiArguments::Verb::partition;
    take_partition(words, arguments);
  } else {
    throw UsageError(fmt::format("unknown command '{}'; expected solve or partition", verb));
  }
  return arguments;
}

}  // namespace thalweg::tool
