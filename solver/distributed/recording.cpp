#include <thalweg/distributed/recording.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {

void Recording::iteration(std::int64_t number) { fmt::format_to(std::back_inserter(text_), "i {}\n", number); }

void Recording::work(Work what, std::int64_t residual_blocks) {
  const char* const kind = what == Work::evaluation ? "evaluation" : what == Work::cost ? "cost" : "product";
  fmt::format_to(std::back_inserter(text_), "w {} {}\n", kind, residual_blocks);
}

void Recording::reduction(std::size_t bytes) { fmt::format_to(std::back_inserter(text_), "r {}\n", bytes); }
void Recording::all_reduction(std::size_t bytes) { fmt::format_to(std::back_inserter(text_), "a {}\n", bytes); }
void Recording::broadcast(int root, std::size_t bytes) {
  fmt::format_to(std::back_inserter(text_), "b {} {}\n", root, bytes);
}

void Recording::messages(char kind, const Messages& sent, const Messages& received) {
  text_ += kind;
  for (const auto& [process, bytes] : sent) fmt::format_to(std::back_inserter(text_), " {}:{}", process, bytes);
  text_ += " |";
  for (const auto& [process, bytes] : received) fmt::format_to(std::back_inserter(text_), " {}:{}", process, bytes);
  text_ += '\n';
}

void write_recording(const Communicator& communicator, const Recording& recording, const std::string& folder) {
  namespace fs = std::filesystem;
  communicator.together([&] {
    if (communicator.rank() != 0) return;
    std::error_code code;
    fs::create_directories(folder, code);
    if (code) throw Error(fmt::format("'{}' cannot be made: {}", folder, code.message()));
    std::vector<fs::path> old;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) old.push_back(entry.path());
    for (const fs::path& path : old)
      if (!path.filename().string().starts_with("process-"))
        throw Error(fmt::format("'{}' holds '{}'; expected a folder that is empty or holds recordings", folder,
                                path.filename().string()));
    for (const fs::path& path : old) fs::remove(path);
  });
  communicator.together([&] {
    const std::string path = fmt::format("{}/process-{:05}", folder, communicator.rank());
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << fmt::format("process {} of {}\n", communicator.rank(), communicator.size()) << recording.text();
    file.close();
    if (!file) throw Error(fmt::format("'{}' cannot be written: {}", path, std::strerror(errno)));
  });
}

}  // namespace thalweg::inline v0_1
