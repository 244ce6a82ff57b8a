#include <train/minibatches.hpp>

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace thalweg::inline v0_1 {
namespace {

/// Uniform on 0 … count − 1: draws beyond the largest multiple of count are thrown away.
std::uint64_t below(std::uint64_t count, std::mt19937_64& random) {
  const std::uint64_t excess = (std::mt19937_64::max() % count + 1) % count;
  std::uint64_t draw = random();
  while (draw > std::mt19937_64::max() - excess) draw = random();
  return draw % count;
}

}  // namespace

std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t z = seed + (number + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

Minibatches::Minibatches(std::int64_t samples, std::int64_t size, std::uint64_t seed)
    : order_(static_cast<std::size_t>(samples)),
      size_(static_cast<std::size_t>(size)),
      position_(static_cast<std::size_t>(samples)),
      seed_(seed) {}

void Minibatches::shuffle() {
  std::mt19937_64 random(mixed(seed_, static_cast<std::uint64_t>(epochs_)));
  std::iota(order_.begin(), order_.end(), 0);
  for (std::size_t left = order_.size(); left > 1; --left) std::swap(order_[left - 1], order_[below(left, random)]);
}

std::span<const std::int64_t> Minibatches::next() {
  if (epoch_complete()) {
    shuffle();
    position_ = 0;
  }
  const std::size_t begin = position_;
  position_ = std::min(begin + size_, order_.size());
  if (epoch_complete()) ++epochs_;
  return {order_.data() + begin, position_ - begin};
}

}  // namespace thalweg::inline v0_1
