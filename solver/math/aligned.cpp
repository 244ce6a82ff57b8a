#include <thalweg/math/aligned.hpp>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace thalweg::detail {
namespace {

constexpr std::size_t line = 64, page = std::size_t{2} << 20;
// Smaller arrays are left to malloc; larger ones, but for those of half a page, share pages.
constexpr std::size_t least_shared = 128 << 10;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool watched = true;  // the gaps between arrays, and what is used after it was freed
#else
constexpr bool watched = false;
#endif

std::size_t rounded(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

std::byte* take(std::size_t bytes, std::size_t alignment) {
  void* const memory = std::aligned_alloc(alignment, bytes);
  if (!memory) throw std::bad_alloc();
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (alignment == page) madvise(memory, bytes, MADV_HUGEPAGE);  // a wish; without it all works the same
#endif
  return static_cast<std::byte*>(memory);
}

/// Large pages that arrays have left, for the next: a page that the system gives and takes again is cleared each time.
/// One solve after the other in a process, or one linear system after the other in a solve, wants the same once more.
class Attic {
 public:
  /// Memory of at least `bytes`, and how many it has; null: there is none that fits.
  std::byte* fetch(std::size_t& bytes) {
    const std::lock_guard lock(guard_);
    auto best = pieces_.end();
    for (auto piece = pieces_.begin(); piece != pieces_.end(); ++piece)
      if (piece->bytes >= bytes && piece->bytes <= 2 * bytes && (best == pieces_.end() || piece->bytes < best->bytes))
        best = piece;
    if (best == pieces_.end()) return nullptr;
    std::byte* const memory = best->memory;
    bytes = best->bytes;
    held_ -= bytes;
    pieces_.erase(best);
    return memory;
  }
  /// Whether it was taken.
  bool store(std::byte* memory, std::size_t bytes) noexcept {
    const std::lock_guard lock(guard_);
    if (held_ + bytes > most || pieces_.size() == pieces_.capacity()) return false;
    pieces_.push_back({memory, bytes});
    held_ += bytes;
    return true;
  }

 private:
  static constexpr std::size_t most = std::size_t{64} << 20;
  struct Piece {
    std::byte* memory;
    std::size_t bytes;
  };
  std::mutex guard_;
  std::vector<Piece> pieces_ = [] {
    std::vector<Piece> none;
    none.reserve(most / page);
    return none;
  }();
  std::size_t held_ = 0;
};
Attic& attic() {
  static Attic* const one = new Attic;  // outlives whatever is freed last
  return *one;
}

/// A large page that several arrays share, one behind the other. It goes back when the last of them does.
struct SharedPage {
  std::atomic<int> users;
  std::size_t used;
};

/// In the line before each array: where its memory came from.
struct Origin {
  void* own;           ///< from malloc; null: from a shared page
  SharedPage* shared;  ///< null: none
  std::size_t bytes;   ///< of the array and this line
};
static_assert(sizeof(SharedPage) <= line && sizeof(Origin) <= line);

double* behind(std::byte* memory, const Origin& origin) {
  new (memory) Origin(origin);
  return reinterpret_cast<double*>(memory + line);
}

std::mutex guard;
SharedPage* open_page = nullptr;  // where the next array goes

void leave(SharedPage* shared) {
  if (--shared->users == 0) std::free(shared);
}

double* share(std::size_t bytes) {
  const std::lock_guard lock(guard);
  if (!open_page || open_page->used + bytes > page) {
    SharedPage* const fresh = new (take(page, page)) SharedPage{1, line};
    if (open_page) leave(open_page);
    open_page = fresh;
  }
  std::byte* const memory = reinterpret_cast<std::byte*>(open_page) + open_page->used;
  open_page->used += bytes;
  ++open_page->users;
  return behind(memory, {nullptr, open_page, bytes});
}

/// The last array of the open page leaves its room to the next.
void unshare(std::byte* memory, const Origin& origin) {
  const std::lock_guard lock(guard);
  std::byte* const end = reinterpret_cast<std::byte*>(origin.shared) + origin.shared->used;
  if (memory + origin.bytes == end) origin.shared->used -= origin.bytes;
  leave(origin.shared);
}

}  // namespace

double* allocate_numbers(std::size_t bytes) {
  const std::size_t size = rounded(bytes, line) + line;
  if (!watched && size >= least_shared && size < page / 2) return share(size);
  const std::size_t unit = size < page / 2 ? line : page;
  std::size_t whole = rounded(size, unit);
  std::byte* memory = !watched && unit == page ? attic().fetch(whole) : nullptr;
  if (!memory) memory = take(whole, unit);
  return behind(memory, {memory, nullptr, whole});
}

void free_numbers(double* numbers) noexcept {
  if (!numbers) return;
  std::byte* const memory = reinterpret_cast<std::byte*>(numbers) - line;
  const Origin origin = *reinterpret_cast<const Origin*>(memory);
  if (!origin.own) return unshare(memory, origin);
  if (watched || origin.bytes < page || !attic().store(memory, origin.bytes)) std::free(origin.own);
}

}  // namespace thalweg::detail
