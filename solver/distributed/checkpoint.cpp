// A checkpoint's file: a header of 512 bytes, the numbers of x, then for each process that wrote the hash of what it
// wrote. A process reads and writes a stretch of x, wherever its own numbers are.
#include <thalweg/distributed/checkpoint.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <distributed/routing.hpp>
#include <thalweg/io/file_error.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr char magic[8] = {'T', 'H', 'W', 'C', 'K', 'P', '0', '1'};
constexpr const char* a_checkpoint = "a checkpoint as thalweg-mpi solve --checkpoint writes it";

struct Header {
  char magic[8] = {};
  std::int64_t numbers = 0, processes = 0, iteration = 0;
  double cost = 0.0, damping = 0.0;
  std::uint64_t hash = 0;  ///< sum of those of the processes
  char problem[456] = {};
};
static_assert(sizeof(Header) == 512);

class File {
 public:
  File(std::string path, int flags) : path_(std::move(path)), descriptor_(open(path_.c_str(), flags, 0666)) {
    if (descriptor_ < 0) throw Error(fmt::format("'{}' cannot be opened: {}", path_, std::strerror(errno)));
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write_at(std::int64_t place, const void* from, std::size_t size) {
    const char* bytes = static_cast<const char*>(from);
    while (size > 0) {
      const ssize_t done = pwrite(descriptor_, bytes, size, place);
      if (done <= 0) throw Error(fmt::format("'{}' cannot be written: {}", path_, std::strerror(errno)));
      bytes += done;
      place += done;
      size -= static_cast<std::size_t>(done);
    }
  }
  void read_at(std::int64_t place, void* to, std::size_t size) {
    char* bytes = static_cast<char*>(to);
    while (size > 0) {
      const ssize_t done = pread(descriptor_, bytes, size, place);
      if (done <= 0) throw FileError(path_, 0, 0, "ends too early", a_checkpoint);
      bytes += done;
      place += done;
      size -= static_cast<std::size_t>(done);
    }
  }
  void settle() {
    if (fsync(descriptor_) != 0) throw Error(fmt::format("'{}' cannot be written: {}", path_, std::strerror(errno)));
  }

 private:
  std::string path_;
  int descriptor_;
};

std::int64_t place_of(std::int64_t number) { return static_cast<std::int64_t>(sizeof(Header)) + 8 * number; }

/// The sum of what each number gives with its place, whose order does not matter.
std::uint64_t hash_of(const double* values, std::int64_t first, std::int64_t count) {
  std::uint64_t sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, values + i, 8);
    bits = (bits ^ static_cast<std::uint64_t>(first + i)) * 0x9E3779B97F4A7C15ULL;
    sum += bits ^ (bits >> 31);
  }
  return sum;
}

/// A number and its place in the vector of all.
struct Placed {
  std::int64_t place;
  double value;
};

/// The numbers [begins[rank], begins[rank + 1]) of the vector of all.
std::vector<double> stretch_of(const Communicator& communicator, const std::vector<NumberRun>& owned,
                               const std::vector<double>& x, const std::vector<std::int64_t>& begins) {
  std::vector<std::vector<Placed>> of(static_cast<std::size_t>(communicator.size()));
  for (const NumberRun& run : owned)
    for (std::int64_t i = 0; i < run.count; ++i)
      of[routing::slice_with(begins, run.global + i)].push_back(
          {run.global + i, x[static_cast<std::size_t>(run.local + i)]});
  const auto rank = static_cast<std::size_t>(communicator.rank());
  std::vector<double> stretch(static_cast<std::size_t>(begins[rank + 1] - begins[rank]));
  for (const Placed& p : routing::joined(communicator, std::move(of)))
    stretch[static_cast<std::size_t>(p.place - begins[rank])] = p.value;
  return stretch;
}

/// From the stretches to the numbers that this process holds.
void take_held(const Communicator& communicator, const std::vector<double>& stretch,
               const std::vector<std::int64_t>& begins, const std::vector<NumberRun>& held, std::vector<double>& x) {
  std::vector<std::pair<std::int64_t, std::int64_t>> wanted;  // number in the vector of all, in x
  for (const NumberRun& run : held)
    for (std::int64_t i = 0; i < run.count; ++i) wanted.emplace_back(run.global + i, run.local + i);
  std::sort(wanted.begin(), wanted.end());
  std::vector<std::int64_t> numbers;
  for (const auto& [global, local] : wanted) numbers.push_back(global);
  const std::int64_t begin = begins[static_cast<std::size_t>(communicator.rank())];
  const std::vector<double> values = routing::ask<double>(
      communicator, begins, numbers, [&](std::int64_t n) { return stretch[static_cast<std::size_t>(n - begin)]; });
  for (std::size_t i = 0; i < wanted.size(); ++i) x[static_cast<std::size_t>(wanted[i].second)] = values[i];
}

