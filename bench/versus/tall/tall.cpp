#include "tall/tall.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <stdexcept>

#include <ceres/ceres.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>
#include <nlohmann/json.hpp>
#include <thalweg/io/npy.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/streamed_rows.hpp>

#include "summary.hpp"

namespace versus {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

constexpr std::int64_t most_held = 20'000'000;  // rows that fit in memory with every contender's overhead
constexpr double starts[] = {1.0, 1.0, 0.0, 0.0};

/// Rows of t, y in the order of the file, piece by piece from one seed.
class Rows {
 public:
  explicit Rows(std::int64_t rows) : rows_(rows) {}
  template <class Sink>
  void each(const Sink& sink) const {
    std::mt19937_64 random(1);
    std::normal_distribution<double> normal;
    for (std::int64_t i = 0; i < rows_; ++i) {
      const double t = 5.0 * static_cast<double>(i) / static_cast<double>(rows_);
      sink(t, 3.0 * std::exp(-0.7 * t) + 0.1 * t + 0.5 + 0.05 * normal(random));
    }
  }

 private:
  std::int64_t rows_;
};

struct Residual {
  template <class P, class T>
  auto operator()(const P& p, const T& t, const T& y) const {
    using std::exp;
    return p[0] * exp(-p[1] * t) + p[2] * t + p[3] - y;
  }
};
struct CeresRow {
  double t, y;
  template <class T>
  bool operator()(const T* p, T* r) const {
    *r = p[0] * exp(-p[1] * t) + p[2] * t + p[3] - y;
    return true;
  }
};

double resident_peak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0) return 1024.0 * std::strtod(line.c_str() + 6, nullptr);
  return 0.0;
}

/// What a contender measured, through a pipe: each runs in a process of its own, so that its peak is its own.
struct Measured {
  double seconds, cost, bytes, file_seconds;
  std::int64_t iterations, passes;
};
Measured apart(const std::function<Measured()>& body) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    const double before = resident_peak();
    Measured m = body();
    m.bytes = resident_peak() - before;
    const bool written = write(ends[1], &m, sizeof m) == static_cast<ssize_t>(sizeof m);
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  Measured m{};
  const bool told = read(ends[0], &m, sizeof m) == static_cast<ssize_t>(sizeof m);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!told) throw std::runtime_error("a contender did not come to its end; perhaps the memory gave out");
  return m;
}

Measured of(const thalweg::Result& r, double seconds) {
  const auto& e = r.evaluations;
  return {seconds, r.final_cost, 0.0, 0.0, r.iterations, e.cost + e.jacobian};
}

Measured held(std::int64_t rows, int threads) {
  std::vector<double> t, y;
  t.reserve(static_cast<std::size_t>(rows));
  y.reserve(t.capacity());
  Rows(rows).each([&](double ti, double yi) {
    t.push_back(ti);
    y.push_back(yi);
  });
  const auto begin = Clock::now();
  thalweg::Problem problem;
  const auto p = problem.add_parameters("p", thalweg::Vec<double, 4>(starts));
  problem.add_residuals("rows", thalweg::simd(Residual{}), p, t, y);
  thalweg::Options options;
  options.threads = threads;
  const thalweg::Result result = thalweg::solve(problem, options);
  return of(result, seconds_since(begin));
}

double time_to_read(const std::string& path) {
  const auto begin = Clock::now();
  std::vector<char> buffer(std::size_t{1} << 22);
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  while (file && std::fread(buffer.data(), 1, buffer.size(), file) > 0) {
  }
  if (file) std::fclose(file);
  return seconds_since(begin);
}

Measured streamed(const std::string& path, int threads) {
  const double reading = time_to_read(path);
  const auto begin = Clock::now();
  thalweg::Problem problem;
  problem.add_parameters("p", std::vector<double>(std::begin(starts), std::end(starts)));
  problem.add_group(std::make_unique<thalweg::StreamedResiduals>("rows", "y = a*exp(-b*t) + c*t + d",
                                                                 std::vector<std::string>{"a", "b", "c", "d"},
                                                                 thalweg::npy_rows(path, {"t", "y"}), 0));
  thalweg::Options options;
  options.threads = threads;
  const thalweg::Result result = thalweg::solve(problem, options);
  Measured m = of(result, seconds_since(begin));
  m.file_seconds = reading;
  return m;
}

