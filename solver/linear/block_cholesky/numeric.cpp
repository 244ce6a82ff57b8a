#include <linear/block_cholesky/numeric.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <linear/block_cholesky/amalgamation.hpp>
#include <linear/block_cholesky/front.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1::block_cholesky {
namespace {

/// In single precision numbers far from the diagonal can fall below the smallest normal number, where each operation
/// takes over a hundred cycles; they are zero while this lives.
template <class T>
class WithoutSubnormals {
#if defined(__SSE2__)
 public:
  WithoutSubnormals() {
    if (sizeof(T) == sizeof(float)) _mm_setcsr(before_ | flush_to_zero_and_denormals_are_zero);
  }
  ~WithoutSubnormals() {
    if (sizeof(T) == sizeof(float)) _mm_setcsr(before_);
  }
  WithoutSubnormals(const WithoutSubnormals&) = delete;
  WithoutSubnormals& operator=(const WithoutSubnormals&) = delete;

 private:
  static constexpr unsigned flush_to_zero_and_denormals_are_zero = 0x8040;
  unsigned before_ = _mm_getcsr();
#endif
};

/// A front of so many nanoseconds is cut for several threads.
constexpr double large_front = 40e3;
constexpr long nanoseconds_between_polls = 1000000;

template <class Body>
void one_by_one(std::int64_t count, const Body& body) {
  constexpr std::int64_t many = 16;  // parts of a large front take 10 µs and more
  for (std::int64_t i = 0; i < count; ++i) {
    if (count > many) CancellationProbe::poll();
    body(i);
  }
}

template <class T>
void resize(AlignedArray& array, std::int64_t numbers) {
  array.resize_unset((numbers * static_cast<std::int64_t>(sizeof(T)) + 7) / 8);
}

}  // namespace

/// What several threads share in a factorisation.
class Crew {
 public:
  Crew(const Symbolic& symbolic, const Plan& plan)
      : waiting(std::make_unique<std::atomic<std::int32_t>[]>(symbolic.supernodes())), late(symbolic.supernodes(), 0) {
    const auto defer = [&](std::int32_t s) {
      const auto begin = symbolic.child.begin();
      late[s] = front_time(symbolic.width[s], symbolic.height[s]) > large_front ||
                std::any_of(begin + symbolic.child_start[s], begin + symbolic.child_start[s + 1],
                            [&](std::int32_t c) { return late[c] != 0; });
    };
    for (const Plan::Subtree& subtree : plan.subtrees)
      if (subtree.first == subtree.last) defer(subtree.last);
    for (std::int32_t s = 0; s < symbolic.supernodes(); ++s)
      if (plan.above[s]) defer(s);
  }
  std::unique_ptr<std::atomic<std::int32_t>[]> waiting;  // children that a supernode waits for
  std::vector<char> late;  // large fronts and those above them: one after the other, each cut for all threads
  std::atomic<std::int32_t> lost{-1};

  void lose(std::int32_t at) {
    std::int32_t known = lost.load();
    while ((known < 0 || at < known) && !lost.compare_exchange_weak(known, at)) {
    }
  }
};

template <class T>
Numeric<T>::Numeric(const Symbolic& symbolic, const Plan& plan) : symbolic_(symbolic), plan_(plan) {}
template <class T>
Numeric<T>::~Numeric() = default;

template <class T>
void Numeric<T>::allocate() {
  if (factor_.size() > 0 || plan_.panel.back() == 0) return;
  resize<T>(inverse_, plan_.inverse_start.back());
  resize<T>(least_, plan_.inverse_start.back());
  resize<T>(stacks_, plan_.threads * plan_.stack_size);
  resize<T>(shared_, plan_.shared_size);
  if (plan_.threads > 1) crew_ = std::make_unique<Crew>(symbolic_, plan_);
  resize<T>(gathered_, (plan_.tallest + slab_rows<T>)*slab_rows<T>);
  resize<T>(factor_, plan_.panel.back());
}

template <class T>
T* Numeric<T>::stack(int thread) {
  return reinterpret_cast<T*>(stacks_.data()) + thread * plan_.stack_size;
}

