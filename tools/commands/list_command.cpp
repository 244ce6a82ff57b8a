// thalweg list, and the problem files that come with the program.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <span>

#include <fmt/format.h>

#include <thalweg/math/loss.hpp>
#include <thalweg/models/catalogue.hpp>
#include <thalweg/models/model_library.hpp>
#include <thalweg/models/regression_fit.hpp>
#include <thalweg/report/text.hpp>

#include "cli/usage.hpp"
#include "cli/wording.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

namespace files = std::filesystem;

struct Line {
  std::string name, about;
};

const std::vector<Line> for_residuals = {
    {"levenberg-marquardt (lm)", "damped by the lengths of the Jacobian's columns; the default"},
    {"levenberg", "damped by a multiple of the identity"},
    {"gauss-newton (gn)", "undamped; with a line search, or without: --globalization none"},
    {"dogleg", "trust region: down the gradient, then towards the Gauss-Newton step"},
    {"subspace-dogleg", "trust region: the best step in the plane of those two"},
};
const std::vector<Line> for_objectives = {
    {"newton", "exact second derivatives, in a trust region; or --globalization line-search"},
    {"newton-cg", "the same by conjugate gradients, without a Hessian matrix"},
    {"bfgs", "a Hessian learnt from the gradients"},
    {"lbfgs (l-bfgs)", "the same from the last gradients alone"},
    {"nonlinear-cg (ncg)", "conjugate directions and a line search"},
    {"gradient-descent (gd)", "straight down, with a line search or a fixed --rate: slow, to compare with"},
};
/// What a first-order rule's name says too little about; its usual rate is put behind.
const std::pair<Rule, const char*> first_order[] = {
    {Rule::sgd, "down the gradient of a minibatch"},
    {Rule::momentum, "heavy ball: velocities add up"},
    {Rule::nesterov, "accelerated: the gradient is taken ahead of the point"},
    {Rule::nesterov_shifted, "the same in the variable at which the gradient is taken"},
    {Rule::adagrad, "each parameter's rate falls with the gradients it has met"},
    {Rule::adadelta, "the same with a fading memory, and steps in the parameter's own unit"},
    {Rule::rmsprop, "each gradient divided by its recent size"},
    {Rule::rmsprop_momentum, "the same with a heavy ball"},
    {Rule::rmsprop_nesterov, "the same, looking ahead"},
    {Rule::adam, "momentum divided by the gradient's recent size"},
    {Rule::adam_uncorrected, "without bias correction: the first steps are too long"},
    {Rule::adamw, "with decoupled weight decay"},
    {Rule::adamax, "the largest recent gradient in the place of the size"},
    {Rule::nadam, "with Nesterov's look ahead"},
    {Rule::amsgrad, "the size never falls"},
    {Rule::proximal_gradient, "for costs with l1 or max-norm terms; finds its rate (ISTA)"},
    {Rule::fista, "the same, accelerated"},
    {Rule::proxprop, "of networks: an implicit step in every layer"},
};
const std::pair<GlobalMethod, const char*> global[] = {
    {GlobalMethod::differential_evolution, "members plus scaled differences of two others"},
    {GlobalMethod::genetic, "tournaments, blended parents, mutation"},
    {GlobalMethod::cma_es, "a normal distribution that learns its covariance"},
};
const std::vector<Line> linear_solvers = {
    {"auto", "chosen by the problem; the report says which, and why; the default"},
    {"dense-qr", "QR of the Jacobian: accurate, for few parameters"},
    {"dense-cholesky", "Cholesky of the normal equations: faster, with fewer digits"},
    {"sparse-cholesky", "the same of their blocks, in an order that keeps the factor sparse"},
    {"cholmod", "the reference for it: CHOLMOD, in builds that link it"},
    {"dense-schur", "blocks such as the points of a bundle eliminated first, what is left factored densely"},
    {"sparse-schur", "what is left factored sparsely"},
    {"iterative-schur", "what is left solved by preconditioned conjugate gradients"},
    {"implicit-schur", "the same without forming it: the least memory"},
    {"conjugate-gradient", "preconditioned conjugate gradients on the normal equations, nothing eliminated"},
    {"lsqr", "LSQR on the sparse rows of the Jacobian: does not square its condition"},
    {"lsmr", "LSMR, likewise: the gradient of the model falls in every iteration"},
    {"minres", "MINRES on the normal equations, by products with those rows"},
};
/// Those of the last kind, which takes what no other recognises, first.
std::vector<Line> formats() {
  std::vector<Line> lines;
  const std::span<const Kind> all = kinds();
  for (auto kind = all.rbegin(); kind != all.rend(); ++kind)
    for (const Format& format : kind->formats)
      lines.push_back({std::string(format.suffixes), std::string(format.about)});
  return lines;
}

