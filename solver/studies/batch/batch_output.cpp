#include "studies/batch/batch_output.hpp"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <thalweg/io/npy.hpp>

namespace thalweg::inline v0_1::studies {
namespace {

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

/// Of a structured array, one element a fit.
std::string array_header(const std::vector<std::string>& parameters, const std::vector<std::int64_t>& grid) {
  std::string fields;
  for (const char* const what : {"", "_error"})
    for (const std::string& name : parameters) fields += fmt::format("('{}{}', '<f8'), ", name, what);
  return npy_header(grid, fmt::format("[{}('cost', '<f8'), ('iterations', '<i4'), ('status', '|u1')]", fields));
}

std::string table_header(const std::vector<std::string>& parameters) {
  std::string text = "fit";
  for (const char* const what : {"", "_error"})
    for (const std::string& name : parameters) text += "," + csv_cell(name + what);
  return text + ",cost,iterations,status\n";
}

template <class T>
void add(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

}  // namespace

void BatchOutput::fail(const std::string& problem, const std::string& expected) const {
  throw FileError(partial_, 0, 0, problem, expected);
}

BatchOutput::BatchOutput(std::string path, const std::vector<std::string>& parameters, std::vector<std::int64_t> grid,
                         std::string settings, bool resume)
    : path_(std::move(path)),
      partial_(path_ + ".partial"),
      settings_(std::move(settings)),
      binary_(path_.ends_with(".npy")) {
  if (!binary_ && !path_.ends_with(".csv"))
    throw FileError(path_, 0, 0, "a name of no format", "one that ends with .npy or .csv");
  header_ = binary_ ? array_header(parameters, grid) : table_header(parameters);
  record_bytes_ = static_cast<std::int64_t>(16 * parameters.size() + 8 + 4 + 1);
  start(resume);
}

BatchOutput::~BatchOutput() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void BatchOutput::expect_same_settings() const {
  std::ifstream file(partial_ + ".run", std::ios::binary);
  const std::string there((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file || there != settings_)
    fail("holds fits of other data, of another model or with other options",
         "what the run before was given, or no --resume");
}

void BatchOutput::note_settings() const {
  std::ofstream file(partial_ + ".run", std::ios::binary);
  file << settings_;
  if (!file.flush()) fail("cannot be written", "a place that can be written");
}

void BatchOutput::start(bool resume) {
  std::error_code ignored;
  if (resume && !std::filesystem::exists(partial_, ignored)) {
    if (std::filesystem::exists(path_, ignored))
      throw FileError(path_, 0, 0, "all fits are there: nothing is left to do", "no --resume to fit them again");
    resume = false;
  }
  descriptor_ = ::open(partial_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | (resume ? 0 : O_TRUNC), 0666);
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0)
    fail(fmt::format("cannot be written: {}", std::strerror(errno)), "a place that can be written");
  const std::int64_t size = status.st_size, header = static_cast<std::int64_t>(header_.size());
  if (size == 0) {
    note_settings();
    append(header_);
    return;
  }
  expect_same_settings();
  std::string there(static_cast<std::size_t>(std::min(size, header)), '\0');
  if (::pread(descriptor_, there.data(), there.size(), 0) != static_cast<ssize_t>(there.size()) || there != header_)
    fail("has another beginning", "what the run before left, or no --resume");
  present_ = binary_ ? (size - header) / record_bytes_ : lines_present(size);
  const std::int64_t keep = binary_ ? header + present_ * record_bytes_ : written_;
  if (::ftruncate(descriptor_, keep) != 0 || ::lseek(descriptor_, keep, SEEK_SET) < 0)
    fail(fmt::format("cannot be written: {}", std::strerror(errno)), "a place that can be written");
}

/// Whole lines behind the header; what they take is in written_.
std::int64_t BatchOutput::lines_present(std::int64_t size) {
  std::string piece(std::size_t{1} << 20, '\0');
  std::int64_t lines = 0, at = static_cast<std::int64_t>(header_.size());
  written_ = at;
  bool quoted = false;
  while (at < size) {
    const ssize_t got = ::pread(descriptor_, piece.data(), piece.size(), at);
    if (got <= 0) fail("cannot be read", "what the run before left");
    for (ssize_t i = 0; i < got; ++i) {
      const char c = piece[static_cast<std::size_t>(i)];
      if (c == '"') quoted = !quoted;
      if (c != '\n' || quoted) continue;
      ++lines;
      written_ = at + i + 1;
    }
    at += got;
  }
  return lines;
}

void BatchOutput::append(const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = ::write(descriptor_, bytes.data() + done, bytes.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0)
      fail(fmt::format("cannot be written further: {}; what is there may be resumed", std::strerror(errno)),
           "room for all fits, then --resume");
    done += static_cast<std::size_t>(put);
  }
}

void BatchOutput::add_record(const BatchResult& result, std::int64_t fit, std::string& bytes) {
  const auto i = static_cast<std::size_t>(fit);
  for (const double v : result.parameters_of(fit)) add(bytes, v);
  for (const double v : result.standard_errors_of(fit)) add(bytes, v);
  add(bytes, result.cost[i]);
  add(bytes, result.iterations[i]);
  add(bytes, static_cast<std::uint8_t>(result.status[i]));
}

std::string BatchOutput::line(const BatchResult& result, std::int64_t fit, const std::string& name) const {
  const auto number = [](double v) { return std::isfinite(v) ? fmt::format(",{}", v) : std::string(","); };
  const auto i = static_cast<std::size_t>(fit);
  std::string text = name;
  for (const double v : result.parameters_of(fit)) text += number(v);
  for (const double v : result.standard_errors_of(fit)) text += number(v);
  return text + fmt::format("{},{},{}\n", number(result.cost[i]), result.iterations[i], to_string(result.status[i]));
}

void BatchOutput::write(const BatchResult& result, const std::function<std::string(std::int64_t)>& name) {
  std::string bytes;
  if (binary_) bytes.reserve(static_cast<std::size_t>(result.fits * record_bytes_));
  for (std::int64_t fit = 0; fit < result.fits; ++fit)
    if (binary_)
      add_record(result, fit, bytes);
    else
      bytes += line(result, fit, csv_cell(name(fit)));
  append(bytes);
}

void BatchOutput::finish() {
  if (::close(std::exchange(descriptor_, -1)) != 0 || std::rename(partial_.c_str(), path_.c_str()) != 0)
    fail(fmt::format("cannot become {}: {}", path_, std::strerror(errno)), "a place that can be written");
  std::error_code ignored;
  std::filesystem::remove(partial_ + ".run", ignored);
}

}  // namespace thalweg::inline v0_1::studies
