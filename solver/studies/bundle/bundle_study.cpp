// Bundle adjustments as a kind of problem.
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/studies/bundle_section.hpp>

#include "studies/block_study.hpp"
#include "studies/facts.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

constexpr const char* kind = "bundle adjustment";
constexpr Format own_formats[] = {
    {".txt .bz2 .gz", "bundle adjustment (BAL), plain or compressed; thalweg generate bundle makes some"}};

/// What no bundle adjustment has, whatever the method.
constexpr Refusal of_every_bundle[] = {
    {"--start", "a file of this kind has one start"},
    {"--starts", "starts drawn at random have no cameras that see their points"},
    {"--detect-linear", "a projection is linear in nothing"},
    {"--intervals", "standard errors are not worked out for so many parameters"},
    {"--patience", "it is for the training of regressions"},
    {"--batch-size", "it is for the training of regressions"},
};
/// What first-order methods alone heed; --rate and --schedule also gradient-descent.
constexpr const char* of_first_order[] = {"--rate",     "--schedule",  "--constants", "--epochs",
                                          "--patience", "--clip-norm", "--clip-value"};

/// Distance in pixels of each observation from its projection at x.
std::vector<double> distances(const Problem& problem, const std::vector<double>& x) {
  const ResidualGroup& group = *problem.groups()[0];
  const auto n = static_cast<std::size_t>(group.items());
  std::vector<double> u(n), v(n);
  double* const residual[] = {u.data(), v.data()};
  group.evaluate(x.data(), {0, group.items(), residual});
  for (std::size_t i = 0; i < n; ++i) u[i] = std::hypot(u[i], v[i]);
  return u;
}

BundlePicture picture_of(const Bundle& solved, std::vector<double> before, std::vector<double> after) {
  BundleView view = view_from_above(solved);
  return {std::move(view.camera_x), std::move(view.camera_y), std::move(view.heading_x), std::move(view.heading_y),
          std::move(view.point_x),  std::move(view.point_y),  std::move(before),         std::move(after),
          solved.camera_of,         solved.point_of};
}

class BundleStudy final : public BlockStudy {
 public:
  explicit BundleStudy(Bundle bundle) : BlockStudy("Bundle adjustment"), bundle_(std::move(bundle)) {}
  const std::string& file() const override { return bundle_.file; }

  void prepare(Request& request) override {
    request.options.validate();
    problem_ = build_problem(bundle_, request.loss.value_or(Loss()));
    refuse(request, of_every_bundle, file(), kind);
    if (!request.method_given)
      for (const char* option : of_first_order)
        refuse(request, {{{option, "it is of first-order methods, and --method names none"}}}, file(), kind);
    refuse_too_dense(problem_, request, file(), kind);
  }
  void annotate(Report& report) const override {
    for (std::string& sentence : in_words(connectivity(bundle_))) report.result.notes.push_back(std::move(sentence));
  }
  void conclude(const Request& request, Report& report) const override {
    const std::vector<double>& x = report.result.x;
    std::vector<double> before = distances(problem_, problem_.start()), after = distances(problem_, x);
    BundleSummary summary{bundle_.camera_count(),      bundle_.point_count(),      bundle_.observation_count(),
                          reprojection_errors(before), reprojection_errors(after), std::nullopt};
    list_parameters(request, report);
    if (request.picture && report.result.status != Status::non_finite_start)
      summary.picture = picture_of(with_solution(bundle_, x), std::move(before), std::move(after));
    report.sections.push_back(section_of(summary));
  }
  std::string solution(const std::vector<double>& x, Compression compression) const override {
    return write_bal(with_solution(bundle_, x), compression);
  }

  CheckReport check(const Request& request) override {
    if (request.was_given("--start"))
      throw Error(fmt::format("--start does not go with '{}': a bundle adjustment has one start", file()));
    problem_ = build_problem(bundle_);
    std::vector<FreeDirection> directions;
    for (GaugeDirection& d : gauge_directions(bundle_))
      directions.push_back({std::move(d.name), std::move(d.direction)});
    CheckReport report = thalweg::check(problem_, request.options, directions);
    const std::vector<std::string> sentences = in_words(connectivity(bundle_));
    report.notes.insert(report.notes.begin(), sentences.begin(), sentences.end());
    report.notes.insert(report.notes.begin(),
                        fmt::format("{} cameras, {} points, {} observations", bundle_.camera_count(),
                                    bundle_.point_count(), bundle_.observation_count()));
    name(report.problem);
    return report;
  }

 private:
  Bundle bundle_;
};

std::unique_ptr<Study> read(const std::string& file, const Request&) {
  return std::make_unique<BundleStudy>(read_bal(file));
}

}  // namespace

Kind bundle() { return {kind, {}, own_formats, looks_like_bal, read}; }

}  // namespace thalweg::inline v0_1::studies
