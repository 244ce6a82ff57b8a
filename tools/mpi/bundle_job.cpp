// Bundle adjustments.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <thalweg/distributed/bundle_part.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/studies/bundle_fixing.hpp>
#include <thalweg/studies/bundle_priors.hpp>
#include <thalweg/studies/bundle_section.hpp>

#include "mpi/job.hpp"

namespace thalweg::tool {
namespace {

// As of a solve in one process: points that run to infinity gain ever less for a hundred steps.
constexpr double noise_of_cameras = 5e-3;
// Observations of a bundle that is drawn, whole in process 0: some 200 MB.
constexpr std::int64_t most_drawn = 1000000;

/// The value of rank k of the sorted distances of all processes: by bisection of the bits of doubles, whose order is
/// that of the numbers where none is negative. `mine` is sorted.
double quantile(const Communicator& communicator, const std::vector<double>& mine, std::int64_t k) {
  const auto number = [](std::uint64_t bits) {
    double value = 0.0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  };
  std::uint64_t low = 0, high = 0x7FEFFFFFFFFFFFFFULL;  // the largest number
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto below = std::upper_bound(mine.begin(), mine.end(), number(middle)) - mine.begin();
    if (communicator.sum(static_cast<std::int64_t>(below)) > k)
      high = middle;
    else
      low = middle + 1;
  }
  return number(low);
}

/// reprojection_errors() of all processes' distances.
ReprojectionErrors errors_of_all(const Communicator& communicator, std::vector<double> mine) {
  ReprojectionErrors e;
  double sums[] = {0.0, 0.0, 0.0, static_cast<double>(mine.size())};
  double largest = 0.0;
  const std::size_t all = mine.size();
  for (const double d : mine) {
    sums[0] += d * d;
    sums[1] += d;
    largest = std::max(largest, d);
  }
  std::erase_if(mine, [](double d) { return !std::isfinite(d); });
  std::sort(mine.begin(), mine.end());
  sums[2] = static_cast<double>(mine.size());
  const bool finite = !communicator.any(mine.size() != all);
  communicator.sum(sums);
  e.root_mean_square = std::sqrt(sums[0] / sums[3]);
  e.mean = sums[1] / sums[3];
  if (sums[2] > 0.0) {
    e.median = quantile(communicator, mine, static_cast<std::int64_t>(0.5 * (sums[2] - 1.0)));
    e.percentile_95 = quantile(communicator, mine, static_cast<std::int64_t>(0.95 * (sums[2] - 1.0)));
  }
  e.largest = communicator.max(largest);
  if (!finite) e.largest = std::numeric_limits<double>::quiet_NaN();
  return e;
}

class BundleJob final : public Job {
 public:
  BundleJob(const Communicator& communicator, const std::string& file)
      : communicator_(communicator), part_(read_bundle_part(communicator, file)) {}

  void prepare(MpiArguments& arguments) override {
    SolveArguments& solve = arguments.solve;
    refuse_options(communicator_, arguments, {"--init", "--information-order", "--indefinite", "--ignore-unknown"},
                   "a bundle adjustment");
    picture_ = solve.picture;
    if (!solve.was_given("--noise-tolerance")) solve.options.noise_tolerance = noise_of_cameras;
    if (solve.was_given("--prior")) take_priors(solve);
    middle_ = middle_of(communicator_, part_);
    share_ = share_of(part_, solve.loss.value_or(Loss()), {-middle_[0], -middle_[1], -middle_[2]},
                      local_priors(communicator_, part_, priors_));
    if (solve.was_given("--fix")) communicator_.together([&] { fix(solve.fix); });
    start_ = share_.problem.start();
  }
  void describe(Report& report) const override {
    ProblemFacts& facts = report.problem;
    facts.name = std::filesystem::path(part_.local.file).filename().string();
    facts.title = "Bundle adjustment";
    facts.source = part_.local.file;
    facts.kind = "bundle adjustment";
    facts.parameter_blocks = part_.camera_count + part_.point_count;
    facts.parameters = numbers();
    const auto priors = static_cast<std::int64_t>(priors_.cameras.size() + priors_.points.size());
    facts.residual_blocks = part_.observation_count + priors;
    facts.residuals = 2 * part_.observation_count + 3 * priors;
    report.parameter_list = ParameterList::on_request;
  }
  std::vector<double>& start() override { return start_; }
  DistributedResult solve(const Options& options, const DistributedOptions& how) override {
    return solve_distributed(communicator_, share_, start_, options, how);
  }
  void conclude(const DistributedResult& found, Report& report) override {
    report.result.notes.insert(report.result.notes.end(), notes_.begin(), notes_.end());
    if (priors_.any()) {
      BundlePriors priors = priors_;
      const Bundle few = with_priors(communicator_, solved_by(found.result.x), priors);
      report.result.notes.push_back(fit_of(few, priors));
    }
    const std::vector<double> before = reprojection_distances(share_.problem, share_.problem.start()),
                              after = reprojection_distances(share_.problem, found.result.x);
    BundleSummary summary{part_.camera_count,
                          part_.point_count,
                          part_.observation_count,
                          errors_of_all(communicator_, before),
                          errors_of_all(communicator_, after),
                          std::nullopt};
    if (picture_ && part_.observation_count > most_drawn)
      report.result.notes.push_back(fmt::format(
          "the page draws nothing: process 0 would hold all of the {} observations, and that is done up to {}",
          part_.observation_count, most_drawn));
    else if (picture_)
      summary.picture = picture_of(found.result.x, before, after);
    report.sections.push_back(section_of(summary));
  }
  void write(const std::vector<double>& x, const std::string& output) override {
    const BundlePart solved = solved_by(x);
    if (looks_like_parts(part_.local.file)) return write_parts(communicator_, solved, output);
    write_bal(communicator_, solved, output);
  }

