// table_reading: time and peak memory of reading a table of numbers, beside the bytes of its file alone and beside a
// plain loop of std::from_chars on one thread. Each run is a process of its own.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <thalweg/table/table.hpp>

namespace {

using Columns = std::vector<std::vector<double>>;

/// x from 0 to 4, and decays with noise: most numbers have 16 or 17 digits.
void write_table(const std::string& path, std::int64_t rows, int columns) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(0.0, 0.05);
  std::ofstream file(path, std::ios::binary);
  std::string text = "x";
  for (int j = 1; j < columns; ++j) text += ",y" + std::to_string(j);
  for (std::int64_t i = 0; i < rows; ++i) {
    const double x = 4.0 * static_cast<double>(i) / static_cast<double>(rows);
    fmt::format_to(std::back_inserter(text), "\n{}", x);
    for (int j = 1; j < columns; ++j)
      fmt::format_to(std::back_inserter(text), ",{}", 2.5 * std::exp(-1.3 * x) + noise(random));
    if (text.size() < 1 << 20) continue;
    file << text;
    text.clear();
  }
  file << text << '\n';
  if (!file) throw std::runtime_error("the table could not be written to " + path);
}

std::string bytes_of(const std::string& path) {
  std::string text(std::filesystem::file_size(path), '\0');
  std::ifstream(path, std::ios::binary).read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

/// What a reader costs that knows the form of the file and looks for no mistakes.
Columns plain_loop(const std::string& path) {
  const std::string text = bytes_of(path);
  const char *p = text.data() + text.find('\n') + 1, *const end = text.data() + text.size();
  Columns columns(1 + static_cast<std::size_t>(std::count(text.data(), p, ',')));
  while (p < end)
    for (std::vector<double>& column : columns) {
      double value = 0.0;
      p = std::from_chars(p, end, value).ptr + 1;
      column.push_back(value);
    }
  return columns;
}

/// Line feeds of the file, read in pieces: what no reader is faster than.
std::int64_t count_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> piece(1 << 20);
  std::int64_t lines = 0;
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    lines += std::count(piece.begin(), piece.begin() + file.gcount(), '\n');
  return lines;
}

struct Run {
  double seconds = HUGE_VAL, megabytes = HUGE_VAL;
};

/// The fastest of some runs, and its peak of resident memory.
Run best_of(int repetitions, const std::function<std::int64_t()>& read, std::int64_t expected) {
  Run best;
  for (int i = 0; i < repetitions; ++i) {
    std::array<int, 2> pipe_ends{};
    if (pipe(pipe_ends.data()) != 0) throw std::runtime_error("no pipe");
    const pid_t child = fork();
    if (child == 0) {
      const auto start = std::chrono::steady_clock::now();
      double seconds = -1.0;
      try {
        if (read() == expected)
          seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      } catch (const std::exception& error) {
        fmt::print(stderr, "table_reading: {}\n", error.what());
      }
      _exit(::write(pipe_ends[1], &seconds, sizeof seconds) == sizeof seconds ? 0 : 1);
    }
    double seconds = -1.0;
    rusage used{};
    const bool told = child > 0 && ::read(pipe_ends[0], &seconds, sizeof seconds) == sizeof seconds;
    if (child > 0) wait4(child, nullptr, 0, &used);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    if (!told || seconds < 0.0) throw std::runtime_error("a run has failed");
    if (seconds < best.seconds) best = {seconds, static_cast<double>(used.ru_maxrss) * 1024e-6};
  }
  return best;
}

void measure(const std::string& path, std::int64_t rows, int columns, int repetitions) {
  write_table(path, rows, columns);
  const auto rows_of = [](const Columns& values) { return static_cast<std::int64_t>(values[0].size()); };
  const auto ours = [&](int threads) {
    thalweg::TableOptions options;
    options.threads = threads;
    return best_of(
        repetitions, [&] { return rows_of(thalweg::DataTable::read(path, options).table().values); }, rows);
  };
  const Run bytes = best_of(
      repetitions, [&] { return count_lines(path) - 1; }, rows);
  const Run plain = best_of(
      repetitions, [&] { return rows_of(plain_loop(path)); }, rows);
  const Run one = ours(1), all = ours(0);
  fmt::print("| {} × {} | {:.0f} | {:.0f} | {:.3f} | {:.3f} | {:.0f} | {:.3f} | {:.3f} | {:.0f} |\n", rows, columns,
             static_cast<double>(std::filesystem::file_size(path)) * 1e-6, 8e-6 * static_cast<double>(rows * columns),
             bytes.seconds, plain.seconds, plain.megabytes, one.seconds, all.seconds, all.megabytes);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::int64_t> rows = {100000, 1000000, 10000000};
  std::vector<int> columns = {2, 4};
  int repetitions = 5;
  CLI::App app("time and peak memory of reading a table of numbers");
  app.add_option("--rows", rows, "rows of each table");
  app.add_option("--columns", columns, "columns of each table");
  app.add_option("--repeat", repetitions, "runs, of which the fastest counts");
  CLI11_PARSE(app, argc, argv);
  const std::string path = (std::filesystem::temp_directory_path() / fmt::format("table-{}.csv", getpid())).string();
  int status = 0;
  try {
    fmt::print(
        "| rows × columns | file MB | doubles MB | bytes alone s | from_chars s | MB | 1 thread s | all s | MB |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (const std::int64_t n : rows)
      for (const int m : columns) measure(path, n, m, repetitions);
  } catch (const std::exception& error) {
    fmt::print(stderr, "table_reading: {}\n", error.what());
    status = 1;
  }
  std::filesystem::remove(path);
  return status;
}
