// Folders of a problem cut for a number of processes.
#pragma once

#include <cstdint>
#include <string>

#include <thalweg/distributed/bundle_part.hpp>

namespace thalweg::inline v0_1 {

/// Writes parts to a folder; the file "parts", which makes it one, comes last. Collective but for write().
class PartWriter {
 public:
  /// Makes the folder where it is not there. Throws CollectiveError where that fails, or where it holds files that are
  /// no parts.
  PartWriter(const Communicator& communicator, std::string folder, int processes);
  void write(int process, const BundlePart& part);
  void close();

 private:
  const Communicator& communicator_;
  std::string folder_;
  int processes_;
  std::uint64_t hash_ = 0;  // of the parts that were written here
  std::int64_t counts_[3] = {};
};

/// The part of this process. Throws CollectiveError for a folder of another number of processes, a part that is
/// missing, damaged or of another problem. Collective.
BundlePart read_part_file(const Communicator& communicator, const std::string& folder);

}  // namespace thalweg::inline v0_1
