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
#include "studies/bundle/bundle_gauge.hpp"
#include "studies/bundle/bundle_limits.hpp"
#include "studies/bundle/bundle_setting.hpp"
#include "studies/bundle/hardly_determined.hpp"
#include "studies/facts.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

constexpr const char* kind = "bundle adjustment";
constexpr Format own_formats[] = {
    {".txt .bz2 .gz", "bundle adjustment (BAL), plain or compressed; thalweg generate bundle makes some"},
    {".out", "bundle adjustment of Bundler, version 0.3"}};
constexpr std::string_view own_options[] = {"--cheirality", "--fix", "--lower", "--upper", "--share", "--prior"};

/// What no bundle adjustment has, whatever the method.
constexpr Refusal of_every_bundle[] = {
    {"--start", "a file of this kind has one start"},
    {"--starts", "starts drawn at random have no cameras that see their points"},
    {"--global", "points drawn at random have no cameras that see them"},
    {"--detect-linear", "a projection is linear in nothing"},
    {"--intervals", "standard errors are not worked out for so many parameters"},
    {"--patience", "it is for the training of regressions"},
    {"--batch-size", "it is for the training of regressions"},
};
/// What first-order methods alone heed; --rate and --schedule also gradient-descent.
constexpr const char* of_first_order[] = {"--rate",     "--schedule",  "--constants", "--epochs",
                                          "--patience", "--clip-norm", "--clip-value"};

constexpr double one_pixel = 1.0;
// A descent of so many steps crept along something.
constexpr std::int64_t creeping = 100;

BundlePicture picture_of(const Bundle& start, const Bundle& solved, std::vector<double> before,
                         std::vector<double> after) {
  return {view_from_above(start, solved),
          view_from_above(solved),
          std::move(before),
          std::move(after),
          solved.camera_of,
          solved.point_of};
}

class BundleStudy final : public BlockStudy {
 public:
  explicit BundleStudy(Bundle bundle) : BlockStudy("Bundle adjustment"), bundle_(std::move(bundle)) {}
  const std::string& file() const override { return bundle_.file; }

  void prepare(Request& request) override {
    if (!request.was_given("--noise-tolerance") && needs_residuals(request.options.method))
      request.options.noise_tolerance = noise_of_cameras;
    request.options.validate();
    take(request);
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
    const std::vector<double> from = parameters_of(centred_, shared_), file = parameters_of(bundle_, shared_);
    std::vector<double> x = parameters_of(moved(with_solution(centred_, shared_, result.x), middle_), shared_);
    for (const Problem::BlockSet& set : problem_.sets())
      for (std::int64_t at = set.offset; at < set.end(); at += set.dimension)
        if (std::equal(from.begin() + at, from.begin() + at + set.dimension, result.x.begin() + at))
          std::copy_n(file.begin() + at, set.dimension, x.begin() + at);
    result.x = std::move(x);
    return result;
  }
  void annotate(Report& report) const override {
    std::vector<std::string>& notes = report.result.notes;
    notes.insert(notes.end(), notes_.begin(), notes_.end());
    for (std::string& sentence : in_words(connectivity(bundle_, shared_.any() ? 6 : 9)))
      notes.push_back(std::move(sentence));
    for (std::string& sentence : in_words(cheirality(bundle_), "at the start")) notes.push_back(std::move(sentence));
    const Bundle solved = with_solution(bundle_, shared_, report.result.x);
    if (priors_.any()) notes.push_back(fit_of(solved, priors_));
    for (std::string& sentence : in_words(cheirality(solved), "at the solution")) notes.push_back(std::move(sentence));
  }
  void conclude(const Request& request, Report& report) const override {
    const Bundle solved = with_solution(bundle_, shared_, report.result.x);
    std::vector<double> before = reprojection_distances(problem_, problem_.start()),
                        after =
                            reprojection_distances(problem_, parameters_of(moved(solved, opposite(middle_)), shared_));
    BundleSummary summary{bundle_.camera_count(),      bundle_.point_count(),      bundle_.observation_count(),
                          reprojection_errors(before), reprojection_errors(after), std::nullopt};
    list_parameters(request, report);
    if (request.picture && report.result.status != Status::non_finite_start)
      summary.picture = picture_of(bundle_, solved, std::move(before), std::move(after));
    report.sections.push_back(section_of(summary));
  }
  std::string solution(const std::vector<double>& x, Compression compression) const override {
    return write_bal(with_solution(bundle_, shared_, x), compression);
  }

