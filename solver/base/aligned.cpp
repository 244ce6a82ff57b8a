#include <thalweg/base/aligned.hpp>

#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <thalweg/base/cancellation.hpp>

namespace thalweg::inline v0_1::detail {
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
  if (alignment == page) advise_large_pages(memory, bytes);
  return static_cast<std::byte*>(memory);
}

std::mutex guard;  // of all that follows

/// Large pages that arrays have left, for the next: a page that the system gives and takes again is cleared each time.
/// One solve after the other in a process, or one linear system after the other in a solve, wants the same once more.
class Attic {
 public:
  /// Memory of at least `bytes`, and how many it has; null: there is none that fits.
  std::byte* fetch(std::size_t& bytes) {
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
  void store(std::byte* memory, std::size_t bytes) noexcept {
    if (watched || held_ + bytes > most) return std::free(memory);
    pieces_.push_back({memory, bytes});
    held_ += bytes;
  }

 private:
  static constexpr std::size_t most = std::size_t{64} << 20;
  struct Piece {
    std::byte* memory;
    std::size_t bytes;
  };
  std::vector<Piece> pieces_ = [] {
    std::vector<Piece> none;
    none.reserve(most / page);  // of whole pages there are never more
    return none;
  }();
  std::size_t held_ = 0;
};
Attic& attic() {
  static Attic* const one = new Attic;  // outlives whatever is freed last
  return *one;
}

/// Whole pages of at least `bytes`, and how many bytes they have.
std::byte* take_pages(std::size_t& bytes) {
  bytes = rounded(bytes, page);
  std::byte* const left = attic().fetch(bytes);
  return left ? left : take(bytes, page);
}

/// Large pages that several arrays share, one behind the other. They go back when the last of them does.
struct SharedPage {
  int users;
  std::size_t used, bytes;
};

/// In the line before each array: where its memory came from.
struct Origin {
  std::byte* own;      ///< its own memory; null: in a shared page
  SharedPage* shared;  ///< null: none
  std::size_t bytes;   ///< of the array and this line
};
static_assert(sizeof(SharedPage) <= line && sizeof(Origin) <= line);

double* behind(std::byte* memory, const Origin& origin) {
  new (memory) Origin(origin);
  return reinterpret_cast<double*>(memory + line);
}

SharedPage* open_page = nullptr;  // where the next array goes

void leave(SharedPage* shared) {
  if (--shared->users == 0) attic().store(reinterpret_cast<std::byte*>(shared), shared->bytes);
}

double* share(std::size_t bytes) {
  const std::lock_guard lock(guard);
  if (!open_page || open_page->used + bytes > open_page->bytes) {
    std::size_t whole = page;
    std::byte* const memory = take_pages(whole);
    if (open_page) leave(open_page);
    open_page = new (memory) SharedPage{1, line, whole};
  }
  std::byte* const memory = reinterpret_cast<std::byte*>(open_page) + open_page->used;
  open_page->used += bytes;
  ++open_page->users;
  return behind(memory, {nullptr, open_page, bytes});
}

/// The last array of a page leaves its room to the next.
void unshare(std::byte* memory, const Origin& origin) {
  const std::lock_guard lock(guard);
  std::byte* const end = reinterpret_cast<std::byte*>(origin.shared) + origin.shared->used;
  if (memory + origin.bytes == end) origin.shared->used -= origin.bytes;
  leave(origin.shared);
}

double* take_alone(std::size_t bytes) {
  const std::lock_guard lock(guard);
  std::byte* const memory = take_pages(bytes);
  return behind(memory, {memory, nullptr, bytes});
}

}  // namespace

void advise_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (bytes < page) return;
  constexpr std::uintptr_t small_page = 4096;
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = (address + small_page - 1) / small_page * small_page;
  if (address + bytes > first) madvise(reinterpret_cast<void*>(first), address + bytes - first, MADV_HUGEPAGE);
#endif
}

double* allocate_numbers(std::size_t bytes) {
  const std::size_t size = rounded(bytes, line) + line;
  if (size >= page / 2) {
    CancellationProbe::poll();  // the first access to large arrays takes long
    return take_alone(size);
  }
  if (size >= least_shared && !watched) return share(size);
  std::byte* const memory = take(size, line);
  return behind(memory, {memory, nullptr, size});
}

void free_numbers(double* numbers) noexcept {
  if (!numbers) return;
  std::byte* const memory = reinterpret_cast<std::byte*>(numbers) - line;
  const Origin origin = *reinterpret_cast<const Origin*>(memory);
  if (!origin.own) return unshare(memory, origin);
  if (origin.bytes < page) return std::free(origin.own);
  const std::lock_guard lock(guard);
  attic().store(origin.own, origin.bytes);
}

}  // namespace thalweg::inline v0_1::detail