Header header_of(const std::string& problem, std::int64_t numbers) {
  Header header;
  std::memcpy(header.magic, magic, sizeof magic);
  header.numbers = numbers;
  std::strncpy(header.problem, problem.c_str(), sizeof header.problem - 1);
  return header;
}

}  // namespace

CheckpointWriter::CheckpointWriter(const Communicator& communicator, std::string path, std::string problem,
                                   std::int64_t numbers, std::vector<NumberRun> owned)
    : communicator_(communicator),
      path_(std::move(path)),
      problem_(std::move(problem)),
      numbers_(numbers),
      owned_(std::move(owned)) {}

void CheckpointWriter::write(const CheckpointState& state, const std::vector<double>& x) const {
  const std::string temporary = path_ + ".writing";
  communicator_.together([&] {
    if (communicator_.rank() == 0) File(temporary, O_WRONLY | O_CREAT | O_TRUNC);
  });
  const std::vector<std::int64_t> begins = routing::even_slices(numbers_, communicator_.size());
  const std::int64_t begin = begins[static_cast<std::size_t>(communicator_.rank())];
  const std::vector<double> stretch = stretch_of(communicator_, owned_, x, begins);
  const std::uint64_t hash = hash_of(stretch.data(), begin, static_cast<std::int64_t>(stretch.size()));
  const std::int64_t marks = place_of(numbers_);
  communicator_.together([&] {
    File file(temporary, O_WRONLY | O_CREAT);
    file.write_at(place_of(begin), stretch.data(), 8 * stretch.size());
    file.write_at(marks + 8 * communicator_.rank(), &hash, sizeof hash);
    file.settle();
  });
  const std::vector<Communicator::Bytes> hashes =
      communicator_.gather(std::as_bytes(std::span<const std::uint64_t>(&hash, 1)));
  communicator_.together([&] {
    if (communicator_.rank() != 0) return;
    Header header = header_of(problem_, numbers_);
    header.processes = communicator_.size();
    header.iteration = state.iteration;
    header.cost = state.cost;
    header.damping = state.damping;
    File file(temporary, O_RDWR);
    for (int p = 0; p < communicator_.size(); ++p) {
      const std::uint64_t said = from_bytes<std::uint64_t>(hashes[static_cast<std::size_t>(p)])[0];
      std::uint64_t found = ~said;
      struct stat facts = {};
      if (stat(temporary.c_str(), &facts) == 0 && facts.st_size >= marks + 8 * (p + 1))
        file.read_at(marks + 8 * p, &found, sizeof found);
      if (found != said)
        throw Error(
            fmt::format("process {} writes its part of '{}' elsewhere; expected a file system that all "
                        "processes share",
                        p, path_));
      header.hash += said;
    }
    file.write_at(0, &header, sizeof header);
    file.settle();
    if (std::rename(temporary.c_str(), path_.c_str()) != 0)
      throw Error(fmt::format("'{}' cannot be written: {}", path_, std::strerror(errno)));
  });
}

CheckpointState read_checkpoint(const Communicator& communicator, const std::string& path, const std::string& problem,
                                std::int64_t numbers, const std::vector<NumberRun>& held, std::vector<double>& x) {
  Header header;
  communicator.together([&] {
    File file(path, O_RDONLY);
    file.read_at(0, &header, sizeof header);
    if (std::memcmp(header.magic, magic, sizeof magic) != 0)
      throw FileError(path, 0, 0, "is no checkpoint", a_checkpoint);
    const Header own = header_of(problem, numbers);
    if (header.numbers != numbers || std::memcmp(header.problem, own.problem, sizeof own.problem) != 0) {
      header.problem[sizeof header.problem - 1] = '\0';
      throw FileError(path, 0, 0, fmt::format("is a checkpoint of {}", header.problem), own.problem);
    }
  });
  const std::vector<std::int64_t> begins = routing::even_slices(numbers, communicator.size());
  const auto rank = static_cast<std::size_t>(communicator.rank());
  std::vector<double> stretch(static_cast<std::size_t>(begins[rank + 1] - begins[rank]));
  communicator.together(
      [&] { File(path, O_RDONLY).read_at(place_of(begins[rank]), stretch.data(), 8 * stretch.size()); });
  const std::uint64_t hash = hash_of(stretch.data(), begins[rank], static_cast<std::int64_t>(stretch.size()));
  const auto all = static_cast<std::uint64_t>(communicator.sum(static_cast<std::int64_t>(hash)));
  communicator.together([&] {
    if (all != header.hash) throw FileError(path, 0, 0, "is damaged", a_checkpoint);
  });
  take_held(communicator, stretch, begins, held, x);
  return {header.iteration, header.cost, header.damping};
}

}  // namespace thalweg::inline v0_1
