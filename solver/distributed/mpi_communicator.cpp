// The communicator over MPI, and the session that starts and ends MPI and PETSc.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <distributed/petsc.hpp>
#include <thalweg/distributed/recording.hpp>

namespace thalweg::inline v0_1 {
namespace {

// MPI counts in int.
constexpr std::size_t most_bytes = std::numeric_limits<int>::max();

int count_of(std::size_t n) {
  if (n > most_bytes) throw Error(fmt::format("a message of {} bytes; expected at most {}", n, most_bytes));
  return static_cast<int>(n);
}

class MpiCommunicator final : public Communicator {
 public:
  explicit MpiCommunicator(MPI_Comm native) : native_(native) {
    MPI_Comm_rank(native_, &rank_);
    MPI_Comm_size(native_, &size_);
    MPI_Comm machine = MPI_COMM_NULL;
    MPI_Comm_split_type(native_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine);
    MPI_Comm_size(machine, &on_this_machine_);
    MPI_Comm_free(&machine);
  }

  using Communicator::max;
  using Communicator::sum;
  MPI_Comm native() const { return native_; }
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int on_this_machine() const override { return on_this_machine_; }
  const Traffic& traffic() const override { return traffic_; }

  void sum(std::span<double> values) const override { reduce(values, MPI_DOUBLE, MPI_SUM); }
  void sum(std::span<std::int64_t> values) const override { reduce(values, MPI_INT64_T, MPI_SUM); }
  void max(std::span<double> values) const override { reduce(values, MPI_DOUBLE, MPI_MAX); }

  void record(Recording* recording) const override {
    recording_ = recording;
    noticed_ = petsc_allreduce_ct;
  }
  void note(Work what, std::int64_t residual_blocks) const override {
    catch_up();
    write_down([&](Recording& r) { r.work(what, residual_blocks); });
  }

  void broadcast(Bytes& data, int root) const override {
    const Timed timed(traffic_);
    catch_up();
    std::uint64_t bytes = data.size();
    MPI_Bcast(&bytes, 1, MPI_UINT64_T, root, native_);
    data.resize(bytes);
    for (std::size_t at = 0; at < data.size(); at += most_bytes)
      MPI_Bcast(data.data() + at, count_of(std::min(most_bytes, data.size() - at)), MPI_BYTE, root, native_);
    write_down([&](Recording& r) { r.broadcast(root, data.size()); });
  }

  std::vector<Bytes> gather(std::span<const std::byte> data) const override {
    std::vector<Bytes> to(static_cast<std::size_t>(size_));
    to[0].assign(data.begin(), data.end());
    std::vector<Bytes> from = exchange(to);
    if (rank_ != 0) from.clear();
    return from;
  }

  std::vector<Bytes> exchange(const std::vector<Bytes>& to) const override {
    const Timed timed(traffic_);
    catch_up();
    const auto n = static_cast<std::size_t>(size_);
    std::vector<std::uint64_t> sent(n), coming(n);
    for (std::size_t p = 0; p < n; ++p) sent[p] = to[p].size();
    MPI_Alltoall(sent.data(), 1, MPI_UINT64_T, coming.data(), 1, MPI_UINT64_T, native_);
    std::vector<Bytes> from(n);
    std::vector<MPI_Request> requests;
    for (std::size_t p = 0; p < n; ++p) {
      from[p].resize(coming[p]);
      in_pieces(from[p].size(), [&](std::size_t at, int count) {
        MPI_Irecv(from[p].data() + at, count, MPI_BYTE, static_cast<int>(p), tag, native_, &requests.emplace_back());
      });
    }
    for (std::size_t p = 0; p < n; ++p)
      in_pieces(to[p].size(), [&](std::size_t at, int count) {
        MPI_Isend(to[p].data() + at, count, MPI_BYTE, static_cast<int>(p), tag, native_, &requests.emplace_back());
        count_message(static_cast<std::size_t>(count));
      });
    MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
    write_down([&](Recording& r) { r.exchange(messages_of(to), messages_of(from)); });
    return from;
  }

  void swap(std::span<const int> neighbours, const std::vector<std::vector<double>>& sent,
            std::vector<std::vector<double>>& received) const override {
    const Timed timed(traffic_);
    catch_up();
    requests_.clear();
    for (std::size_t k = 0; k < neighbours.size(); ++k)
      if (!received[k].empty())
        MPI_Irecv(received[k].data(), count_of(received[k].size()), MPI_DOUBLE, neighbours[k], tag, native_,
                  &requests_.emplace_back());
    for (std::size_t k = 0; k < neighbours.size(); ++k) {
      if (sent[k].empty()) continue;
      MPI_Isend(sent[k].data(), count_of(sent[k].size()), MPI_DOUBLE, neighbours[k], tag, native_,
                &requests_.emplace_back());
      count_message(8 * sent[k].size());
    }
    MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
    write_down([&](Recording& r) { r.mutual(messages_of(neighbours, sent), messages_of(neighbours, received)); });
  }

  [[noreturn]] void abort(int code) const override {
    MPI_Abort(native_, code);
    std::_Exit(code);
  }

 private:
  static constexpr int tag = 1;

  class Timed {
   public:
    explicit Timed(Traffic& traffic) : traffic_(traffic) {}
    ~Timed() { traffic_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count(); }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

   private:
    Traffic& traffic_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  };

  template <class Send>
  static void in_pieces(std::size_t bytes, Send send) {
    for (std::size_t at = 0; at < bytes; at += most_bytes) send(at, count_of(std::min(most_bytes, bytes - at)));
  }
  void count_message(std::size_t bytes) const {
    ++traffic_.messages;
    traffic_.bytes += static_cast<std::int64_t>(bytes);
  }