Measured by_ceres(std::int64_t rows, int threads) {
  const auto begin = Clock::now();
  double p[4];
  std::copy(std::begin(starts), std::end(starts), p);
  double made = 0.0;  // seconds that the rows took, which are everybody's
  ceres::Problem problem;
  Rows(rows).each([&](double t, double y) {
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<CeresRow, 1, 4>(new CeresRow{t, y}), nullptr, p);
  });
  const auto alone = Clock::now();
  Rows(rows).each([&](double t, double y) { made += t + y; });
  const double generating = std::isfinite(made) ? seconds_since(alone) : 0.0;
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_NORMAL_CHOLESKY;
  options.num_threads = threads;
  options.max_num_iterations = 200;
  options.function_tolerance = 1e-10;
  options.parameter_tolerance = 1e-12;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  const double seconds = seconds_since(begin) - 2.0 * generating;
  return {seconds, summary.final_cost, 0.0, 0.0, static_cast<std::int64_t>(summary.iterations.size()) - 1, 0};
}

void write_rows(const std::string& path, std::int64_t rows) {
  std::ofstream file(path, std::ios::binary);
  file << thalweg::npy_header({rows, 2});
  std::vector<double> piece;
  const auto flush = [&] {
    file.write(reinterpret_cast<const char*>(piece.data()),
               static_cast<std::streamsize>(piece.size() * sizeof(double)));
    piece.clear();
  };
  Rows(rows).each([&](double t, double y) {
    piece.push_back(t);
    piece.push_back(y);
    if (piece.size() >= 1 << 17) flush();
  });
  flush();
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

std::int64_t rows_of(const std::string& name) {
  for (int power = 5; power <= 8; ++power)
    if (name == fmt::format("tall-1e{}", power)) return static_cast<std::int64_t>(std::pow(10.0, power));
  throw std::runtime_error("'" + name + "' is none of tall-1e5, tall-1e6, tall-1e7, tall-1e8");
}

const TallRun& reference(const std::vector<TallRun>& runs, const TallRun& run) {
  return *std::find_if(runs.begin(), runs.end(), [&](const TallRun& r) { return r.problem == run.problem; });
}

}  // namespace

std::vector<TallRun> run_tall(const std::vector<std::string>& names, int threads, const std::string& folder) {
  std::vector<TallRun> runs;
  for (const std::string& name : names.empty() ? std::vector<std::string>{"tall-1e5", "tall-1e6", "tall-1e7"} : names) {
    const std::int64_t rows = rows_of(name);
    const auto add = [&](const std::string& solver, const std::string& setting, const Measured& m) {
      runs.push_back({name, solver, setting, rows, m.seconds, m.iterations, m.cost, m.bytes, m.file_seconds, m.passes});
    };
    const std::string path = (std::filesystem::path(folder) / (name + ".npy")).string();
    if (rows <= most_held) add("thalweg", "held", apart([&] { return held(rows, threads); }));
    write_rows(path, rows);
    add("thalweg", "streamed", apart([&] { return streamed(path, threads); }));
    std::filesystem::remove(path);
    if (rows <= most_held) add("Ceres", "dense normal Cholesky", apart([&] { return by_ceres(rows, threads); }));
  }
  return runs;
}

std::string tall_table(const std::vector<TallRun>& runs) {
  std::string out = fmt::format("{:9} {:8} {:22} {:>10} {:>9} {:>10} {:>6} {:>9} {:>15} {:>14}\n", "problem", "solver",
                                "setting", "rows", "seconds", "iterations", "passes", "MB", "cost", "s/pass : read");
  for (const TallRun& r : runs)
    out += fmt::format("{:9} {:8} {:22} {:10} {:9.3f} {:10} {:6} {:9.0f} {:15.9g} {:>14}\n", r.problem, r.solver,
                       r.setting, r.rows, r.seconds, r.iterations, r.passes, r.bytes / 1e6, r.cost,
                       r.file_seconds > 0.0 && r.passes > 0
                           ? fmt::format("{:.3f} : {:.3f}", r.seconds / static_cast<double>(r.passes), r.file_seconds)
                           : "");
  return out;
}

std::string tall_json(const std::vector<TallRun>& runs, int threads) {
  using Json = nlohmann::ordered_json;
  Json out = {{"suite", "tall"},       {"threads", threads},       {"machine", machine()},
              {"rows", Json::array()}, {"summary", Json::array()}, {"ratios", Json::array()}};
  for (const TallRun& r : runs) {
    out["rows"].push_back({{"problem", r.problem},
                           {"solver", r.solver},
                           {"setting", r.setting},
                           {"threads", threads},
                           {"final_cost", r.cost},
                           {"iterations", r.iterations},
                           {"seconds", r.seconds},
                           {"peak_bytes", r.bytes}});
    if (r.solver == "thalweg") continue;
    const TallRun& ours = reference(runs, r);
    for (const auto& [what, theirs, own] :
         {std::tuple("seconds", r.seconds, ours.seconds), std::tuple("peak_bytes", r.bytes, ours.bytes)})
      out["ratios"].push_back({{"problem", r.problem},
                               {"what", what},
                               {"peer", r.solver},
                               {"peer_best", theirs},
                               {"ours", own},
                               {"ratio", theirs / own}});
  }
  return out.dump(2) + "\n";
}

}  // namespace versus
