#include <linear/normal/product_schedule.hpp>

#include <algorithm>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

// Of so many couplings the records, and what each has while its landmark is eliminated, take a third of a megabyte.
constexpr std::int64_t stretch_couplings = 1024;
constexpr std::int64_t most_couplings = 65536;

}  // namespace

ProductScheduler::ProductScheduler(std::span<const std::int64_t> coupling_start,
                                   std::span<const std::int32_t> part_landmark)
    : coupling_start_(coupling_start) {
  for (std::size_t p = 0; p + 1 < part_landmark.size(); ++p) {
    result_.part.push_back(static_cast<std::int32_t>(result_.landmark.size()));
    std::int64_t begin = -1;
    for (std::int32_t e = part_landmark[p]; e < part_landmark[p + 1]; ++e) {
      if (start(e + 1) - start(e) > most_couplings)
        throw Error("an eliminated block meets more than 65536 others; expected linear solver implicit-schur");
      if (begin >= 0 && start(e + 1) - begin <= stretch_couplings) continue;
      result_.landmark.push_back(e);
      begin = start(e);
    }
  }
  result_.part.push_back(static_cast<std::int32_t>(result_.landmark.size()));
  result_.landmark.push_back(part_landmark.back());
  std::int64_t pairs = 0;
  for (std::int32_t e = 0; e < part_landmark.back(); ++e) {
    const std::int64_t k = start(e + 1) - start(e);
    pairs += k * (k + 1) / 2;
  }
  result_.pairs.reserve(static_cast<std::size_t>(pairs + ProductSchedule::pairs_ahead));
  for (std::size_t s = 0; s + 1 < result_.landmark.size(); ++s)
    result_.longest = std::max(result_.longest, start(result_.landmark[s + 1]) - start(result_.landmark[s]));
}

void ProductScheduler::open_stretch(std::int32_t stretch) {
  while (result_.part[static_cast<std::size_t>(part_) + 1] <= stretch) ++part_;
  met_.clear();
  noted_.clear();
  result_.run.push_back(static_cast<std::int64_t>(result_.runs.size()));
  result_.pair.push_back(static_cast<std::int64_t>(result_.pairs.size()));
}

/// By counting: runs in the order of their blocks, the pairs of a run in the order of their landmarks.
void ProductScheduler::close_stretch() {
  CancellationProbe::poll();
  std::sort(met_.begin(), met_.end());
  const std::size_t first = result_.pairs.size();
  result_.pairs.resize(first + noted_.size());
  std::uint32_t place = 0;
  for (const std::uint32_t block : met_) {
    const std::uint32_t n = count_[block];
    result_.runs.push_back({block, n, last_part_[block] != part_});
    last_part_[block] = part_;
    count_[block] = place;
    place += n;
  }
  for (const Noted& noted : noted_) result_.pairs[first + count_[noted.block]++] = noted.pair;
  for (const std::uint32_t block : met_) count_[block] = 0;
}

void ProductScheduler::close() {
  result_.run.push_back(static_cast<std::int64_t>(result_.runs.size()));
  result_.pair.push_back(static_cast<std::int64_t>(result_.pairs.size()));
  result_.pairs.resize(result_.pairs.size() + ProductSchedule::pairs_ahead);
}

}  // namespace thalweg::inline v0_1
