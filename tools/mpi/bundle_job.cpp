// Bundle adjustments.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <thalweg/distributed/bundle_part.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/studies/bundle_section.hpp>

#include "mpi/job.hpp"

namespace thalweg::tool {
namespace {

// As of a solve in one process: points that run to infinity gain ever less for a hundred steps.
constexpr double noise_of_cameras = 5e-3;

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
    if (!solve.was_given("--noise-tolerance")) solve.options.noise_tolerance = noise_of_cameras;
    middle_ = middle_of(communicator_, part_);
    share_ = share_of(part_, solve.loss.value_or(Loss()), {-middle_[0], -middle_[1], -middle_[2]});
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
    facts.residual_blocks = part_.observation_count;
    facts.residuals = 2 * part_.observation_count;
    report.parameter_list = ParameterList::on_request;
  }
  std::vector<double>& start() override { return start_; }
  DistributedResult solve(const Options& options, const DistributedOptions& how) override {
    return solve_distributed(communicator_, share_, start_, options, how);
  }
  void conclude(const DistributedResult& found, Report& report) override {
    BundleSummary summary{part_.camera_count,
                          part_.point_count,
                          part_.observation_count,
                          errors_of_all(communicator_, reprojection_distances(share_.problem, share_.problem.start())),
                          errors_of_all(communicator_, reprojection_distances(share_.problem, found.result.x)),
                          std::nullopt};
    report.sections.push_back(section_of(summary));
  }
  void write(const std::vector<double>& x, const std::string& output) override {
    BundlePart solved = part_;
    solved.local = moved(with_solution(moved(part_.local, {-middle_[0], -middle_[1], -middle_[2]}), x), middle_);
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
  std::array<double, 3> middle_{};
  Share share_;
  std::vector<double> start_;
};

}  // namespace

std::unique_ptr<Job> bundle_job(const Communicator& communicator, const std::string& file) {
  return std::make_unique<BundleJob>(communicator, file);
}

}  // namespace thalweg::tool
