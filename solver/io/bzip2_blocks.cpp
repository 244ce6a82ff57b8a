#include "io/bzip2_blocks.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>

#include <boost/iostreams/copy.hpp>
#include <boost/iostreams/device/array.hpp>
#include <boost/iostreams/device/back_inserter.hpp>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <thalweg/base/parallel.hpp>

namespace thalweg::inline v0_1::reading {
namespace {

namespace io = boost::iostreams;

constexpr std::uint64_t block_mark = 0x314159265359, end_mark = 0x177245385090;  // π and √π
constexpr int mark_bits = 48, checksum_bits = 32, head_bits = 32;
constexpr std::uint64_t mark_mask = (std::uint64_t{1} << mark_bits) - 1;
constexpr std::size_t bytes_at_once = 1 << 18;

void expect(bool holds) {
  if (!holds) throw std::runtime_error("damaged bzip2 data");
}

/// The bytes that may stand before the last one in which a mark ends.
constexpr std::array<bool, 256> telling_bytes() {
  std::array<bool, 256> telling{};
  for (const std::uint64_t mark : {block_mark, end_mark})
    for (int shift = 1; shift <= 8; ++shift) telling[(mark >> shift) & 0xff] = true;
  return telling;
}
constexpr std::array<bool, 256> is_telling = telling_bytes();

/// Appends bits, the highest first, to bytes of which the last has `filled` bits.
void append_bits(std::string& bytes, int& filled, std::uint64_t value, int count) {
  for (int k = count; k-- > 0; filled = (filled + 1) % 8) {
    if (filled == 0) bytes += '\0';
    if ((value >> k) & 1) bytes.back() = static_cast<char>(bytes.back() | 0x80 >> filled);
  }
}

std::string unpacked(const std::string& stream) {
  std::string text;
  io::filtering_istream in;
  in.push(io::bzip2_decompressor());
  in.push(io::array_source(stream.data(), stream.size()));
  in.exceptions(std::ios::badbit);
  io::copy(in, io::back_inserter(text));
  return text;
}

}  // namespace

/// Whether so many bits are there; reads on until they are, or the source ends.
bool Bzip2Blocks::has(std::uint64_t bit_count) {
  while (8 * packed_.size() < bit_count && !source_ended_) {
    const std::size_t before = packed_.size();
    packed_.resize(before + bytes_at_once);
    const std::size_t n = bytes_(packed_.data() + before, bytes_at_once);
    packed_.resize(before + n);
    source_ended_ = n == 0;
  }
  return 8 * packed_.size() >= bit_count;
}

/// At most 48 of them.
std::uint64_t Bzip2Blocks::bits(std::uint64_t from, int count) {
  const std::uint64_t end = from + static_cast<std::uint64_t>(count), last_byte = (end + 7) / 8;
  expect(has(end));
  std::uint64_t value = 0;
  for (std::uint64_t byte = from / 8; byte < last_byte; ++byte)
    value = value << 8 | static_cast<unsigned char>(packed_[byte]);
  return (value >> (8 * last_byte - end)) & ((std::uint64_t{1} << count) - 1);
}

/// Where the first mark begins at `from` or later.
std::uint64_t Bzip2Blocks::find_mark(std::uint64_t from) {
  std::uint64_t window = 0;
  for (std::uint64_t byte = from / 8;; ++byte) {
    expect(has(8 * (byte + 1)));
    const bool telling = is_telling[window & 0xff];
    window = window << 8 | static_cast<unsigned char>(packed_[byte]);
    for (int shift = 7; telling && shift >= 0; --shift) {
      const std::uint64_t value = (window >> shift) & mark_mask;
      if (value != block_mark && value != end_mark) continue;
      const std::uint64_t end = 8 * (byte + 1) - static_cast<std::uint64_t>(shift);
      if (end >= from + mark_bits) return end - mark_bits;
    }
  }
}

/// The bits of one block, between a head and an end, whose checksum is that of its only block.
std::string Bzip2Blocks::stream_of(std::uint64_t begin, std::uint64_t end) {
  std::string stream = "BZh9";
  const std::uint64_t whole = (end - begin) / 8, first = begin / 8;
  const int shift = static_cast<int>(begin % 8);
  stream.reserve(whole + 16);
  for (std::uint64_t k = first; k < first + whole; ++k) {
    const auto high = static_cast<unsigned char>(packed_[k]), low = static_cast<unsigned char>(packed_[k + 1]);
    stream += static_cast<char>((high << 8 | low) >> (8 - shift));
  }
  int filled = 0;
  const int left = static_cast<int>((end - begin) % 8);
  append_bits(stream, filled, bits(end - static_cast<std::uint64_t>(left), left), left);
  append_bits(stream, filled, end_mark, mark_bits);
  append_bits(stream, filled, bits(begin + mark_bits, checksum_bits), checksum_bits);
  return stream;
}

void Bzip2Blocks::begin_stream() {
  const std::uint64_t head = bits(place_, head_bits);
  expect(head >> 8 == 0x425a68 && (head & 0xff) >= '1' && (head & 0xff) <= '9');
  place_ += head_bits;
  checksum_ = 0;
  in_stream_ = true;
}

void Bzip2Blocks::end_stream() {
  expect(bits(place_ + mark_bits, checksum_bits) == checksum_);
  place_ = (place_ + mark_bits + checksum_bits + 7) / 8 * 8;
  in_stream_ = false;
  finished_ = !has(place_ + 1);
}

void Bzip2Blocks::take_block() {
  const std::uint64_t end = find_mark(place_ + mark_bits);
  checksum_ = std::rotl(checksum_, 1) ^ static_cast<std::uint32_t>(bits(place_ + mark_bits, checksum_bits));
  blocks_.push_back(stream_of(place_, end));
  place_ = end;
}

bool Bzip2Blocks::decode_more() {
  blocks_.clear();
  next_ = offset_ = 0;
  packed_.erase(0, place_ / 8);
  place_ %= 8;
  // Fewer at first, for who looks at the beginning only.
  const auto at_once = static_cast<std::size_t>(resolve_threads(0)) * (begun_ ? 2 : 1);
  begun_ = true;
  while (blocks_.size() < at_once && !finished_) {
    if (!in_stream_) begin_stream();
    const std::uint64_t mark = bits(place_, mark_bits);
    expect(mark == block_mark || mark == end_mark);
    if (mark == block_mark)
      take_block();
    else
      end_stream();
  }
  parallel_chunks(static_cast<std::int64_t>(blocks_.size()), 1, 0, [&](std::int64_t k, std::int64_t, std::int64_t) {
    std::string& block = blocks_[static_cast<std::size_t>(k)];
    block = unpacked(block);
  });
  return !blocks_.empty();
}

std::size_t Bzip2Blocks::read(char* to, std::size_t size) {
  while (next_ == blocks_.size() || offset_ == blocks_[next_].size()) {
    offset_ = 0;
    if (next_ < blocks_.size()) ++next_;
    if (next_ == blocks_.size() && !decode_more()) return 0;
  }
  const std::size_t n = blocks_[next_].copy(to, size, offset_);
  offset_ += n;
  return n;
}

}  // namespace thalweg::inline v0_1::reading