template <class T>
T* Numeric<T>::update(std::int32_t s, T* stack) {
  return (plan_.shared[s] ? reinterpret_cast<T*>(shared_.data()) : stack) + plan_.update[s];
}

template <class T>
void Numeric<T>::assemble(std::int32_t s, const double* values) {
  constexpr std::int64_t H = slab_rows<T>;
  T* const panel = L() + plan_.panel[s];
  T* const least_of = least() + plan_.inverse_start[s];
  std::memset(panel, 0, static_cast<std::size_t>(plan_.panel[s + 1] - plan_.panel[s]) * sizeof(T));
  // What rounding leaves of a pivot that should be zero grows like a random walk (sparse_cholesky.cpp).
  const double negligible = 4.0 * std::sqrt(static_cast<double>(plan_.inverse_start.back())) *
                            static_cast<double>(std::numeric_limits<T>::epsilon());
  const std::int64_t stride = H * symbolic_.width[s];
  for (std::int64_t e = plan_.entry_start[s]; e < plan_.entry_start[s + 1]; ++e) {
    const Plan::Entry& entry = plan_.entries[e];
    const double* const from = values + entry.values;
    // Of a diagonal block the upper triangle comes along, whatever it is: no number below the diagonal depends on it.
    copy_block(panel + entry.slab * stride + entry.column * H, stride, entry.lane, from, entry.rows, entry.columns);
    if (entry.diagonal)
      for (int c = 0; c < entry.columns; ++c)
        least_of[entry.column + c] = static_cast<T>(negligible * from[c * (entry.rows + 1)]);
  }
}

/// Adds the children's columns that are columns [begin, end) of the front.
template <class T>
void Numeric<T>::add_children(std::int32_t s, const Front<T>& front, std::int64_t begin, std::int64_t end, T* stack) {
  constexpr int H = slab_rows<T>;
  for (std::int64_t e = symbolic_.child_start[s]; e < symbolic_.child_start[s + 1]; ++e) {
    const std::int32_t c = symbolic_.child[e];
    const Plan::Run *run = plan_.runs.data() + plan_.run_start[c], *const runs_end =
                                                                       plan_.runs.data() + plan_.run_start[c + 1];
    run = std::partition_point(run, runs_end, [&](const Plan::Run& r) { return r.target + r.count <= begin; });
    if (run == runs_end || run->target >= end) continue;
    const T* const child = update(c, stack);
    const UpdateShape<H> shape{slabs_of(symbolic_.height[c], H) * H};
    const Plan::Piece *const pieces = plan_.pieces.data() + plan_.piece_start[c], *const pieces_end =
                                                                                      plan_.pieces.data() +
                                                                                      plan_.piece_start[c + 1];
    for (; run != runs_end && run->target < end; ++run) {
      const std::int64_t first = run->column - run->target;  // of the run's own, for column 0 of the front
      add_update(front, child, shape, *run, pieces + run->first_piece, pieces_end,
                 first + std::max<std::int64_t>(begin, run->target),
                 first + std::min<std::int64_t>(end, run->target + run->count));
    }
  }
}

/// Returns the first block column that is not definite, −1: all are.
template <class T>
template <class Loop>
std::int32_t Numeric<T>::factor_front(std::int32_t s, const double* values, T* stack, Loop&& loop) {
  const std::int64_t begin = plan_.inverse_start[s], width = symbolic_.width[s];
  const Front<T> front{L() + plan_.panel[s], inverse() + begin, least() + begin, width,
                       symbolic_.height[s],  update(s, stack)};
  assemble(s, values);
  // Children are added to columns of the panel before it is factored; to the update matrix after, when it has been
  // written for the first time.
  const auto add = [&](std::int64_t first, std::int64_t last) {
    constexpr std::int64_t together = 64;
    loop((last - first + together - 1) / together, [&](std::int64_t part) {
      add_children(s, front, first + part * together, std::min(last, first + (part + 1) * together), stack);
    });
  };
  add(0, width);
  const std::int64_t done = factor_dense(front, loop);
  if (done < width) {
    const auto first = symbolic_.first.begin();
    return static_cast<std::int32_t>(std::upper_bound(first, symbolic_.first.end(), begin + done) - first) - 1;
  }
  add(width, width + front.height);
  return -1;
}

