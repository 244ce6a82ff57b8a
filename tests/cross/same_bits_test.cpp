// A compiler may make two versions of a loop, for arrays that lie close together and for others, and round them
// differently. A result must not depend on where the memory lay.
#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thalweg/methods/run.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/catalogue.hpp>

using namespace thalweg;

namespace {

using Pieces = std::vector<std::unique_ptr<char[]>>;

/// Pieces of memory of every small size, so many that an allocator has none left over from before: what is allocated
/// while they are held lies in one row, in the order of allocation.
Pieces small_pieces() {
  Pieces pieces;
  for (std::size_t size = 8; size <= 512; size += 16)
    for (int i = 0; i < 100; ++i) pieces.push_back(std::make_unique<char[]>(size));
  return pieces;
}

/// Gives them back in an order that scatters what is allocated next.
void scatter(Pieces pieces) {
  std::shuffle(pieces.begin(), pieces.end(), std::mt19937(1));
  for (auto& piece : pieces) piece.reset();
}

Result solved(const CatalogueProblem& entry, AnyMethod method) {
  const std::vector<double>& start = entry.starts.front();
  const Problem problem = entry.problem(start);
  Options options;
  options.max_iterations = 200;
  TrainOptions train;
  train.max_epochs = 20;
  return run(method, {.residuals = &problem}, start, options, train);
}

bool same_bits(std::span<const double> a, std::span<const double> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace

TEST_CASE("the same bits wherever the memory lies") {
  for (const AnyMethod method : all_methods())
    for (int k = 0; k < mgh_instances; ++k) {
      const CatalogueProblem& entry = catalogue()[static_cast<std::size_t>(k)];
      const Problem problem = entry.problem(entry.starts.front());
      if (!refusal(method, {.residuals = &problem}).empty()) continue;
      Pieces pieces = small_pieces();
      const Result in_a_row = solved(entry, method);
      scatter(std::move(pieces));
      const Result scattered = solved(entry, method);
      CHECK_MESSAGE(same_bits(in_a_row.x, scattered.x), fmt::format("{} by {}", entry.name, to_string(method)));
      CHECK(in_a_row.iterations == scattered.iterations);
    }
}
