// Points of a distributed solve in a file, from which another one begins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/distributed/communicator.hpp>

namespace thalweg::inline v0_1 {

/// Where the numbers of this process are in a vector of all: `count` numbers from `local` on in its own vector x are
/// those from `global` on. What several processes hold, one of them writes.
struct NumberRun {
  std::int64_t local = 0, global = 0, count = 0;
};

struct CheckpointState {
  std::int64_t iteration = 0;
  double cost = 0.0, damping = 0.0;
};

/// Writes checkpoints of one solve to one file, each process its own numbers: all must see the same file system. The
/// file appears whole or not at all, and fits any number of processes.
class CheckpointWriter {
 public:
  /// `numbers`: of the whole problem. `problem`: a text by which a checkpoint of another one is refused.
  CheckpointWriter(const Communicator& communicator, std::string path, std::string problem, std::int64_t numbers,
                   std::vector<NumberRun> owned);
  /// Throws CollectiveError where the file cannot be written, and where the processes write to different file systems.
  /// Collective.
  void write(const CheckpointState& state, const std::vector<double>& x) const;

 private:
  const Communicator& communicator_;
  std::string path_, problem_;
  std::int64_t numbers_;
  std::vector<NumberRun> owned_;
};

/// Reads a checkpoint into x, this process' numbers, copies among them. Throws CollectiveError for a file that is none,
/// is damaged or of another problem. Collective.
CheckpointState read_checkpoint(const Communicator& communicator, const std::string& path, const std::string& problem,
                                std::int64_t numbers, const std::vector<NumberRun>& held, std::vector<double>& x);

}  // namespace thalweg::inline v0_1
