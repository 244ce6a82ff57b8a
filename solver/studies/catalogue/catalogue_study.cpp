// catalogue:NAME, the problems of the literature that come with the library, as a kind of problem.
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/io/file_error.hpp>
#include <thalweg/models/catalogue.hpp>
#include <thalweg/report/text.hpp>

#include "studies/facts.hpp"

namespace thalweg::inline v0_1 {

std::optional<std::string> catalogue_name(const std::string& file) {
  if (!file.starts_with(catalogue_prefix)) return std::nullopt;
  return file.substr(catalogue_prefix.size());
}

namespace studies {
namespace {

/// A name that is not there, with the one that is probably meant.
class NoSuchEntry : public FileError {
 public:
  explicit NoSuchEntry(const std::string& name)
      : FileError(catalogue_prefix + name, 0, 0, "no such problem", "one of 'thalweg list problems'") {
    std::vector<std::string> names;
    for (const CatalogueProblem& entry : thalweg::catalogue()) names.push_back(entry.name);
    const std::string meant = nearest(name, names);
    const std::string guess = meant.empty() ? "" : fmt::format("did you mean {}{}? ", catalogue_prefix, meant);
    text_ = fmt::format("{}{}: no such problem; {}'thalweg list problems' shows all", catalogue_prefix, printable(name),
                        guess);
  }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

/// What only problem files have.
void refuse_for_all(const Request& request) {
  if (request.was_given("--output"))
    throw Error(
        "--output writes problem files, and there is no file format for a problem of the catalogue; expected --json");
  if (request.detect_linear)
    throw Error("--detect-linear looks at formulas, and the catalogue has none; expected a problem file");
}

/// What only sums of squares have.
void refuse_for_objective(const CatalogueProblem& entry, const Request& r) {
  if (r.method_given && !is_first_order(r.method) && needs_residuals(r.options.method))
    throw Error(
        fmt::format("{} needs residuals, and {} has none; expected gradient-descent, nonlinear-cg, newton, "
                    "newton-cg, bfgs, lbfgs or a first-order method",
                    to_string(r.options.method), entry.name));
  const std::pair<bool, const char*> options[] = {{r.loss.has_value(), "--loss"},
                                                  {r.options.graduated, "--graduated"},
                                                  {r.starts > 1, "--starts"},
                                                  {r.intervals != IntervalKind::linear, "--intervals"}};
  for (const auto& [given, option] : options)
    if (given)
      throw Error(
          fmt::format("{} needs residuals, and {} has none; expected a sum of squares, such as "
                      "catalogue:beale",
                      option, entry.name));
}

class CatalogueStudy final : public Study {
 public:
  explicit CatalogueStudy(const CatalogueProblem& entry) : entry_(entry), file_(catalogue_prefix + entry.name) {}
  const std::string& file() const override { return file_; }

  void prepare(Request& request) override {
    refuse_for_all(request);
    if (!is_squares()) {
      refuse_for_objective(entry_, request);
      if (!request.method_given) request.method = request.options.method = Method::newton;
    }
    if (request.global && entry_.domain_lower.empty())
      throw Error(
          fmt::format("--global needs a box, and the literature gives none for {}; expected a problem with one, "
                      "such as catalogue:himmelblau, or --starts",
                      entry_.name));
    request.options.validate();
    build(start_number(request.start), request);
  }
  void describe(Report& report) const override {
    if (is_squares()) {
      count(problem_, report);
    } else {
      report.problem.parameter_blocks = 1;
      report.problem.parameters = objective_->dimension();
    }
    name(report.problem);
  }
  Subject subject() const override {
    return is_squares() ? Subject{.residuals = &problem_} : Subject{.objective = objective_.get()};
  }
  std::vector<double> start() const override { return start_; }
  Box search_box() const override { return {entry_.domain_lower, entry_.domain_upper}; }
  /// A loss has minima of its own.
  void conclude(const Request& request, Report& report) const override {
    const double cost = report.result.final_cost;
    if (!is_squares()) {
      report.statistics = thalweg::statistics(*objective_, report.result);
      compare(cost, report);
    } else if (!request.loss || request.loss->is_trivial()) {
      compare(2.0 * cost, report);
    }
  }

  CheckReport check(const Request& request) override {
    if (!is_squares())
      throw Error(
          fmt::format("check looks at residuals, and {} has none; expected a sum of squares, such as "
                      "catalogue:beale",
                      entry_.name));
    build(start_number(request.start), {});
    CheckReport report = thalweg::check(problem_, request.options);
    name(report.problem);
    return report;
  }
  std::size_t start_count() const override { return entry_.starts.size(); }

  std::vector<std::vector<double>> starts() const override { return entry_.starts; }
  CompareCase compare_case(const Request& request, std::vector<std::vector<double>> starts) override {
    build(starts.front(), request);
    CompareCase compared{.name = entry_.name, .title = entry_.title, .source = file_, .subject = subject()};
    compared.subject.domain = {entry_.domain_lower, entry_.domain_upper};
    compared.starts = std::move(starts);
    for (const KnownMinimum& minimum : entry_.minima)
      if (!minimum.x.empty()) compared.minima.push_back(minimum.x);
    if (request.loss && !request.loss->is_trivial()) return compared;
    // From the value on record to the cost.
    compared.best_known = (is_squares() ? 0.5 : 1.0) * entry_.minima.front().value;
    compared.best_known_from = "catalogue";
    return compared;
  }

 private:
  bool is_squares() const { return entry_.residuals > 0; }

  const std::vector<double>& start_number(int k) const {
    if (static_cast<std::size_t>(k) > entry_.starts.size())
      throw Error(fmt::format("start {} of '{}' does not exist; expected 1 to {}", k, file_, entry_.starts.size()));
    return entry_.starts[static_cast<std::size_t>(k) - 1];
  }
  void build(const std::vector<double>& start, const Request& request) {
    start_ = start;
    if (!is_squares()) {
      objective_ = entry_.objective();
      return;
    }
    problem_ = entry_.problem(start);
    if (request.loss)
      for (const auto& group : problem_.groups()) group->set_loss(*request.loss);
  }
  void name(ProblemFacts& facts) const {
    facts.name = entry_.name;
    facts.title = entry_.title;
    facts.source = entry_.source;
    facts.kind = is_squares() ? "test function" : "objective";
  }
  /// `value`: Σr², of an objective F.
  void compare(double value, Report& report) const {
    const KnownMinimum* reached = reached_minimum(entry_, value);
    const KnownMinimum& known = reached ? *reached : entry_.minima.front();
    report.known_minimum = {known.value, known.global, reached != nullptr};
  }

  const CatalogueProblem& entry_;
  std::string file_;
  std::vector<double> start_;
  Problem problem_;
  std::unique_ptr<Objective> objective_;
};

constexpr Format own_formats[] = {
    {"catalogue:NAME", "no file: a test problem of the field; see thalweg list problems"}};

bool recognises(const std::string& file) { return catalogue_name(file).has_value(); }

std::unique_ptr<Study> read(const std::string& file, const Request&) {
  const std::string name = *catalogue_name(file);
  const CatalogueProblem* entry = find_in_catalogue(name);
  if (!entry) throw NoSuchEntry(name);
  return std::make_unique<CatalogueStudy>(*entry);
}

}  // namespace

Kind catalogue() { return {"problem of the catalogue", {}, own_formats, recognises, read}; }

}  // namespace studies
}  // namespace thalweg::inline v0_1
