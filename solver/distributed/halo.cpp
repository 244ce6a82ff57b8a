#include <distributed/halo.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// The blocks `which` of `from` into `to`, one after the other.
void pack(const double* from, const std::vector<std::int64_t>& which, int size, std::vector<double>& to) {
  to.resize(which.size() * at(size));
  double* next = to.data();
  for (const std::int64_t b : which) next = std::copy_n(from + b * size, size, next);
}

}  // namespace

Halo::Halo(const Communicator& communicator, std::span<const std::int64_t> held, std::span<const std::int64_t> first)
    : communicator_(communicator), held_(held.begin(), held.end()) {
  const auto rank = at(communicator.rank());
  const auto processes = at(communicator.size());
  first_owned_ = first[rank];
  owned_ = first[rank + 1] - first_owned_;
  std::vector<std::vector<std::int64_t>> wanted(processes), places(processes);
  for (std::size_t h = 0; h < held_.size(); ++h) {
    const auto owner = at(std::upper_bound(first.begin(), first.end(), held_[h]) - first.begin() - 1);
    if (owner == rank) {
      own_held_.push_back(static_cast<std::int64_t>(h));
      own_owned_.push_back(held_[h] - first_owned_);
      continue;
    }
    wanted[owner].push_back(held_[h]);
    places[owner].push_back(static_cast<std::int64_t>(h));
    ++ghosts_;
  }
  communicator.together([&] {
    if (static_cast<std::int64_t>(own_held_.size()) != owned_)
      throw Error(fmt::format("process {} holds {} of the {} shared blocks that it owns; expected all of them",
                              communicator.rank(), own_held_.size(), owned_));
  });
  std::vector<Communicator::Bytes> requests(processes);
  for (std::size_t p = 0; p < processes; ++p) requests[p] = as_bytes(std::span<const std::int64_t>(wanted[p]));
  const std::vector<Communicator::Bytes> asked = communicator.exchange(requests);
  for (std::size_t p = 0; p < processes; ++p) {
    std::vector<std::int64_t> lent = from_bytes<std::int64_t>(asked[p]);
    for (std::int64_t& b : lent) b -= first_owned_;
    if (lent.empty() && places[p].empty()) continue;
    neighbours_.push_back(static_cast<int>(p));
    lent_.push_back(std::move(lent));
    borrowed_.push_back(std::move(places[p]));
  }
  out_.resize(neighbours_.size());
  in_.resize(neighbours_.size());
}

std::int64_t Halo::owned_number(std::int64_t held) const {
  const std::int64_t number = held_[at(held)] - first_owned_;
  return number >= 0 && number < owned_ ? number : -1;
}

void Halo::spread(const double* owned, double* held, int size) const {
  for (std::size_t k = 0; k < neighbours_.size(); ++k) {
    pack(owned, lent_[k], size, out_[k]);
    in_[k].resize(borrowed_[k].size() * at(size));
  }
  communicator_.swap(neighbours_, out_, in_);
  for (std::size_t k = 0; k < own_held_.size(); ++k)
    std::copy_n(owned + own_owned_[k] * size, size, held + own_held_[k] * size);
  for (std::size_t k = 0; k < neighbours_.size(); ++k)
    for (std::size_t b = 0; b < borrowed_[k].size(); ++b)
      std::copy_n(in_[k].data() + b * at(size), size, held + borrowed_[k][b] * size);
}

void Halo::collect(const double* held, double* owned, int size) const {
  for (std::size_t k = 0; k < neighbours_.size(); ++k) {
    pack(held, borrowed_[k], size, out_[k]);
    in_[k].resize(lent_[k].size() * at(size));
  }
  communicator_.swap(neighbours_, out_, in_);
  std::fill_n(owned, owned_ * size, 0.0);
  const auto add_own = [&] {
    for (std::size_t k = 0; k < own_held_.size(); ++k)
      for (int i = 0; i < size; ++i) owned[own_owned_[k] * size + i] += held[own_held_[k] * size + i];
  };
  bool added = false;
  for (std::size_t k = 0; k < neighbours_.size(); ++k) {
    if (!added && neighbours_[k] > communicator_.rank()) {
      add_own();
      added = true;
    }
    const double* from = in_[k].data();
    for (const std::int64_t b : lent_[k])
      for (int i = 0; i < size; ++i) owned[b * size + i] += *from++;
  }
  if (!added) add_own();
}

}  // namespace thalweg::inline v0_1
