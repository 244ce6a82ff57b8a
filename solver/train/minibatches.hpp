// Which samples come when: every sample once per epoch, in an order drawn anew for each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thalweg::inline v0_1 {

/// Batches of `size` of the samples 0 … N−1; the last of an epoch may be smaller. The order of epoch e depends on seed
/// and e alone, on every platform: Fisher & Yates' shuffle (Knuth, volume 2, algorithm P) driven by std::mt19937_64,
/// whose numbers the standard prescribes, without the standard's distributions, which it does not.
class Minibatches {
 public:
  /// 1 ≤ size ≤ samples.
  Minibatches(std::int64_t samples, std::int64_t size, std::uint64_t seed);

  std::span<const std::int64_t> next();
  /// Whether the last batch completed an epoch.
  bool epoch_complete() const { return position_ == order_.size(); }
  std::int64_t epochs() const { return epochs_; }  ///< complete ones

 private:
  void shuffle();

  std::vector<std::int64_t> order_;
  std::size_t size_, position_;
  std::uint64_t seed_;
  std::int64_t epochs_ = 0;
};

/// Well-mixed bits of two numbers, for seeds of their own (SplitMix64's finaliser, Steele, Lea & Flood 2014).
std::uint64_t mixed(std::uint64_t seed, std::uint64_t number);

}  // namespace thalweg::inline v0_1
