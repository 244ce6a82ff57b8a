// Bundle adjustments as a kind of problem.
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/studies/bundle_section.hpp>

#include "studies/block_study.hpp"
#include "studies/bundle/bundle_limits.hpp"
#include "studies/bundle/hardly_determined.hpp"
#include "studies/facts.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

constexpr const char* kind = "bundle adjustment";
constexpr Format own_formats[] = {
    {".txt .bz2 .gz", "bundle adjustment (BAL), plain or compressed; thalweg generate bundle makes some"},
    {".out", "bundle adjustment of Bundler, version 0.3"}};
constexpr std::string_view own_options[] = {"--cheirality", "--fix", "--lower", "--upper"};

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

// Points that run to infinity gain ever less for a hundred steps, and no estimate moves by what matters any more.
constexpr double usual_noise_tolerance = 5e-3;
constexpr double one_pixel = 1.0;
// A descent of so many steps crept along something.
constexpr std::int64_t creeping = 100;

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
    if (!request.was_given("--noise-tolerance") && needs_residuals(request.options.method))
      request.options.noise_tolerance = usual_noise_tolerance;
    request.options.validate();
    if (request.drop_behind) {
      const BundleCheirality start = cheirality(bundle_);
      dropped_ = static_cast<std::int64_t>(start.behind.size());
      bundle_ = without(std::move(bundle_), start.behind);
      if (bundle_.u.empty()) throw Error("every observation's point is behind its camera; expected some before it");
    }
    centre();
    problem_ = build_problem(centred_, request.loss.value_or(Loss()));
    limit(problem_, centred_, request);
    refuse(request, of_every_bundle, file(), kind);
    if (!request.method_given)
      for (const char* option : of_first_order)
        refuse(request, {{{option, "it is of first-order methods, and --method names none"}}}, file(), kind);
    refuse_too_dense(problem_, request, file(), kind);
  }
  /// In a world around the origin; the result is in the file's. What did not move keeps its bits.
  Result solve(const Request& request, const Options& options, const TrainOptions& train) const override {
    Result result = BlockStudy::solve(request, options, train);
    examine(result, options);
    const std::vector<double> from = problem_.start(), file = numbers_of(bundle_);
    std::vector<double> x = numbers_of(moved(with_solution(centred_, result.x), middle_));
    const std::size_t cameras = bundle_.cameras.size();
    for (std::size_t at = 0, size = 0; at < x.size(); at += size) {
      size = at < cameras ? 9 : 3;
      if (std::equal(from.begin() + static_cast<std::ptrdiff_t>(at),
                     from.begin() + static_cast<std::ptrdiff_t>(at + size),
                     result.x.begin() + static_cast<std::ptrdiff_t>(at)))
        std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(at), size, x.begin() + static_cast<std::ptrdiff_t>(at));
    }
    result.x = std::move(x);
    return result;
  }
  void annotate(Report& report) const override {
    std::vector<std::string>& notes = report.result.notes;
    if (dropped_ > 0)
      notes.push_back(fmt::format("{} left out, whose points are behind their cameras at the start",
                                  counted(dropped_, "observation")));
    for (std::string& sentence : in_words(connectivity(bundle_))) notes.push_back(std::move(sentence));
    for (std::string& sentence : in_words(cheirality(bundle_), "at the start")) notes.push_back(std::move(sentence));
    const Bundle solved = with_solution(bundle_, report.result.x);
    for (std::string& sentence : in_words(cheirality(solved), "at the solution")) notes.push_back(std::move(sentence));
  }
  void conclude(const Request& request, Report& report) const override {
    const Bundle solved = with_solution(bundle_, report.result.x);
    std::vector<double> before = distances(problem_, problem_.start()),
                        after = distances(problem_, numbers_of(moved(solved, opposite(middle_))));
    BundleSummary summary{bundle_.camera_count(),      bundle_.point_count(),      bundle_.observation_count(),
                          reprojection_errors(before), reprojection_errors(after), std::nullopt};
    list_parameters(request, report);
    if (request.picture && report.result.status != Status::non_finite_start)
      summary.picture = picture_of(solved, std::move(before), std::move(after));
    report.sections.push_back(section_of(summary));
  }
  std::string solution(const std::vector<double>& x, Compression compression) const override {
    return write_bal(with_solution(bundle_, x), compression);
  }

  CheckReport check(const Request& request) override {
    if (request.was_given("--start"))
      throw Error(fmt::format("--start does not go with '{}': a bundle adjustment has one start", file()));
    centre();
    problem_ = build_problem(centred_);
    std::vector<FreeDirection> directions;
    for (GaugeDirection& d : gauge_directions(centred_))
      directions.push_back({std::move(d.name), std::move(d.direction)});
    CheckReport report = thalweg::check(problem_, request.options, directions);
    std::vector<std::string> sentences = in_words(connectivity(bundle_));
    for (std::string& sentence : in_words(cheirality(bundle_), "at the start"))
      sentences.push_back(std::move(sentence));
    const auto is_not_finite = [](const Finding& f) { return f.kind == Finding::Kind::start_not_finite; };
    if (std::none_of(report.findings.begin(), report.findings.end(), is_not_finite))
      look_for_weak_directions(request.options, report);
    report.notes.insert(report.notes.begin(), sentences.begin(), sentences.end());
    report.notes.insert(report.notes.begin(),
                        fmt::format("{} cameras, {} points, {} observations", bundle_.camera_count(),
                                    bundle_.point_count(), bundle_.observation_count()));
    name(report.problem);
    return report;
  }

 private:
  /// Of a descent that crept: what the data hardly determine. Where it ended in its noise, that is no convergence.
  void examine(Result& result, const Options& options) const {
    if (result.iterations < creeping || result.status == Status::non_finite_start || !needs_residuals(options.method))
      return;
    const auto at = [&](const std::vector<double>& x) { return with_solution(centred_, x); };
    const double freedom = static_cast<double>(problem_.residual_count()) - static_cast<double>(result.x.size());
    const double deviation = std::sqrt(2.0 * result.final_cost / std::max(1.0, freedom));
    const HardlyDetermined found = hardly_determined(problem_, result.x, at, deviation, options);
    if (!found.directions.empty()) result.notes.push_back(found.direction_sentence());
    if (found.far_points > 0) result.notes.push_back(found.far_sentence());
    if (!result.down_to_noise || found.directions.empty()) return;
    result.status = Status::stalled;
    result.reason += ", along what the data hardly determine";
  }
  void look_for_weak_directions(const Options& options, CheckReport& report) const {
    const auto at = [&](const std::vector<double>& x) { return with_solution(centred_, x); };
    const HardlyDetermined found = hardly_determined(problem_, problem_.start(), at, one_pixel, options);
    if (found.far_points > 0) report.notes.push_back(found.far_sentence());
    if (found.directions.empty()) return;
    report.findings.push_back({Finding::Kind::ill_conditioned,
                               "With observations good to a pixel " + found.direction_sentence() + ".",
                               "Bring cameras that see the scene from other sides, fix what is known (--fix focal), or "
                               "expect errors as large.",
                               {}});
  }
  void centre() {
    middle_ = middle_of(bundle_);
    centred_ = moved(bundle_, opposite(middle_));
  }
  static std::array<double, 3> opposite(const std::array<double, 3>& v) { return {-v[0], -v[1], -v[2]}; }
  static std::vector<double> numbers_of(const Bundle& b) {
    std::vector<double> x = b.cameras;
    x.insert(x.end(), b.points.begin(), b.points.end());
    return x;
  }

  Bundle bundle_, centred_;         // as the file has it; moved to the origin
  std::int64_t dropped_ = 0;        // observations
  std::array<double, 3> middle_{};  // of the file's points
};

std::unique_ptr<Study> read(const std::string& file, const Request&) {
  return std::make_unique<BundleStudy>(read_bundle(file));
}

bool recognises(const std::string& file) { return looks_like_bal(file) || looks_like_bundler(file); }

}  // namespace

Kind bundle() { return {kind, own_options, own_formats, recognises, read}; }

}  // namespace thalweg::inline v0_1::studies
