// bzip2 data, its blocks decoded side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace thalweg::inline v0_1::reading {

/// A stream is "BZh1" to "BZh9", blocks, and an end with a checksum; data are one stream or several, one after the
/// other (Seward's format, as bzip2 1.0.8 writes it). A block is at most 900 kB of text, knows nothing of the others,
/// and begins, at any bit, with the first digits of π: what lies between two beginnings is a stream of its own once it
/// has a head and an end. Memory: two blocks a thread, packed and not.
///
/// Where the digits stand inside a block by chance, once in 18 TB of packed data, they are called damaged.
class Bzip2Blocks {
 public:
  using Source = std::function<std::size_t(char* to, std::size_t size)>;
  /// `bytes` reads the packed data from their beginning, and returns 0 at their end.
  explicit Bzip2Blocks(Source bytes) : bytes_(std::move(bytes)) {}

  /// The next bytes of the text, at most `size`; how many, 0 at the end. Throws std::runtime_error where the data are
  /// damaged or end too soon; what stands before that may have been read.
  std::size_t read(char* to, std::size_t size);

 private:
  bool decode_more();
  void begin_stream();
  void end_stream();
  void take_block();
  std::uint64_t find_mark(std::uint64_t from);
  bool has(std::uint64_t bit_count);
  std::uint64_t bits(std::uint64_t from, int count);
  std::string stream_of(std::uint64_t begin, std::uint64_t end);

  Source bytes_;
  std::string packed_;  // read, and not yet decoded
  bool source_ended_ = false;
  std::uint64_t place_ = 0;  // of packed_: the bit where a block, an end or a head begins
  bool in_stream_ = false, finished_ = false;
  std::uint32_t checksum_ = 0;       // of the stream's blocks so far
  std::vector<std::string> blocks_;  // streams of their own, and then texts
  std::size_t next_ = 0, offset_ = 0;
  bool begun_ = false;
};

}  // namespace thalweg::inline v0_1::reading