std::size_t width(const std::vector<Line>& lines) {
  std::size_t wide = 0;
  for (const Line& line : lines) wide = std::max(wide, line.name.size());
  return wide;
}

void print(const std::vector<Line>& lines, std::size_t wide) {
  for (const Line& line : lines) std::fputs(fmt::format("{:<{}}  {}\n", line.name, wide, line.about).c_str(), stdout);
}
void print(const std::vector<Line>& lines) { print(lines, width(lines)); }

int list_methods() {
  std::vector<Line> rules;
  for (const auto& [rule, about] : first_order) {
    const double rate = default_rate(rule);
    rules.push_back({std::string(to_string(rule)), std::isnan(rate) ? about : fmt::format("{} ({:g})", about, rate)});
  }
  std::vector<Line> searches;
  for (const auto& [method, about] : global) searches.push_back({std::string(to_string(method)), about});
  const std::size_t wide = std::max({width(for_residuals), width(for_objectives), width(rules)});
  print(for_residuals, wide);
  std::fputs("\nof any smooth function, a sum of squares or not:\n", stdout);
  print(for_objectives, wide);
  std::fputs("\nfirst-order, to compare with and to train; in parentheses the usual --rate:\n", stdout);
  print(rules, wide);
  std::fputs("\nof a whole box, by --global and in comparisons; the best of each is polished:\n", stdout);
  print(searches, wide);
  return exit_converged;
}

std::string title_of(const std::string& path) {
  try {
    return std::visit([](const auto& problem) { return printable(problem.title); }, read_problem(path));
  } catch (const FileError& error) {
    return fmt::format("(cannot be read: {})", error.what());
  }
}

