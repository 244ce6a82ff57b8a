// A part's file: six words of 64 bits (magic, process, processes, cameras, points and observations of the whole), then
// numbers in the file of its cameras, points and observations, numbers of its cameras as shared blocks, and the first
// of those of each process (int64), cameras and points (double), and of the observations cameras, points (int32), u, v
// (double); counts stand before each array. Last a hash of all that. Little-endian, as the machine has it.
#include <distributed/bundle/part_files.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <thalweg/io/file_error.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::uint64_t magic = 0x3230544150574854;  // "THWPAT02"
constexpr const char* a_part = "a part as thalweg-mpi partition writes it";

std::string file_of(const std::string& folder, int process) { return fmt::format("{}/part-{:05}", folder, process); }
std::string list_of(const std::string& folder) { return folder + "/parts"; }

/// FNV-1a (Fowler, Noll & Vo), by words of 64 bits and what is left.
std::uint64_t hashed(std::uint64_t hash, const char* bytes, std::size_t size) {
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, 8);
    hash = (hash ^ word) * 1099511628211ULL;
    hash ^= hash >> 29;
  }
  for (; i < size; ++i) hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 1099511628211ULL;
  return hash;
}

class Output {
 public:
  explicit Output(const std::string& path) : path_(path), file_(path, std::ios::binary | std::ios::trunc) { check(); }
  template <class T>
  void put(const std::vector<T>& values) {
    put_word(values.size());
    put_bytes(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  void put_word(std::uint64_t word) { put_bytes(reinterpret_cast<const char*>(&word), sizeof word); }
  std::uint64_t close() {
    const std::uint64_t hash = hash_;
    put_word(hash);
    file_.close();
    check();
    return hash;
  }

 private:
  void put_bytes(const char* bytes, std::size_t size) {
    hash_ = hashed(hash_, bytes, size);
    file_.write(bytes, static_cast<std::streamsize>(size));
    check();
  }
  void check() {
    if (!file_) throw Error(fmt::format("'{}' cannot be written: {}", path_, std::strerror(errno)));
  }
  std::string path_;
  std::ofstream file_;
  std::uint64_t hash_ = 14695981039346656037ULL;
};

class Input {
 public:
  explicit Input(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) throw FileError(path, 0, 0, "cannot be read", a_part);
    std::error_code code;
    size_ = std::filesystem::file_size(path, code);
    if (code) throw FileError(path, 0, 0, "cannot be read: " + code.message(), a_part);
  }
  template <class T>
  std::vector<T> get() {
    const std::uint64_t count = get_word();
    if (count > size_ / sizeof(T)) fail();
    std::vector<T> values(count);
    get_bytes(reinterpret_cast<char*>(values.data()), count * sizeof(T));
    return values;
  }
  std::uint64_t get_word() {
    std::uint64_t word = 0;
    get_bytes(reinterpret_cast<char*>(&word), sizeof word);
    return word;
  }
  /// The hash of all that was read, which must be what stands last.
  std::uint64_t close() {
    const std::uint64_t expected = hash_;
    if (get_word() != expected) fail();
    return expected;
  }
  [[noreturn]] void fail() const { throw FileError(path_, 0, 0, "is damaged, or no part of a problem", a_part); }

 private:
  void get_bytes(char* to, std::size_t size) {
    file_.read(to, static_cast<std::streamsize>(size));
    if (static_cast<std::size_t>(file_.gcount()) != size) fail();
    hash_ = hashed(hash_, to, size);
  }
  std::string path_;
  std::ifstream file_;
  std::uint64_t size_ = 0;
  std::uint64_t hash_ = 14695981039346656037ULL;
};

struct List {
  std::int64_t processes = 0, cameras = 0, points = 0, observations = 0;
  std::string hash;
};

List read_list(const std::string& folder) {
  std::ifstream file(list_of(folder));
  List list;
  std::string thalweg, parts, word;
  file >> thalweg >> parts >> word >> list.processes >> word >> list.cameras >> word >> list.points >> word >>
      list.observations >> word >> list.hash;
  if (!file || thalweg != "thalweg" || parts != "parts" || list.processes < 1)
    throw FileError(list_of(folder), 0, 0, "says not what the parts are", "a list as thalweg-mpi partition writes it");
  return list;
}

void expect_indices(const BundlePart& part, const Input& in) {
  const Bundle& b = part.local;
  const auto fits = [](const std::vector<std::int32_t>& of, std::int64_t count) {
    for (const std::int32_t i : of)
      if (i < 0 || i >= count) return false;
    return true;
  };
  const std::size_t n = b.u.size();
  if (b.v.size() != n || b.camera_of.size() != n || b.point_of.size() != n ||
      b.cameras.size() != 9 * part.cameras.size() || b.points.size() != 3 * part.points.size() ||
      part.shared.size() != part.cameras.size() || part.observations.size() != n ||
      !fits(b.camera_of, b.camera_count()) || !fits(b.point_of, b.point_count()))
    in.fail();
}

}  // namespace

