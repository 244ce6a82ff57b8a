#include "descent.hpp"

#include <limits>
#include <stdexcept>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace versus {
namespace {

double resident_bytes() {
  long total = 0, resident = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::string packed(const Descent& d) {
  nlohmann::json json = {{"solver", d.solver}, {"setting", d.setting}, {"threads", d.threads}, {"failure", d.failure}};
  for (const Waypoint& w : d.course) json["course"].push_back({w.seconds, w.cost});
  return json.dump();
}

Descent unpacked(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text);
  Descent d{json["solver"], json["setting"], json["threads"], {}, 0.0, json["failure"]};
  for (const auto& w : json.value("course", nlohmann::json::array())) d.course.push_back({w[0], w[1]});
  return d;
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

Descent in_own_process(const std::function<Descent()>& descend) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe to a child process");
  const double before = resident_bytes();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no child process");
  if (child == 0) {
    close(ends[0]);
    Descent done;
    try {
      done = descend();
    } catch (const std::exception& error) {
      done.failure = error.what();
    }
    const std::string text = packed(done);
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t n = write(ends[1], text.data() + at, text.size() - at);
      if (n <= 0) break;
      at += static_cast<std::size_t>(n);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char buffer[65536];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  Descent done;
  if (WIFEXITED(status) && !text.empty())
    done = unpacked(text);
  else
    done.failure = "the process ended early";
  done.peak_bytes = 1024.0 * static_cast<double>(usage.ru_maxrss) - before;
  return done;
}

}  // namespace versus
