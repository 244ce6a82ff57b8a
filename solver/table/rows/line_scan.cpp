#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>

#include <thalweg/base/parallel.hpp>

#include "table/rows/rows.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f\xEF\xBB\xBF";

/// Lines as Lines walks over them.
std::size_t count_lines(std::string_view text) {
  if (text.empty()) return 0;
  const auto line_feeds = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const std::size_t open_end = text.back() == '\n' || text.back() == '\r' ? 0 : 1;
  if (std::memchr(text.data(), '\r', text.size()) == nullptr) return line_feeds + open_end;
  std::size_t alone = 0;  // \r without \n behind it
  for (std::size_t i = 0; i < text.size(); ++i) alone += text[i] == '\r' && text.substr(i + 1, 1) != "\n";
  return line_feeds + alone + open_end;
}

/// The lines that begin in [begin, end), where a line begins behind a line feed; the last may go on behind `end`.
struct Piece {
  std::size_t begin = 0;
  std::string_view text;
};

Piece lines_beginning_in(const TableText& text, std::size_t begin, std::size_t end, std::string& buffer) {
  constexpr std::size_t usual_line = 4096;
  const std::size_t before = begin == 0 ? 0 : begin - 1;
  for (std::size_t further = usual_line;; further *= 4) {
    const std::size_t seen_end = std::min(text.size(), end + further);
    const std::string_view seen = text.bytes(before, seen_end, buffer);
    std::size_t first = 0;
    if (begin > 0) {
      first = seen.substr(0, end - 1 - before).find('\n');
      if (first == std::string_view::npos) return {begin, {}};
      ++first;
    }
    const std::size_t last = seen.find('\n', end - 1 - before);
    if (last != std::string_view::npos) return {before + first, seen.substr(first, last + 1 - first)};
    if (seen_end == text.size()) return {before + first, seen.substr(first)};
  }
}

}  // namespace

LineScan scan_lines(const TableText& text, int threads, std::size_t chunk_bytes) {
  const auto size = static_cast<std::int64_t>(text.size()), grain = static_cast<std::int64_t>(chunk_bytes);
  LineScan scan;
  scan.chunks.resize(static_cast<std::size_t>(chunk_count(size, grain)));
  std::vector<std::string> buffers(static_cast<std::size_t>(resolve_threads(threads)));
  std::atomic<bool> is_text = true, is_blank = true;
  parallel_chunks(size, grain, threads, [&](std::int64_t chunk, std::int64_t begin, std::int64_t end) {
    const Piece piece = lines_beginning_in(text, static_cast<std::size_t>(begin), static_cast<std::size_t>(end),
                                           buffers[static_cast<std::size_t>(current_thread())]);
    scan.chunks[static_cast<std::size_t>(chunk)] = {piece.begin, piece.begin + piece.text.size(),
                                                    count_lines(piece.text)};
    if (!text.is_in_memory() && first_non_text_byte(piece.text)) is_text = false;
    if (piece.text.find_first_not_of(blanks) != std::string_view::npos) is_blank = false;
  });
  std::erase_if(scan.chunks, [](const LineChunk& chunk) { return chunk.begin == chunk.end; });
  scan.is_text = is_text;
  scan.is_blank = is_blank;
  return scan;
}

}  // namespace thalweg::inline v0_1::reading