/// A subtree, one supernode after the other. Returns the first block column that is not definite, −1: all are.
template <class T>
std::int32_t Numeric<T>::walk(const Plan::Subtree& subtree, const double* values, T* stack) {
  [[maybe_unused]] const WithoutSubnormals<T> flushed{};
  PollEvery poll(nanoseconds_between_polls);
  for (std::int32_t s = subtree.first; s <= subtree.last; ++s) {
    poll(static_cast<long>(front_time(symbolic_.width[s], symbolic_.height[s])));
    const std::int32_t lost =
        factor_front(s, values, stack, [](std::int64_t count, const auto& body) { one_by_one(count, body); });
    if (lost >= 0) return lost;
  }
  return -1;
}

/// Subtrees side by side; who finishes the last child of a supernode goes on with that. Then the large fronts.
template <class T>
std::int32_t Numeric<T>::factor_together(const double* values) {
  Crew& crew = *crew_;
  crew.lost = -1;
  for (std::int32_t s = 0; s < symbolic_.supernodes(); ++s)
    crew.waiting[s].store(static_cast<std::int32_t>(symbolic_.child_start[s + 1] - symbolic_.child_start[s]),
                          std::memory_order_relaxed);
  // Nothing above a loss is reached, so that the first loss is found whatever the threads do.
  const auto last_child_of = [&](std::int32_t parent) { return parent >= 0 && crew.waiting[parent].fetch_sub(1) == 1; };
  const auto climb = [&](const Plan::Subtree& subtree) {
    if (crew.late[subtree.last]) return;
    T* const own = stack(current_thread());
    std::int32_t lost = walk(subtree, values, own);
    for (std::int32_t s = symbolic_.parent[subtree.last]; lost < 0; s = symbolic_.parent[s]) {
      if (!last_child_of(s) || crew.late[s]) return;
      lost = walk({s, s}, values, own);
    }
    crew.lose(lost);
  };
  parallel_chunks(
      static_cast<std::int64_t>(plan_.subtrees.size()), 1, plan_.threads,
      [&](std::int64_t i, std::int64_t, std::int64_t) { climb(plan_.subtrees[static_cast<std::size_t>(i)]); });
  const auto side_by_side = [&](std::int64_t count, const auto& body) {
    parallel_chunks(count, 1, plan_.threads, [&](std::int64_t part, std::int64_t, std::int64_t) {
      [[maybe_unused]] const WithoutSubnormals<T> flushed{};
      body(part);
    });
  };
  for (std::int32_t s = 0; s < symbolic_.supernodes(); ++s) {
    if (!crew.late[s] || crew.waiting[s].load() > 0) continue;
    if (const std::int32_t known = crew.lost.load(); known >= 0 && symbolic_.column[s] > known) break;
    [[maybe_unused]] const WithoutSubnormals<T> flushed{};
    const std::int32_t lost = factor_front(s, values, stack(0), side_by_side);
    if (lost >= 0) {
      crew.lose(lost);
    } else {
      last_child_of(symbolic_.parent[s]);
    }
  }
  return crew.lost;
}

template <class T>
std::int32_t Numeric<T>::factor(const double* values) {
  if (plan_.threads > 1) return factor_together(values);
  std::int32_t lost = -1;
  for (const Plan::Subtree& subtree : plan_.subtrees) lost = walk(subtree, values, stack(0));
  return lost;
}

template <class T>
double Numeric<T>::log_determinant() const {
  double sum = 0.0;
  for (std::int64_t i = 0; i < plan_.inverse_start.back(); ++i) sum -= std::log(static_cast<double>(inverse()[i]));
  return 2.0 * sum;
}

template class Numeric<double>;
template class Numeric<float>;

}  // namespace thalweg::inline v0_1::block_cholesky
