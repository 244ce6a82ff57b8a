#include <thalweg/base/aligned.hpp>

#include <cstdint>
#include <random>
#include <vector>

#include <doctest/doctest.h>

using namespace thalweg;

TEST_CASE("arrays of every size are aligned, apart from each other, and zero") {
  struct Held {
    AlignedArray array;
    double mark;
  };
  std::mt19937 random(1);
  std::vector<Held> held;
  // From malloc's, by those that share a large page, to several pages; given back in any order and taken again.
  for (int round = 0; round < 400; ++round) {
    const std::int64_t size = 1 + static_cast<std::int64_t>(random() % (round % 3 == 0   ? 300
                                                                        : round % 3 == 1 ? 120000
                                                                                         : 700000));
    Held next{AlignedArray(size), 1.0 + round};
    CHECK(next.array.size() == size);
    CHECK(reinterpret_cast<std::uintptr_t>(next.array.data()) % 64 == 0);
    bool zero = true;
    for (std::int64_t i = 0; i < size; ++i) {
      zero = zero && next.array[i] == 0.0;
      next.array[i] = next.mark;
    }
    CHECK(zero);
    held.push_back(std::move(next));
    if (held.size() > 12) {
      const std::size_t which = random() % held.size();
      bool whole = true;
      for (std::int64_t i = 0; i < held[which].array.size(); ++i)
        whole = whole && held[which].array[i] == held[which].mark;
      CHECK(whole);
      std::swap(held[which], held.back());
      held.pop_back();
    }
  }
}

TEST_CASE("a vector in large pages is a vector") {
  LargeVector<std::int32_t> v;
  for (int i = 0; i < 300000; ++i) v.push_back(i);
  LargeVector<std::int32_t> w = v, moved = std::move(v);
  CHECK(w == moved);
  CHECK(w.back() == 299999);
  w.assign(10, 7);
  CHECK(w == LargeVector<std::int32_t>(10, 7));
}

TEST_CASE("an array keeps its memory when it shrinks, and is zero again when it is resized") {
  AlignedArray a(100000);
  const double* const where = a.data();
  a[5] = 3.0;
  a.resize(90000);
  CHECK(a.data() == where);
  CHECK(a[5] == 0.0);
  a.resize_unset(200000);
  CHECK(a.size() == 200000);
}
