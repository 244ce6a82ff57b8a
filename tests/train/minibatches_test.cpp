#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include <doctest/doctest.h>
#include <train/minibatches.hpp>

using namespace thalweg;

namespace {

using Order = std::vector<std::int64_t>;

/// The samples of one epoch in their order, and the batches' sizes.
Order epoch(Minibatches& batches, std::vector<std::size_t>* sizes = nullptr) {
  Order order;
  do {
    const auto batch = batches.next();
    order.insert(order.end(), batch.begin(), batch.end());
    if (sizes) sizes->push_back(batch.size());
  } while (!batches.epoch_complete());
  return order;
}

}  // namespace

TEST_CASE("minibatches: an epoch holds every sample once, the last batch what is left") {
  for (const std::int64_t size : {1, 3, 7, 9, 10}) {
    CAPTURE(size);
    Minibatches batches(10, size, 1);
    for (int e = 1; e <= 3; ++e) {
      std::vector<std::size_t> sizes;
      Order order = epoch(batches, &sizes);
      CHECK(batches.epochs() == e);
      CHECK(sizes.size() == static_cast<std::size_t>((10 + size - 1) / size));
      CHECK(sizes.front() == static_cast<std::size_t>(size));
      CHECK(sizes.back() == static_cast<std::size_t>(10 - (10 - 1) / size * size));
      std::sort(order.begin(), order.end());
      CHECK(order == Order{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    }
  }
}

TEST_CASE("minibatches: the order is the seed's, another one for each epoch, whatever the batch size") {
  Minibatches a(50, 7, 11), b(50, 50, 11), c(50, 7, 12);
  const Order first = epoch(a);
  CHECK(epoch(b) == first);
  CHECK(epoch(c) != first);
  const Order second = epoch(a);
  CHECK(second != first);
  CHECK(epoch(b) == second);
}

TEST_CASE("minibatches: the order is the same on every platform") {
  // std::mt19937_64's numbers are prescribed; these were computed apart from this code.
  Minibatches batches(8, 8, 1);
  CHECK(epoch(batches) == Order{1, 4, 6, 0, 5, 2, 7, 3});
  CHECK(epoch(batches) == Order{7, 1, 6, 3, 0, 5, 4, 2});
}

TEST_CASE("minibatches: every order of three samples is as likely as any other") {
  std::map<Order, int> counts;
  const int epochs = 60000;
  Minibatches batches(3, 3, 5);
  for (int e = 0; e < epochs; ++e) ++counts[epoch(batches)];
  REQUIRE(counts.size() == 6);
  double chi2 = 0.0;
  for (const auto& [order, count] : counts) chi2 += (count - 1e4) * (count - 1e4) / 1e4;
  CHECK(chi2 < 20.5);  // 5 degrees of freedom: exceeded once in a thousand seeds
}
