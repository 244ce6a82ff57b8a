// sweep: every method on thousands of problems; every claim of convergence judged in long double.
#include <atomic>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <thalweg/models/toml_writer.hpp>

#include "run.hpp"
#include "self_test.hpp"

namespace {

struct Arguments {
  std::uint64_t problems = 20000, from = 0, to = 0, seed = 1;
  std::int64_t only = -1;
  std::string methods = "all", dump, json;
  int max_iterations = 500, listed = 5;
  double time_limit = 20.0;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  bool verbose = false, all_ends = false, self_test = false;
};

void write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

void dump(const Arguments& a, std::uint64_t index, const sweep::SweepProblem& problem) {
  if (a.dump.empty()) return;
  std::filesystem::create_directories(a.dump);
  write(fmt::format("{}/{}-{}-{}.toml", a.dump, problem.name, a.seed, index), thalweg::write_toml(problem.fit));
}

int run(const Arguments& a) {
  const std::vector<sweep::Contender> contenders = sweep::contenders(a.methods, a.max_iterations, a.time_limit);
  const sweep::Library library(THALWEG_NIST_FOLDER, THALWEG_FIELD_CURVES);
  const std::uint64_t begin = a.only >= 0 ? static_cast<std::uint64_t>(a.only) : a.from;
  const std::uint64_t end = a.only >= 0 ? begin + 1 : a.to > 0 ? a.to : begin + a.problems;
  std::vector<sweep::ProblemRecord> records(end - begin);
  std::atomic<std::uint64_t> next = begin;
  const auto work = [&] {
    for (std::uint64_t i = next++; i < end; i = next++) {
      sweep::ProblemRecord& record = records[i - begin];
      try {
        const sweep::SweepProblem problem = sweep::make_problem(library, a.seed, i);
        dump(a, i, problem);
        record = sweep::run_problem(problem, i, contenders, a.all_ends);
        if (a.verbose) std::fputs(sweep::details(problem, contenders, record).c_str(), stdout);
      } catch (const std::exception& error) {
        record.index = i;
        record.outcomes.clear();
        record.error = error.what();
      }
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned t = 1; t < a.threads; ++t) threads.emplace_back(work);
  work();
  threads.clear();
  std::fputs(sweep::table(contenders, records).c_str(), stdout);
  std::fputs(sweep::faults(contenders, records, a.listed).c_str(), stdout);
  if (!a.json.empty()) write(a.json, sweep::to_json(contenders, records));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  CLI::App app{
      "Every method on random formulas and on scattered starts of known fits; every claim of convergence is judged by "
      "an\n"
      "independent stationarity check in long double.\n"
      "Examples: sweep --problems 20000 --json sweep.json; sweep --only 1234 --methods lm --verbose --dump .",
      "sweep"};
  app.add_option("--problems", a.problems, "How many")->capture_default_str();
  app.add_option("--seed", a.seed, "Seed of the problems")->capture_default_str();
  app.add_option("--methods", a.methods, "all, or names separated by commas")->capture_default_str();
  app.add_option("--from", a.from, "First problem");
  app.add_option("--to", a.to, "End of the problems, exclusive");
  app.add_option("--only", a.only, "This problem alone");
  app.add_option("--dump", a.dump, "Write every problem into this folder, in the Thalweg format");
  app.add_option("--json", a.json, "Write counts, and every claim that is not a plain minimum");
  app.add_option("--max-iterations", a.max_iterations, "Of each solve")->capture_default_str();
  app.add_option("--time-limit", a.time_limit, "Of each solve, in seconds")->capture_default_str();
  app.add_option("--list", a.listed, "False claims listed per method")->capture_default_str();
  app.add_option("--threads", a.threads, "Problems at a time; each solve takes one thread")->capture_default_str();
  app.add_flag("--verbose", a.verbose, "Everything about each problem");
  app.add_flag("--all-ends", a.all_ends,
               "Judge ends that are not called converged as fully as claims, for the column modest (six times slower)");
  app.add_flag("--self-test", a.self_test,
               "Judge planted claims, true and false; exit code 1 where the judge is wrong");
  CLI11_PARSE(app, argc, argv);
  try {
    return a.self_test ? sweep::self_test() : run(a);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sweep: %s\n", error.what());
    return 1;
  }
}