  CheckReport check(const Request& request) override {
    if (request.was_given("--start"))
      throw Error(fmt::format("--start does not go with '{}': a bundle adjustment has one start", file()));
    take(request);
    const BundlePriors priors = moved(priors_, opposite(middle_));
    const std::vector<FreeDirection> free = free_directions(problem_, centred_, shared_, priors);
    CheckReport report = thalweg::check(problem_, request.options, free);
    std::vector<std::string> sentences = notes_;
    if (free.empty() && !loose_)
      sentences.emplace_back("what is fixed and the priors hold the world's place, rotation and scale");
    for (std::string& sentence : in_words(connectivity(bundle_, shared_.any() ? 6 : 9)))
      sentences.push_back(std::move(sentence));
    for (std::string& sentence : in_words(cheirality(bundle_), "at the start"))
      sentences.push_back(std::move(sentence));
    const auto is_not_finite = [](const Finding& f) { return f.kind == Finding::Kind::start_not_finite; };
    if (std::none_of(report.findings.begin(), report.findings.end(), is_not_finite))
      look_for_weak_directions(request.options, report);
    report.notes.insert(report.notes.begin(), sentences.begin(), sentences.end());
    report.notes.insert(report.notes.begin(), fmt::format("{}, {}, {}", counted(bundle_.camera_count(), "camera"),
                                                          counted(bundle_.point_count(), "point"),
                                                          counted(bundle_.observation_count(), "observation")));
    name(report.problem);
    return report;
  }

 private:
  /// Of a descent that crept: what the data hardly determine. Where it ended in its noise, that is no convergence.
  void examine(Result& result, const Options& options) const {
    if (result.iterations < creeping || result.status == Status::non_finite_start || !needs_residuals(options.method))
      return;
    const auto at = [&](const std::vector<double>& x) { return with_solution(centred_, shared_, x); };
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
    const auto at = [&](const std::vector<double>& x) { return with_solution(centred_, shared_, x); };
    const HardlyDetermined found = hardly_determined(problem_, problem_.start(), at, one_pixel, options);
    if (found.far_points > 0) report.notes.push_back(found.far_sentence());
    if (!found.obstacle.empty())
      report.notes.push_back("what the data hardly determine could not be found out: " + found.obstacle);
    if (found.directions.empty()) return;
    report.findings.push_back({Finding::Kind::ill_conditioned,
                               "With observations good to a pixel " + found.direction_sentence() + ".",
                               "Bring cameras that see the scene from other sides, fix what is known (--fix focal), or "
                               "expect errors as large.",
                               {}});
  }
  /// What the request makes of the file, and its problem.
  void take(const Request& request) {
    if (request.drop_behind) {
      const BundleCheirality start = cheirality(bundle_);
      if (!start.behind.empty())
        notes_.push_back(fmt::format("{} left out, whose points are behind their cameras at the start",
                                     counted(static_cast<std::int64_t>(start.behind.size()), "observation")));
      bundle_ = without(std::move(bundle_), start.behind);
      if (bundle_.u.empty()) throw Error("every observation's point is behind its camera; expected some before it");
    }
    BundleSetting setting = setting_of(std::move(bundle_), request);
    bundle_ = std::move(setting.bundle);
    shared_ = std::move(setting.shared);
    priors_ = std::move(setting.priors);
    loose_ = setting.loose;
    notes_.insert(notes_.end(), setting.notes.begin(), setting.notes.end());
    middle_ = middle_of(bundle_);
    centred_ = moved(bundle_, opposite(middle_));
    problem_ = build_problem(centred_, shared_, moved(priors_, opposite(middle_)), request.loss.value_or(Loss()));
    if (auto sentence = limit(problem_, centred_, shared_, request)) notes_.push_back(std::move(*sentence));
  }
  static std::array<double, 3> opposite(const std::array<double, 3>& v) { return {-v[0], -v[1], -v[2]}; }

  Bundle bundle_, centred_;  // in the world of the file, or of the priors; moved to the origin
  SharedIntrinsics shared_;
  bool loose_ = false;              // the priors' places leave a turn or a scale open
  BundlePriors priors_;             // in the world of bundle_
  std::vector<std::string> notes_;  // on the start
  std::array<double, 3> middle_{};  // of the points of bundle_
};

std::unique_ptr<Study> read(const std::string& file, const Request&) {
  return std::make_unique<BundleStudy>(read_bundle(file));
}

bool recognises(const std::string& file) { return looks_like_bal(file) || looks_like_bundler(file); }

}  // namespace

Kind bundle() { return {kind, own_options, own_formats, recognises, read}; }

}  // namespace thalweg::inline v0_1::studies
