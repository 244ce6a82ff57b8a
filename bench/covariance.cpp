// covariance: variances of blocks beside long double, on problems in which some points are hardly determined.
//
//   covariance [--problems 50] [--cameras 200]
//
// Every camera and every point: a block of the wrong rank is counted, and the largest relative error of a variance is
// printed for cameras, points, and points whose rays are parallel to 1e-8.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <thalweg/inference/block_covariance.hpp>

#include "support/covariance_scene.hpp"

using namespace thalweg;

int main(int argc, char** argv) {
  int problems = 50, cameras = 200;
  CLI::App app("Variances of blocks beside long double");
  app.add_option("--problems", problems, "how many")->check(CLI::PositiveNumber);
  app.add_option("--cameras", cameras, "cameras of each; twice as many points")->check(CLI::Range(4, 2000));
  CLI11_PARSE(app, argc, argv);
  const int points = 2 * cameras, sound = points - points / 10;
  double worst[3] = {}, seconds = 0.0;
  std::int64_t called_free = 0, blocks = 0;
  for (int k = 0; k < problems; ++k) {
    const auto s = covariance_scene::scene(static_cast<unsigned>(k + 1), cameras, points, sound, false, 0.0);
    const auto expected = covariance_scene::exact_variances(s, cameras, points);
    std::vector<std::int64_t> offsets;
    for (int c = 0; c < cameras; ++c) offsets.push_back(s.camera[c].offset());
    for (int p = 0; p < points; ++p) offsets.push_back(s.point[p].offset());
    const auto begin = std::chrono::steady_clock::now();
    const auto found = block_covariances(s.problem, s.problem.start(), offsets, {.threads = 1});
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    Eigen::Index first = 0;
    for (std::size_t b = 0; b < found.size(); ++b) {
      const int kind = static_cast<int>(b) < cameras ? 0 : static_cast<int>(b) < cameras + sound ? 1 : 2;
      ++blocks;
      called_free += !found[b].determined;
      for (int i = 0; i < found[b].dimension; ++i) {
        const double exact = static_cast<double>(expected[first + i]);
        if (found[b].determined) worst[kind] = std::max(worst[kind], std::abs(found[b](i, i) / exact - 1.0));
      }
      first += found[b].dimension;
    }
  }
  fmt::print("{} problems of {} cameras and {} points: {} of {} blocks called free, which are determined\n", problems,
             cameras, points, called_free, blocks);
  fmt::print("largest relative error of a variance: cameras {:.1e}, points {:.1e}, parallel to 1e-8 {:.1e}\n", worst[0],
             worst[1], worst[2]);
  fmt::print("{:.2f} s a problem, all blocks, one thread\n", seconds / problems);
}
