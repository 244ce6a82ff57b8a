// What the processes of one solve say to each other: the only seam through which numbers pass between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

/// What went through a communicator so far, as this process saw it: what models of scaling are fitted to.
struct Traffic {
  std::int64_t reductions = 0;  ///< sums and maxima over all processes
  std::int64_t messages = 0;    ///< sent to single neighbours
  std::int64_t bytes = 0;       ///< of those messages
  double seconds = 0.0;         ///< spent in calls, waiting for others included
};

/// A pass over the residuals of a process: with their derivatives, without, or by products with what these made.
enum class Work { evaluation, cost, product };

class Recording;

/// An error that every process knows of, said the same in each.
class CollectiveError : public Error {
 public:
  CollectiveError(const std::string& message, int process, bool file)
      : Error(message), process_(process), file_(file) {}
  int process() const { return process_; }   ///< the first that met it
  bool is_of_file() const { return file_; }  ///< it was a FileError there

 private:
  int process_;
  bool file_;
};

/// Processes numbered from 0. Every call but rank(), size(), traffic(), record(), note() and abort() is collective: all
/// processes make the same calls in the same order. Results that all receive have the same bits in each, so that
/// decisions based on them agree; sums are added in an order that depends on the number of processes alone.
class Communicator {
 public:
  using Bytes = std::vector<std::byte>;

  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Processes on this machine, this one among them.
  virtual int on_this_machine() const = 0;

  virtual void sum(std::span<double> values) const = 0;
  virtual void sum(std::span<std::int64_t> values) const = 0;
  virtual void max(std::span<double> values) const = 0;
  /// From process `root` to all: `data` becomes what it has there.
  virtual void broadcast(Bytes& data, int root) const = 0;
  /// What each process has, in the order of their numbers; in process 0 alone, empty elsewhere.
  virtual std::vector<Bytes> gather(std::span<const std::byte> data) const = 0;
  /// to[p] goes to process p; returns what each process sent here.
  virtual std::vector<Bytes> exchange(const std::vector<Bytes>& to) const = 0;
  /// The same between neighbours, whose buffers have sizes that both sides know: `sent[k]` goes to process
  /// neighbours[k], and received[k] comes from there; what is empty is not sent.
  virtual void swap(std::span<const int> neighbours, const std::vector<std::vector<double>>& sent,
                    std::vector<std::vector<double>>& received) const = 0;

  virtual const Traffic& traffic() const = 0;
  /// From here on, what passes between the processes, PETSc's reductions among it, and the work noted, are written down
  /// there; nullptr: no more.
  virtual void record(Recording* recording) const = 0;
  virtual void note(Work what, std::int64_t residual_blocks) const = 0;
  /// Ends all processes at once, with this exit code. Not collective.
  [[noreturn]] virtual void abort(int code) const = 0;

  double sum(double value) const;
  std::int64_t sum(std::int64_t value) const;
  double max(double value) const;
  bool any(bool value) const { return max(value ? 1.0 : 0.0) > 0.0; }
  /// Calls `work` in every process. Where it throws an std::exception in some, all throw a CollectiveError with the
  /// message of the first of them, after which the processes are still in step.
  void together(const std::function<void()>& work) const;
  /// Throws a CollectiveError unless all processes have the same text here; the message is that of `differs`.
  void expect_same(const std::string& text, const std::string& differs) const;
};

/// Numbers as bytes and back.
template <class T>
Communicator::Bytes as_bytes(std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}
template <class T>
std::vector<T> from_bytes(const Communicator::Bytes& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::copy_n(bytes.begin(), values.size() * sizeof(T), std::as_writable_bytes(std::span<T>(values)).begin());
  return values;
}

/// MPI and PETSc from here to its end, which must come before the process ends. `petsc`: options for PETSc, such as
/// "-ksp_rtol", "1e-4". One at a time. Throws Error where MPI or PETSc cannot start.
class MpiSession {
 public:
  explicit MpiSession(const std::vector<std::string>& petsc = {});
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  /// All processes that mpirun started.
  const Communicator& world() const { return *world_; }
  /// Options of PETSc that nothing has read so far, by name: misspelled, or of another solver.
  std::vector<std::string> unread_options() const;

 private:
  std::unique_ptr<Communicator> world_;
};

}  // namespace thalweg::inline v0_1
