// What a process does during a solve, written down for simulations of other machines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <thalweg/distributed/communicator.hpp>

namespace thalweg::inline v0_1 {

/// The events of one process in their order, a line of text each:
///
///     i N               iteration N has ended
///     w KIND R          a pass over R residual blocks; KIND: evaluation, cost or product
///     r BYTES           a reduction to process 0, and its result from there to all
///     a BYTES           a reduction whose result all have, by PETSc; BYTES are those of one number
///     b ROOT BYTES      from process ROOT to all
///     x P:BYTES ... | P:BYTES ...      8 bytes to each process, then these messages: sent to P, received from P
///     s P:BYTES ... | P:BYTES ...      messages between neighbours
class Recording {
 public:
  using Messages = std::vector<std::pair<int, std::size_t>>;  ///< process, bytes

  void iteration(std::int64_t number);
  void work(Work what, std::int64_t residual_blocks);
  void reduction(std::size_t bytes);
  void all_reduction(std::size_t bytes);
  void broadcast(int root, std::size_t bytes);
  void exchange(const Messages& sent, const Messages& received) { messages('x', sent, received); }
  void mutual(const Messages& sent, const Messages& received) { messages('s', sent, received); }
  const std::string& text() const { return text_; }

 private:
  void messages(char kind, const Messages& sent, const Messages& received);
  std::string text_;
};

/// Writes the recordings of all processes to a folder, which is made, or must hold nothing but recordings: a file
/// process-00000 and so on for each, whose first line says how many there are. Throws CollectiveError. Collective.
void write_recording(const Communicator& communicator, const Recording& recording, const std::string& folder);

}  // namespace thalweg::inline v0_1
