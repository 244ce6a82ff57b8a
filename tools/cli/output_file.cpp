#include "cli/output_file.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/usage.hpp"

namespace thalweg::tool {
namespace {

[[noreturn]] void cannot_write(const std::string& what, const std::string& path, int error) {
  throw UsageError(fmt::format("{}'{}' cannot be written: {}", what, path, std::generic_category().message(error)));
}

/// Those of the target, or else what the user's mask allows; mkstemp gives 0600.
void give_usual_permissions(int descriptor, const std::string& target) {
  struct stat old = {};
  if (stat(target.c_str(), &old) == 0) {
    (void)fchmod(descriptor, old.st_mode & 07777);
    return;
  }
  const mode_t mask = umask(0);
  umask(mask);
  (void)fchmod(descriptor, 0666 & ~mask);
}

/// What a symbolic link leads to in the end, whether that exists or not.
std::filesystem::path followed(std::filesystem::path path) {
  std::error_code error;
  for (int links = 0; links < 40 && std::filesystem::is_symlink(path, error); ++links) {
    const std::filesystem::path target = std::filesystem::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / target;  // an absolute target replaces all
  }
  return path;
}

/// A device or a pipe, opened without waiting for whoever reads the pipe longer than a second; -1 with errno.
int open_directly(const std::string& path) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  int descriptor = -1;
  for (;;) {
    descriptor = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    std::error_code ignored;
    if (descriptor >= 0 || errno != ENXIO || !std::filesystem::is_fifo(path, ignored)) break;
    if (std::chrono::steady_clock::now() > end)
      throw UsageError(fmt::format("'{}' cannot be written: it is a pipe that nobody reads", path));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (descriptor >= 0) fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  return descriptor;
}

}  // namespace

bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  const auto first = std::filesystem::absolute(followed(a)), second = std::filesystem::absolute(followed(b));
  const auto status = std::filesystem::status(first, error);
  if (std::filesystem::exists(status))
    return std::filesystem::is_regular_file(status) && std::filesystem::equivalent(first, second, error);
  const auto full = std::filesystem::weakly_canonical(first, error);
  return !error && full == std::filesystem::weakly_canonical(second, error) && !error;
}

OutputFile::OutputFile(const std::string& option, const std::string& path) : path_(followed(path).string()) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path_, ignored);
  if (std::filesystem::is_directory(status)) cannot_write(option + " ", path, EISDIR);
  const bool exists = std::filesystem::exists(status);
  if (exists && access(path_.c_str(), W_OK) != 0) cannot_write(option + " ", path, errno);
  if (exists && !std::filesystem::is_regular_file(status)) {
    descriptor_ = open_directly(path_);
  } else {
    temporary_ = path_ + ".XXXXXX";
    const SignalsHeld held;
    descriptor_ = mkostemp(temporary_.data(), O_CLOEXEC);
    if (descriptor_ >= 0) name_ = TemporaryName(temporary_);
    if (descriptor_ >= 0) give_usual_permissions(descriptor_, path_);
  }
  if (descriptor_ < 0) {
    const int error = errno;
    temporary_.clear();
    cannot_write(option + " ", path, error);
  }
}

OutputFile::~OutputFile() { discard(); }

OutputFile::OutputFile(OutputFile&& other) noexcept { *this = std::move(other); }

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(temporary_, other.temporary_);
  std::swap(name_, other.name_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void OutputFile::commit(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) cannot_write("", path_, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  const int closed = close(std::exchange(descriptor_, -1));
  if (closed != 0) cannot_write("", path_, errno);
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) cannot_write("", path_, errno);
  name_.forget();
  temporary_.clear();
}

void OutputFile::discard() noexcept {
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
  if (!temporary_.empty()) unlink(temporary_.c_str());
  name_.forget();
  temporary_.clear();
}

}  // namespace thalweg::tool
