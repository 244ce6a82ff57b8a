#include "descent.hpp"

#include <cstdio>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string_view>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace versus {
namespace {

constexpr std::string_view own_process = "--own-process";
double before = 0.0;  // resident bytes that do not count

/// A line of /proc/self/status, in bytes.
double status_bytes(const char* name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name)) return 1024.0 * std::stod(line.substr(line.find(':') + 1));
  return 0.0;
}

void touch(std::size_t bytes) {
  constexpr std::size_t page = 4096;
  if (bytes == 0) return;
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("not as much memory as is to be touched");
  madvise(memory, bytes, MADV_HUGEPAGE);
  for (std::size_t i = 0; i < bytes; i += page) static_cast<volatile char*>(memory)[i] = 1;
  munmap(memory, bytes);
}

std::string packed(const Descent& d) {
  nlohmann::json json = {{"solver", d.solver},
                         {"setting", d.setting},
                         {"threads", d.threads},
                         {"peak_bytes", d.peak_bytes},
                         {"failure", d.failure}};
  for (const Waypoint& w : d.course) json["course"].push_back({w.seconds, w.cost});
  return json.dump();
}

Descent unpacked(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text);
  Descent d{json["solver"], json["setting"], json["threads"], {}, json["peak_bytes"], json["failure"]};
  for (const auto& w : json.value("course", nlohmann::json::array())) d.course.push_back({w[0], w[1]});
  return d;
}

/// Runs this program anew; what it writes to standard output, empty where it fails.
std::string output_of(std::vector<std::string> arguments) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe to a child process");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no child process");
  if (child == 0) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execv("/proc/self/exe", argv.data());
    _exit(127);
  }
  close(ends[1]);
  std::string text;
  char buffer[65536];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : std::string();
}

Descent run_once(const Entry& entry) {
  const DescentLimits& limits = entry.limits;
  const std::string text =
      output_of({"versus", std::string(own_process), entry.contender, entry.problem, std::to_string(entry.threads),
                 std::to_string(limits.max_iterations), fmt::format("{:.17g}", limits.seconds),
                 fmt::format("{:.17g}", limits.cost), fmt::format("{:.17g}", limits.touched)});
  if (!text.empty()) return unpacked(text);
  Descent ended;
  ended.failure = "the process ended early";
  return ended;
}

}  // namespace

double Descent::ms_per_iteration() const {
  if (iterations() < 1) return std::numeric_limits<double>::quiet_NaN();
  return 1e3 * (course.back().seconds - course.front().seconds) / iterations();
}

double Descent::seconds_to(double cost) const {
  for (const Waypoint& w : course)
    if (w.cost <= cost) return w.seconds;
  return std::numeric_limits<double>::quiet_NaN();
}

Descent in_own_process(const Entry& entry) {
  Descent best = run_once(entry);
  for (int again = 1; again < entry.limits.repeat; ++again) {
    Descent next = run_once(entry);
    const bool faster =
        !next.course.empty() && (best.course.empty() || next.course.back().seconds < best.course.back().seconds);
    if (faster) best = std::move(next);
  }
  return best;
}

bool is_own_process(int argc, char** argv) { return argc == 9 && std::string_view(argv[1]) == own_process; }

int run_own_process(char** argv, const std::function<Descent(const Entry&)>& descend) {
  Entry entry{argv[2],
              argv[3],
              std::stoi(argv[4]),
              {.max_iterations = std::stoi(argv[5]),
               .seconds = std::stod(argv[6]),
               .cost = std::stod(argv[7]),
               .touched = std::stod(argv[8])}};
  Descent done;
  try {
    done = descend(entry);
  } catch (const std::exception& error) {
    done.failure = error.what();
  }
  done.peak_bytes = status_bytes("VmHWM") - before;
  std::puts(packed(done).c_str());
  return 0;
}

void begin_counting_memory(const DescentLimits& limits) {
  touch(static_cast<std::size_t>(limits.touched));
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
  before = status_bytes("VmRSS");
}

}  // namespace versus