/// A file that is not there, with the one that is probably meant.
class MisnamedFile : public FileError {
 public:
  MisnamedFile(const FileError& error, const std::string& meant)
      : FileError(error), text_(fmt::format("{}, such as {}", error.what(), meant)) {}
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

std::string path_of(const std::string& name) { return (files::path(problems_folder()) / (name + ".toml")).string(); }

/// "catalogue:beale   2   3  Beale", n parameters and m residuals.
void print_catalogue(const std::string& heading, std::span<const CatalogueProblem> entries) {
  constexpr int wide = 38;
  std::string out = fmt::format("\n{:<{}} {:>2} {:>3}\n", heading, wide, "n", "m");
  for (const CatalogueProblem& entry : entries) {
    const std::size_t starts = entry.starts.size();
    out += fmt::format("{:<{}} {:>2} {:>3}  {}{}\n", catalogue_prefix + entry.name, wide, entry.parameters,
                       entry.residuals > 0 ? std::to_string(entry.residuals) : "-", entry.title,
                       starts > 1 ? fmt::format(" ({} starts)", starts) : "");
  }
  std::fputs(out.c_str(), stdout);
}

int list_problems() {
  const std::string folder = problems_folder();
  if (folder.empty()) throw UsageError("the problem files that come with the program are not where it looks for them");
  std::vector<Line> lines;
  for (const std::string& name : shipped_problems()) lines.push_back({name, title_of(path_of(name))});
  print(lines);
  std::fputs(fmt::format("in {}\n", folder).c_str(), stdout);
  const std::span<const CatalogueProblem> all = catalogue();
  print_catalogue("Moré, Garbow & Hillstrom 1981", all.first(mgh_instances));
  print_catalogue("functions of two variables", all.subspan(mgh_instances));
  std::fputs("n parameters, m residuals (-: an objective, no sum of squares)\n", stdout);
  return exit_converged;
}

int list_losses() {
  std::vector<Line> lines;
  for (const LossInfo& loss : known_losses()) {
    const std::string numbers = loss.parameters.empty() ? "" : fmt::format(":{}", loss.parameters);
    lines.push_back({fmt::format("{}{}", loss.name, numbers), std::string(loss.about)});
  }
  print(lines);
  std::fputs("c: the SCALE, in units of the residual; a factor may stand in front: 0.5*huber:1.5\n", stdout);
  return exit_converged;
}

int list_models() {
  std::string out;
  for (const LibraryModel& model : model_library()) {
    out += fmt::format("{}: {}\n    {}\n", model.name, model.about, model.formula);
    std::size_t wide = 0;
    for (const LibraryParameter& parameter : model.parameters) wide = std::max(wide, parameter.name.size());
    for (const LibraryParameter& parameter : model.parameters)
      out += fmt::format("      {:<{}}  {}\n", parameter.name, wide, parameter.about);
  }
  out +=
      "\n--model \"y = gaussian + linear\" or, with the input named, \"y = gaussian(t) + linear(t)\"; starts are "
      "guessed from the data.\nParameters are called gaussian.center; gaussian1.center, gaussian2.center where a "
      "model occurs twice.\n";
  std::fputs(out.c_str(), stdout);
  return exit_converged;
}

}  // namespace

std::string problems_folder() {
  std::error_code error;
  const files::path self = files::read_symlink("/proc/self/exe", error);
  const files::path installed = self.parent_path() / THALWEG_RELATIVE_PROBLEMS;
  if (!error && files::is_directory(installed, error)) return installed.lexically_normal().string();
  if (files::is_directory(THALWEG_PROBLEMS_DIR, error)) return THALWEG_PROBLEMS_DIR;
  return "";
}

std::vector<std::string> shipped_problems() {
  std::vector<std::string> names;
  const files::path folder = problems_folder();
  if (folder.empty()) return names;
  for (const auto& entry : files::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".toml")
      names.push_back(files::relative(entry.path(), folder).replace_extension().string());
  std::sort(names.begin(), names.end());
  return names;
}

namespace {

/// The path of the shipped problem that a file that does not exist probably means.
std::optional<std::string> shipped_problem_like(const std::string& file) {
  std::error_code error;
  if (files::exists(file, error)) return std::nullopt;
  const std::string name = files::path(file).stem().string();
  for (const std::string& shipped : shipped_problems())
    if (shipped == file || files::path(shipped).filename() == name) return path_of(shipped);
  if (find_in_catalogue(file)) return catalogue_prefix + file;
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Study> study_from(const std::string& file, const Request& request) {
  try {
    return read_study(file, request);
  } catch (const FileError& error) {
    if (const auto meant = shipped_problem_like(file)) throw MisnamedFile(error, *meant);
    throw;
  }
}

int list_command(const Arguments& arguments) {
  const std::string& what = arguments.what;
  if (what == "problems") return list_problems();
  if (what == "methods") return list_methods();
  if (what == "losses") return list_losses();
  if (what == "models") return list_models();
  if (what != "linear-solvers" && what != "formats")
    throw UsageError(fmt::format("{}; expected methods, models, losses, linear-solvers, formats or problems",
                                 what.empty() ? "list needs to know what" : fmt::format("unknown list '{}'", what)));
  print(what == "formats" ? formats() : linear_solvers);
  return exit_converged;
}

}  // namespace thalweg::tool