  /// Reductions of PETSc since the last event: it counts them, and those that this file calls by its macros.
  void catch_up() const {
    if (!recording_) return;
    for (; noticed_ < petsc_allreduce_ct; ++noticed_) recording_->all_reduction(sizeof(double));
  }
  /// After catch_up(), and the calls of MPI that the event stands for.
  template <class Write>
  void write_down(Write write) const {
    if (!recording_) return;
    write(*recording_);
    noticed_ = petsc_allreduce_ct;
  }
  static Recording::Messages messages_of(const std::vector<Bytes>& all) {
    Recording::Messages found;
    for (std::size_t p = 0; p < all.size(); ++p)
      if (!all[p].empty()) found.emplace_back(static_cast<int>(p), all[p].size());
    return found;
  }
  static Recording::Messages messages_of(std::span<const int> neighbours, const std::vector<std::vector<double>>& all) {
    Recording::Messages found;
    for (std::size_t k = 0; k < neighbours.size(); ++k)
      if (!all[k].empty()) found.emplace_back(neighbours[k], 8 * all[k].size());
    return found;
  }

  /// To process 0 and from there to all, so that all have the same bits whatever algorithm the library takes.
  template <class T>
  void reduce(std::span<T> values, MPI_Datatype type, MPI_Op op) const {
    const Timed timed(traffic_);
    catch_up();
    ++traffic_.reductions;
    if (size_ == 1) return;
    std::vector<T> mine(values.begin(), values.end());
    MPI_Reduce(mine.data(), values.data(), count_of(values.size()), type, op, 0, native_);
    MPI_Bcast(values.data(), count_of(values.size()), type, 0, native_);
    write_down([&](Recording& r) { r.reduction(values.size_bytes()); });
  }

  MPI_Comm native_;
  int rank_ = 0, size_ = 1, on_this_machine_ = 1;
  mutable Traffic traffic_;
  mutable Recording* recording_ = nullptr;
  mutable PetscLogDouble noticed_ = 0;  // of PETSc's count of reductions, what is written down or is no reduction of it
  mutable std::vector<MPI_Request> requests_;
};

std::string& petsc_message() {
  static std::string message;
  return message;
}

/// Keeps what PETSc says where an error arose; the callers up to ours add nothing.
PetscErrorCode keep_message(MPI_Comm, int, const char* function, const char*, PetscErrorCode code, PetscErrorType type,
                            const char* message, void*) {
  if (type == PETSC_ERROR_INITIAL)
    petsc_message() = fmt::format("{} (PETSc, {})", message ? message : "", function ? function : "");
  return code;
}

}  // namespace

void petsc(PetscErrorCode code) {
  if (code == 0) return;
  const char* general = nullptr;
  PetscErrorMessage(code, &general, nullptr);
  std::string message = std::exchange(petsc_message(), "");
  if (message.empty()) message = fmt::format("PETSc error {}: {}", static_cast<int>(code), general ? general : "");
  throw Error(message);
}

KSPConvergedReason solve_by(::KSP solver, ::Vec right, ::Vec left, const double* b, double* x) {
  PetscInt n = 0;
  petsc(VecGetLocalSize(right, &n));
  double* to = nullptr;
  petsc(VecGetArrayWrite(right, &to));
  std::copy_n(b, n, to);
  petsc(VecRestoreArrayWrite(right, &to));
  petsc(KSPSolve(solver, right, left));
  KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
  petsc(KSPGetConvergedReason(solver, &reason));
  const double* from = nullptr;
  petsc(VecGetArrayRead(left, &from));
  std::copy_n(from, n, x);
  petsc(VecRestoreArrayRead(left, &from));
  return reason;
}

MPI_Comm mpi_of(const Communicator& communicator) {
  return dynamic_cast<const MpiCommunicator&>(communicator).native();
}

std::unique_ptr<Communicator> make_mpi_communicator(MPI_Comm native) {
  return std::make_unique<MpiCommunicator>(native);
}

MpiSession::MpiSession(const std::vector<std::string>& options) {
  // PETSc's own handlers would print, and catch the signals that end a process. What off-process entries of a matrix
  // are added in is the order of the processes.
  std::vector<std::string> words = {"thalweg-mpi", "-no_signal_handler", "-options_left",
                                    "0",           "-matstash_legacy",   "-matstash_reproduce"};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  int argc = static_cast<int>(words.size());
  char** argv = pointers.data();
  if (PetscInitialize(&argc, &argv, nullptr, nullptr) != 0) throw Error("PETSc and MPI do not start");
  petsc(PetscPushErrorHandler(keep_message, nullptr));
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
  world_ = make_mpi_communicator(MPI_COMM_WORLD);
}

MpiSession::~MpiSession() {
  world_.reset();
  PetscFinalize();
}

std::vector<std::string> MpiSession::unread_options() const {
  PetscInt count = 0;
  char **names = nullptr, **values = nullptr;
  petsc(PetscOptionsLeftGet(nullptr, &count, &names, &values));
  std::vector<std::string> unread;
  for (PetscInt i = 0; i < count; ++i) {
    const std::string name = names[i];
    if (!name.starts_with("matstash") && name != "no_signal_handler" && name != "options_left")
      unread.push_back("-" + name);
  }
  petsc(PetscOptionsLeftRestore(nullptr, &count, &names, &values));
  return unread;
}

}  // namespace thalweg::inline v0_1