  std::string identity() const override {
    return fmt::format("a bundle of {} cameras, {} points and {} observations", part_.camera_count, part_.point_count,
                       part_.observation_count);
  }
  std::int64_t numbers() const override { return 9 * part_.camera_count + 3 * part_.point_count; }
  std::vector<NumberRun> owned() const override { return runs(false); }
  std::vector<NumberRun> held() const override { return runs(true); }

 private:
  /// In the world of the file. What did not move keeps its bits.
  BundlePart solved_by(const std::vector<double>& x) const {
    BundlePart solved = part_;
    solved.local = moved(with_solution(moved(part_.local, {-middle_[0], -middle_[1], -middle_[2]}), x), middle_);
    const std::vector<double>& from = share_.problem.start();
    const auto keep = [&](std::size_t offset, std::size_t size, const std::vector<double>& file,
                          std::vector<double>& to) {
      for (std::size_t at = 0; at < file.size(); at += size)
        if (std::equal(&x[offset + at], &x[offset + at] + size, &from[offset + at]))
          std::copy_n(&file[at], size, &to[at]);
    };
    keep(0, 9, part_.local.cameras, solved.local.cameras);
    keep(part_.local.cameras.size(), 3, part_.local.points, solved.local.points);
    return solved;
  }
  /// In process 0; empty elsewhere.
  std::optional<BundlePicture> picture_of(const std::vector<double>& x, const std::vector<double>& before,
                                          const std::vector<double>& after) const {
    const Bundle start = whole_of(communicator_, part_), solved = whole_of(communicator_, solved_by(x));
    struct Distances {
      std::int64_t number;
      double before, after;
    };
    std::vector<Distances> mine;
    for (std::size_t i = 0; i < before.size(); ++i) mine.push_back({part_.observations[i], before[i], after[i]});
    std::vector<double> all_before(solved.u.size()), all_after(solved.u.size());
    for (const Communicator::Bytes& each : communicator_.gather(std::as_bytes(std::span<const Distances>(mine))))
      for (const Distances& d : from_bytes<Distances>(each)) {
        all_before[static_cast<std::size_t>(d.number)] = d.before;
        all_after[static_cast<std::size_t>(d.number)] = d.after;
      }
    if (communicator_.rank() != 0) return std::nullopt;
    return BundlePicture{view_from_above(start, solved), view_from_above(solved), std::move(all_before),
                         std::move(all_after),           solved.camera_of,        solved.point_of};
  }
  /// Into the world of the priors, by what has priors alone.
  void take_priors(const SolveArguments& solve) {
    communicator_.together([&] { priors_ = priors_named(solve.priors, {part_.camera_count, part_.point_count}); });
    const Bundle few = with_priors(communicator_, part_, priors_);
    notes_ = leave_out_unseen(few, priors_);
    PriorAlignment aligned;
    communicator_.together([&] { aligned = aligned_with(priors_, few, solve.fix); });
    notes_.insert(notes_.end(), aligned.notes.begin(), aligned.notes.end());
    if (aligned.by) part_.local = transformed(std::move(part_.local), *aligned.by);
  }
  /// What is fixed, of what is here: of a camera in every process that has a copy.
  void fix(const std::vector<std::string>& names) {
    const auto fix = [&](const std::vector<std::int64_t>& here, std::int64_t offset, int size, const BundleFixing& f) {
      for (std::size_t i = 0; i < here.size(); ++i)
        for (int k = f.first_number; here[i] >= f.first && here[i] <= f.last && k <= f.last_number; ++k)
          share_.problem.fix(Parameters<Dynamic>(offset + size * static_cast<std::int64_t>(i) + k, 1, 1));
    };
    for (const BundleFixing& f : bundle_fixing(names, part_.camera_count, part_.point_count)) {
      if (f.of_points)
        fix(part_.points, 9 * static_cast<std::int64_t>(part_.cameras.size()), 3, f);
      else
        fix(part_.cameras, 0, 9, f);
    }
  }
  std::vector<NumberRun> runs(bool copies) const {
    const auto rank = static_cast<std::size_t>(communicator_.rank());
    std::vector<NumberRun> all;
    for (std::size_t c = 0; c < part_.cameras.size(); ++c)
      if (copies || (part_.shared[c] >= part_.first_camera[rank] && part_.shared[c] < part_.first_camera[rank + 1]))
        all.push_back({9 * static_cast<std::int64_t>(c), 9 * part_.cameras[c], 9});
    const auto local = 9 * static_cast<std::int64_t>(part_.cameras.size()), global = 9 * part_.camera_count;
    for (std::size_t p = 0; p < part_.points.size(); ++p)
      all.push_back({local + 3 * static_cast<std::int64_t>(p), global + 3 * part_.points[p], 3});
    return all;
  }

  const Communicator& communicator_;
  BundlePart part_;
  BundlePriors priors_;             // called by their numbers in the file
  std::vector<std::string> notes_;  // on the start
  std::array<double, 3> middle_{};
  Share share_;
  std::vector<double> start_;
  bool picture_ = false;  // a page is asked for
};

}  // namespace

std::unique_ptr<Job> bundle_job(const Communicator& communicator, const std::string& file) {
  return std::make_unique<BundleJob>(communicator, file);
}

}  // namespace thalweg::tool
