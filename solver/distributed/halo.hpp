// Vectors over shared blocks: from their owners to the copies, and sums of copies to the owners.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/distributed/communicator.hpp>

namespace thalweg::inline v0_1 {

/// Which process needs whose shared blocks. A message goes to each neighbour, of the blocks that both hold.
class Halo {
 public:
  /// `held`: numbers of the shared blocks that this process holds, rising; first[p] is the first that process p owns.
  /// Throws CollectiveError where a process does not hold what it owns. Collective.
  Halo(const Communicator& communicator, std::span<const std::int64_t> held, std::span<const std::int64_t> first);

  std::int64_t owned() const { return owned_; }
  std::int64_t first_owned() const { return first_owned_; }
  std::int64_t held() const { return static_cast<std::int64_t>(held_.size()); }
  /// Number of a held block among those owned here; −1: another process owns it.
  std::int64_t owned_number(std::int64_t held) const;
  std::int64_t global_number(std::int64_t held) const { return held_[static_cast<std::size_t>(held)]; }
  /// Copies of blocks that other processes own: what a vector costs to bring up to date, in blocks.
  std::int64_t ghosts() const { return ghosts_; }
  std::int64_t neighbours() const { return static_cast<std::int64_t>(neighbours_.size()); }

  /// `size` numbers a block: the owners' values to all who hold the block. Collective.
  void spread(const double* owned, double* held, int size) const;
  /// Adds up over all who hold a block, in the order of the processes. Collective.
  void collect(const double* held, double* owned, int size) const;

 private:
  const Communicator& communicator_;
  std::vector<std::int64_t> held_;
  std::int64_t owned_ = 0, first_owned_ = 0, ghosts_ = 0;
  std::vector<int> neighbours_;                        // rising
  std::vector<std::vector<std::int64_t>> lent_;        // to each neighbour: numbers among those owned
  std::vector<std::vector<std::int64_t>> borrowed_;    // from each: numbers among those held
  std::vector<std::int64_t> own_held_, own_owned_;     // held blocks that are owned here
  mutable std::vector<std::vector<double>> out_, in_;  // buffers
};

}  // namespace thalweg::inline v0_1