bool looks_like_parts(const std::string& path) {
  std::error_code code;
  return std::filesystem::is_directory(path, code);
}

PartWriter::PartWriter(const Communicator& communicator, std::string folder, int processes)
    : communicator_(communicator), folder_(std::move(folder)), processes_(processes) {
  communicator.together([&] {
    if (communicator_.rank() != 0) return;
    namespace fs = std::filesystem;
    std::error_code code;
    fs::create_directories(folder_, code);
    if (code) throw Error(fmt::format("'{}' cannot be made: {}", folder_, code.message()));
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (name != "parts" && !name.starts_with("part-"))
        throw Error(fmt::format("'{}' holds '{}'; expected a folder that is empty or holds parts", folder_, name));
    }
    // Parts of another number of processes would be left among the new ones.
    std::vector<fs::path> old;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) old.push_back(entry.path());
    for (const fs::path& path : old) fs::remove(path);
  });
}

void PartWriter::write(int process, const BundlePart& part) {
  counts_[0] = part.camera_count;
  counts_[1] = part.point_count;
  counts_[2] = part.observation_count;
  Output out(file_of(folder_, process));
  for (const std::int64_t word : {static_cast<std::int64_t>(magic), std::int64_t{process}, std::int64_t{processes_},
                                  part.camera_count, part.point_count, part.observation_count})
    out.put_word(static_cast<std::uint64_t>(word));
  out.put(part.cameras);
  out.put(part.points);
  out.put(part.observations);
  out.put(part.shared);
  out.put(part.first_camera);
  out.put(part.local.cameras);
  out.put(part.local.points);
  out.put(part.local.camera_of);
  out.put(part.local.point_of);
  out.put(part.local.u);
  out.put(part.local.v);
  hash_ += out.close();
}

void PartWriter::close() {
  auto hash = static_cast<std::int64_t>(hash_);
  hash = communicator_.sum(hash);  // modulo 2⁶⁴
  communicator_.together([&] {
    if (communicator_.rank() != 0) return;
    std::ofstream file(list_of(folder_));
    file << fmt::format("thalweg parts\nprocesses {}\ncameras {}\npoints {}\nobservations {}\nhash {:016x}\n",
                        processes_, counts_[0], counts_[1], counts_[2], static_cast<std::uint64_t>(hash));
    file.close();
    if (!file) throw Error(fmt::format("'{}' cannot be written", list_of(folder_)));
  });
}

BundlePart read_part_file(const Communicator& communicator, const std::string& folder) {
  BundlePart part;
  List list;
  std::uint64_t hash = 0;
  communicator.together([&] {
    list = read_list(folder);
    if (list.processes != communicator.size())
      throw FileError(
          folder, 0, 0,
          fmt::format("holds parts for {} processes, and there are {}", list.processes, communicator.size()),
          fmt::format("mpirun -n {}, or thalweg-mpi partition FILE -n {}", list.processes, communicator.size()));
  });
  communicator.expect_same(list.hash, fmt::format("the processes have different files in '{}'", folder));
  communicator.together([&] {
    Input in(file_of(folder, communicator.rank()));
    const bool own = in.get_word() == magic && in.get_word() == static_cast<std::uint64_t>(communicator.rank()) &&
                     in.get_word() == static_cast<std::uint64_t>(communicator.size());
    if (!own) in.fail();
    part.camera_count = static_cast<std::int64_t>(in.get_word());
    part.point_count = static_cast<std::int64_t>(in.get_word());
    part.observation_count = static_cast<std::int64_t>(in.get_word());
    part.cameras = in.get<std::int64_t>();
    part.points = in.get<std::int64_t>();
    part.observations = in.get<std::int64_t>();
    part.shared = in.get<std::int64_t>();
    part.first_camera = in.get<std::int64_t>();
    part.local.cameras = in.get<double>();
    part.local.points = in.get<double>();
    part.local.camera_of = in.get<std::int32_t>();
    part.local.point_of = in.get<std::int32_t>();
    part.local.u = in.get<double>();
    part.local.v = in.get<double>();
    hash = in.close();
    expect_indices(part, in);
    part.local.file = folder;
  });
  const auto all = static_cast<std::uint64_t>(communicator.sum(static_cast<std::int64_t>(hash)));  // modulo 2⁶⁴
  communicator.together([&] {
    if (fmt::format("{:016x}", all) != list.hash)
      throw FileError(folder, 0, 0, "holds parts of different problems", "those that one run of partition wrote");
  });
  return part;
}

}  // namespace thalweg::inline v0_1
