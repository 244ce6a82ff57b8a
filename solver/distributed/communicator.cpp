#include <thalweg/distributed/communicator.hpp>

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include <thalweg/io/file_error.hpp>

namespace thalweg::inline v0_1 {

double Communicator::sum(double value) const {
  sum(std::span<double>(&value, 1));
  return value;
}

std::int64_t Communicator::sum(std::int64_t value) const {
  sum(std::span<std::int64_t>(&value, 1));
  return value;
}

double Communicator::max(double value) const {
  max(std::span<double>(&value, 1));
  return value;
}

void Communicator::together(const std::function<void()>& work) const {
  std::string message;
  bool failed = false;
  try {
    work();
  } catch (const CollectiveError& error) {
    failed = true;
    message = (error.is_of_file() ? "f" : "e") + std::string(error.what());
  } catch (const std::exception& error) {
    failed = true;
    message = (dynamic_cast<const FileError*>(&error) ? "f" : "e") + std::string(error.what());
  }
  // The first process that failed: the largest of the numbers counted from the end.
  const int first = size() - static_cast<int>(max(failed ? static_cast<double>(size() - rank()) : 0.0));
  if (first == size()) return;
  Bytes text = as_bytes(std::span<const char>(message));
  broadcast(text, first);
  const std::vector<char> said = from_bytes<char>(text);
  throw CollectiveError(std::string(said.begin() + 1, said.end()), first, said.front() == 'f');
}

void Communicator::expect_same(const std::string& text, const std::string& differs) const {
  Bytes first = as_bytes(std::span<const char>(text));
  broadcast(first, 0);
  const std::vector<char> said = from_bytes<char>(first);
  const bool same = std::equal(said.begin(), said.end(), text.begin(), text.end());
  together([&] {
    if (!same)
      throw Error(fmt::format("{}: process 0 has {}, process {} has {}", differs, std::string(said.begin(), said.end()),
                              rank(), text));
  });
}

}  // namespace thalweg::inline v0_1
