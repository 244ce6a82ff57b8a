// Surveys as a kind of problem.
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "studies/facts.hpp"
#include "studies/survey/survey.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

constexpr const char* kind = "survey";
constexpr Format own_formats[] = {{".survey", "a network of points and measured distances; see problems/README.md"}};
constexpr Refusal of_every_survey[] = {
    {"--start", "it has one start"},
    {"--detect-linear", "a distance is linear in no coordinate"},
};

class SurveyStudy final : public Study {
 public:
  explicit SurveyStudy(Survey survey) : survey_(std::move(survey)) {}
  const std::string& file() const override { return survey_.file; }

  void prepare(Request& request) override {
    refuse(request, of_every_survey, file(), kind);
    request.options.validate();
    prepare_comparison(request);
  }
  void describe(Report& report) const override {
    count(problem_, report);
    name(report.problem);
  }
  Subject subject() const override { return {.residuals = &problem_}; }
  std::vector<double> start() const override { return problem_.start(); }
  void conclude(const Request&, Report&) const override {}
  std::string solution(const std::vector<double>& x, Compression) const override {
    Survey solved = survey_;
    solved.points = x;
    return write_survey(solved);
  }
  CheckReport check(const Request& request) override {
    refuse(request, of_every_survey, file(), kind);
    problem_ = build_problem(survey_);
    CheckReport report = thalweg::check(problem_, request.options);
    name(report.problem);
    return report;
  }

  void prepare_comparison(const Request& request) override {
    problem_ = build_problem(survey_);
    if (request.loss) problem_.groups()[0]->set_loss(*request.loss);
  }
  std::vector<std::vector<double>> starts() const override { return {start()}; }
  CompareCase compare_case(const Request&, std::vector<std::vector<double>> starts) override {
    CompareCase compared{.name = std::filesystem::path(file()).stem().string(), .source = file(), .subject = subject()};
    compared.starts = std::move(starts);
    return compared;
  }

 private:
  void name(ProblemFacts& facts) const {
    facts.name = std::filesystem::path(file()).stem().string();
    facts.title = fmt::format("Survey of {} points by {} distances", survey_.names.size(), survey_.distance.size());
    facts.source = file();
    facts.kind = kind;
  }

  Survey survey_;
  Problem problem_;
};

bool recognises(const std::string& file) { return std::filesystem::path(file).extension() == ".survey"; }

std::unique_ptr<Study> read(const std::string& file, const Request&) {
  return std::make_unique<SurveyStudy>(read_survey(file));
}

}  // namespace

Kind survey() { return {kind, {}, own_formats, recognises, read}; }

}  // namespace thalweg::inline v0_1::studies
