#include <linear/normal/product_schedule.hpp>

#include <algorithm>

#include <thalweg/base/cancellation.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Of so many couplings the records, and what each has while its landmark is eliminated, take a third of a megabyte.
constexpr std::int64_t stretch_couplings = 1024;

}  // namespace

PartScheduler::PartScheduler(std::span<const std::int64_t> coupling_start, std::int32_t begin, std::int32_t end,
                             std::int64_t blocks)
    : coupling_start_(coupling_start),
      count_(static_cast<std::size_t>(blocks)),
      before_(static_cast<std::size_t>(blocks)) {
  std::int64_t first = -1, pairs = 0;
  for (std::int32_t e = begin; e < end; ++e) {
    const std::int64_t k = start(e + 1) - start(e);
    pairs += k * (k + 1) / 2;
    if (first >= 0 && start(e + 1) - first <= stretch_couplings) continue;
    part_.stretches.push_back({e, 0, 0});
    first = start(e);
  }
  part_.stretches.push_back({end, 0, 0});
  part_.pairs.reserve(static_cast<std::size_t>(pairs + ProductSchedule::pairs_ahead));
}

void PartScheduler::open(ProductSchedule::Stretch& stretch) {
  met_.clear();
  noted_.clear();
  stretch.run = static_cast<std::int64_t>(part_.runs.size());
  stretch.pair = static_cast<std::int64_t>(part_.pairs.size());
}

/// By counting: runs in the order of their blocks, the pairs of a run in the order of their landmarks.
void PartScheduler::close() {
  CancellationProbe::poll();
  std::sort(met_.begin(), met_.end());
  const std::size_t first = part_.pairs.size();
  part_.pairs.resize(first + noted_.size());
  std::uint32_t place = 0;
  for (const std::uint32_t block : met_) {
    const std::uint32_t n = count_[block];
    part_.runs.push_back({block, n, !before_[block]});
    before_[block] = 1;
    count_[block] = place;
    place += n;
  }
  for (const Noted& noted : noted_) part_.pairs[first + count_[noted.block]++] = noted.pair;
  for (const std::uint32_t block : met_) count_[block] = 0;
}

void PartScheduler::finish() {
  open(part_.stretches.back());
  part_.pairs.resize(part_.pairs.size() + ProductSchedule::pairs_ahead);
}

}  // namespace thalweg::inline v0_1
