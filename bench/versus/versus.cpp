// versus: whole fits, Thalweg beside Ceres, TinySolver, MINPACK and GSL, on the same residual code
// in one process run.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <dlfcn.h>

#include <CLI/CLI.hpp>

#include "batch/batch.hpp"
#include "bundles.hpp"
#include "cases.hpp"
#include "graphs.hpp"
#include "report.hpp"
#include "suites.hpp"
#include "tall/tall.hpp"
#include "tiny/tiny.hpp"

namespace {

/// Whichever BLAS the peers brought along: one thread.
void pin_blas() {
  const auto set_threads = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set_threads) set_threads(1);
}

void write(const std::string& text, const std::string& path) {
  if (path == "-") {
    std::fputs(text.c_str(), stdout);
    return;
  }
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

int run(int argc, char** argv) {
  CLI::App app{
      "Small fits: thalweg beside Ceres LM, TinySolver, MINPACK lmder and GSL. Bundle adjustments and pose "
      "graphs: beside Ceres.\n"
      "Examples: versus nist --json nist.json; versus problem-16-22106-pre.txt.bz2 --threads 2; versus "
      "town:178,99400,5; versus sphere2500.g2o city:10000",
      "versus"};
  std::vector<std::string> names;
  std::string json_path;
  versus::DescentLimits limits;
  versus::Settings settings;
  std::string name;
  bool verbose = false, is_suite = false, is_batch = false, is_tall = false, is_tiny = false;
  app.add_option(
         "suite", names,
         "files of bundle adjustments, or town:CAMERAS,POINTS,OBSERVATIONS-PER-POINT, one generated; files of "
         "pose graphs, or "
         "city:POSES, garage:POSES; or nist: the 54 NIST starts; perturbed: 1,080 starts around them; mgh: 43 "
         "problems of "
         "Moré, Garbow & Hillstrom, from 1, 10 and 100 times their starts; or batch, and which of exponential, "
         "gaussian-5x5, gaussian-12x12, nist: many fits of one model, fits per second; or tall, and which of tall-1e5 "
         "to tall-1e8: one fit to so many rows; or tiny, and which of exponential-2, exponential-3, gaussian-5x5: fits "
         "one "
         "after the other on one thread")
      ->type_name("SUITE|FILE...")
      ->required();
  app.add_option("--max-iterations", limits.max_iterations, "of files: iterations of each descent at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--time-limit", limits.seconds, "of files: seconds of each descent at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  double touched = 1.0;
  app.add_option(
         "--touch", touched,
         "of files: gigabytes of memory that are touched before each descent, for a virtual machine to have them")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--threads", settings.threads, "Threads of thalweg and Ceres")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--json", json_path, "Write JSON to FILE; - for standard output, without a table")
      ->type_name("FILE|-");
  app.add_option("--repeat", settings.repeat,
                 "Solves per start and solver, of which the fastest counts (nist 20, perturbed 1, mgh 4, files 1)")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", settings.seed, "Seed of the perturbation")->capture_default_str();
  std::vector<int> factors;
  app.add_option("--factor", factors, "mgh: only from this multiple of the starts; may be repeated")
      ->check(CLI::IsMember({1, 10, 100}))
      ->allow_extra_args(false);
  app.add_flag("--verbose", verbose, "Show every start");
  try {
    app.parse(argc, argv);
    name = names[0];
    is_suite = name == "nist" || name == "perturbed" || name == "mgh";
    is_tall = name == "tall";
    is_batch = name == "batch";
    is_tiny = name == "tiny";
    if (is_suite && names.size() > 1) throw CLI::ValidationError("suite", "one suite, or files");
    for (const std::string& file : names)
      if (!is_suite && !is_batch && !is_tall && !is_tiny && !versus::is_town(file) &&
          !versus::is_generated_graph(file) && !std::ifstream(file))
        throw CLI::ValidationError(
            "suite", "'" + file + "' is none of nist, perturbed, mgh, batch, tall, tiny, and no file that can be read");
    for (const std::string& file : names)
      if (!is_suite && !is_batch && !is_tall && !is_tiny && versus::is_graph(file) != versus::is_graph(name))
        throw CLI::ValidationError("suite", "bundle adjustments and pose graphs; expected one kind");
    if (!factors.empty() && name != "mgh") throw CLI::ValidationError("--factor", "is for mgh alone");
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::fprintf(stderr, "versus: %s\n\n%s", error.what(), app.help().c_str());
    return 2;
  }

  std::sort(factors.begin(), factors.end());
  factors.erase(std::unique(factors.begin(), factors.end()), factors.end());
  if (!factors.empty()) settings.factors = factors;
  pin_blas();
  if (is_batch) {
    const std::vector<std::string> which(names.begin() + 1, names.end());
    const auto runs = versus::run_batches(which, settings.threads, std::max(1, settings.repeat), THALWEG_NIST_FOLDER);
    if (json_path != "-") std::fputs(versus::batch_table(runs).c_str(), stdout);
    if (!json_path.empty()) write(versus::batch_json(runs, settings.threads), json_path);
    return 0;
  }
  if (is_tiny) {
    const std::vector<std::string> which(names.begin() + 1, names.end());
    const auto runs = versus::run_tiny(which, settings.repeat > 0 ? settings.repeat : 7);
    if (json_path != "-") std::fputs(versus::tiny_table(runs).c_str(), stdout);
    if (!json_path.empty()) write(versus::tiny_json(runs), json_path);
    return 0;
  }
  if (is_tall) {
    const std::vector<std::string> which(names.begin() + 1, names.end());
    const auto runs = versus::run_tall(which, settings.threads, std::filesystem::temp_directory_path().string());
    if (json_path != "-") std::fputs(versus::tall_table(runs).c_str(), stdout);
    if (!json_path.empty()) write(versus::tall_json(runs, settings.threads), json_path);
    return 0;
  }
  if (!is_suite) {
    limits.repeat = std::max(1, settings.repeat);
    limits.touched = 1e9 * touched;
    const bool graphs = versus::is_graph(names[0]);
    const auto races = graphs ? versus::run_graphs(names, settings.threads, limits)
                              : versus::run_bundles(names, settings.threads, limits);
    if (json_path != "-") std::fputs(versus::race_table(races).c_str(), stdout);
    if (!json_path.empty())
      write(versus::race_json(races, graphs ? "pose graphs" : "bundle adjustment", settings.threads), json_path);
    return 0;
  }
  const auto cases = name == "mgh" ? versus::mgh_cases() : versus::nist_cases(THALWEG_NIST_FOLDER);
  const auto suite = name == "mgh"    ? versus::run_mgh(cases, settings)
                     : name == "nist" ? versus::run_nist(cases, settings)
                                      : versus::run_perturbed(cases, settings);
  if (json_path != "-") std::fputs(versus::table(suite, verbose).c_str(), stdout);
  if (!json_path.empty()) write(versus::json(suite), json_path);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (versus::is_own_process(argc, argv)) {
      pin_blas();
      return versus::run_own_process(argv, [](const versus::Entry& entry) {
        return versus::is_graph(entry.problem) ? versus::graph_descent(entry) : versus::bundle_descent(entry);
      });
    }
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "versus: %s\n", error.what());
    return 1;
  }
}
