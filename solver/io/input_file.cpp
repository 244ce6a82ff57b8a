#include "io/input_file.hpp"

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/reading.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

constexpr std::chrono::milliseconds longest_wait{1000}, pause{5};

[[noreturn]] void fail_with(const std::string& path, const std::string& problem, int error,
                            const std::string& expected) {
  fail(path, {}, problem + ": " + std::generic_category().message(error), expected);
}

/// What a descriptor that cannot be read as a file stands for; null for a regular file and a pipe.
const char* other_kind(mode_t mode) {
  if (S_ISREG(mode) || S_ISFIFO(mode)) return nullptr;
  if (S_ISDIR(mode)) return "is a directory";
  if (S_ISSOCK(mode)) return "is a socket";
  return "is a device";
}

std::int64_t modification_time(const struct stat& status) {
  constexpr std::int64_t second = 1000000000;
  return second * status.st_mtim.tv_sec + status.st_mtim.tv_nsec;
}

/// Opens without waiting. A socket cannot be opened at all, so a failure is explained by what the path names.
int open_at_once(const std::string& path, const std::string& expected) {
  if (path == "-") return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  const int descriptor = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (descriptor >= 0) return descriptor;
  const int error = errno;
  struct stat status = {};
  if (stat(path.c_str(), &status) == 0)
    if (const char* kind = other_kind(status.st_mode)) fail(path, {}, kind, expected);
  fail_with(path, "cannot be opened", error, expected);
}

}  // namespace

InputFile::InputFile(const std::string& path, const std::string& expected) : path_(path) {
  descriptor_ = open_at_once(path, expected);
  if (descriptor_ < 0) fail(path, {}, "is closed", expected);
  struct stat status = {};
  const bool known = fstat(descriptor_, &status) == 0;
  const char* kind = known ? other_kind(status.st_mode) : "cannot be examined";
  try {
    if (kind != nullptr) fail(path, {}, kind, expected);
    if (S_ISFIFO(status.st_mode) && path != "-") wait_for_writer(expected);
    if (S_ISREG(status.st_mode) && path != "-") size_ = static_cast<std::size_t>(status.st_size);
    modified_ = modification_time(status);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

InputFile::~InputFile() { close(descriptor_); }

// A read that would block proves that a writer is there; one that returns nothing, that none is, or that it has written
// nothing. poll() tells neither before the first writer has come.
void InputFile::wait_for_writer(const std::string& expected) {
  const auto end = std::chrono::steady_clock::now() + longest_wait;
  for (;;) {
    const ssize_t n = ::read(descriptor_, &pending_, 1);
    has_pending_ = n == 1;
    if (has_pending_ || (n < 0 && errno == EAGAIN)) break;
    if (n < 0 && errno != EINTR) fail_with(path_, "cannot be read", errno, expected);
    if (std::chrono::steady_clock::now() > end) fail(path_, {}, "is a pipe to which nobody writes", expected);
    std::this_thread::sleep_for(pause);
  }
  const int flags = fcntl(descriptor_, F_GETFL);
  if (flags < 0 || fcntl(descriptor_, F_SETFL, flags & ~O_NONBLOCK) < 0)
    fail_with(path_, "cannot be read", errno, expected);
}

std::size_t InputFile::read(char* to, std::size_t size) {
  if (has_pending_ && size > 0) {
    has_pending_ = false;
    *to = pending_;
    return 1;
  }
  for (;;) {
    const ssize_t n = ::read(descriptor_, to, size);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) fail_with(path_, "cannot be read to its end", errno, "a whole file");
  }
}

std::size_t InputFile::read_at(char* to, std::size_t size, std::size_t offset) const {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = pread(descriptor_, to + done, size - done, static_cast<off_t>(offset + done));
    if (n == 0) break;
    if (n > 0) done += static_cast<std::size_t>(n);
    if (n < 0 && errno != EINTR) fail_with(path_, "cannot be read to its end", errno, "a whole file");
  }
  return done;
}

bool InputFile::has_changed() const {
  struct stat status = {};
  if (fstat(descriptor_, &status) != 0) return true;
  const auto size = static_cast<std::size_t>(status.st_size);
  return size < size_ || (size == size_ && modification_time(status) != modified_);
}

bool is_regular_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

bool is_pipe(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_fifo(path, error);
}

}  // namespace thalweg::inline v0_1::reading
