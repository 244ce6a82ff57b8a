#include "models/pose_graph/format/line_stream.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/models/curve_fit.hpp>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

constexpr std::size_t buffer_size = 1 << 18, longest_line = 1 << 24;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }
bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

constexpr double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

}  // namespace

std::string quoted(std::string_view word) {
  constexpr std::size_t most = 40;
  std::string text;
  for (const char c : word.substr(0, most)) text += c >= ' ' && c <= '~' ? c : '?';
  return "'" + text + (word.size() > most ? "...'" : "'");
}

// An integer below 2⁵³ and a power of ten up to 10²² are doubles without an error, so that their product or quotient is
// rounded once (Clinger 1990).
bool plain_number(const char*& at, const char* end, double& value) {
  const char* p = at;
  const bool negative = p != end && *p == '-';
  if (negative) ++p;
  std::uint64_t mantissa = 0;
  const char* const digits = p;
  for (; p != end && is_digit(*p); ++p) mantissa = 10 * mantissa + static_cast<std::uint64_t>(*p - '0');
  std::ptrdiff_t count = p - digits;
  std::int64_t exponent = 0;
  if (p != end && *p == '.') {
    const char* const fraction = ++p;
    for (; p != end && is_digit(*p); ++p) mantissa = 10 * mantissa + static_cast<std::uint64_t>(*p - '0');
    exponent = fraction - p;
    count += p - fraction;
  }
  // 18 digits cannot overflow 64 bits; leading zeros count too, which costs nothing but the slow way.
  if (count == 0 || count > 18) return false;
  if (p != end && (*p == 'e' || *p == 'E')) {
    ++p;
    const bool minus = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) ++p;
    const char* const first = p;
    std::int64_t e = 0;
    for (; p != end && is_digit(*p) && p - first < 4; ++p) e = 10 * e + (*p - '0');
    if (p == first) return false;
    exponent += minus ? -e : e;
  }
  if ((p != end && !is_blank(*p)) || mantissa >= (std::uint64_t{1} << 53) || exponent < -22 || exponent > 22)
    return false;
  const auto m = static_cast<double>(mantissa);
  value = exponent < 0 ? m / powers_of_ten[-exponent] : m * powers_of_ten[exponent];
  if (negative) value = -value;
  at = p;
  return true;
}

LineStream::LineStream(std::string name, ByteSource more)
    : name_(std::move(name)), more_(std::move(more)), buffer_(buffer_size) {
  begin_ = end_ = line_begin_ = line_end_ = at_ = word_ = buffer_.data();
}

LineStream::LineStream(std::string name, std::string_view text)
    : LineStream(std::move(name), [text](char* to, std::size_t size) mutable {
        const std::size_t n = std::min(size, text.size());
        std::memcpy(to, text.data(), n);
        text.remove_prefix(n);
        return n;
      }) {}

/// Moves what is left to the front, a longer line than ever into a larger buffer, and reads on. False at the end.
bool LineStream::refill() {
  const auto left = static_cast<std::size_t>(end_ - begin_);
  if (left == buffer_.size()) {
    if (left >= longest_line) {
      ++line_;
      throw FileError(name_, line_, 0, "a line is longer than 16 MB", "a text file of lines");
    }
    std::vector<char> larger(2 * left);
    std::memcpy(larger.data(), begin_, left);
    buffer_.swap(larger);
  } else {
    std::memmove(buffer_.data(), begin_, left);
  }
  begin_ = buffer_.data();
  const std::size_t read = more_(buffer_.data() + left, buffer_.size() - left);
  end_ = begin_ + left + read;
  return read > 0;
}

bool LineStream::next_line() {
  CancellationProbe::poll();
  std::size_t searched = 0;
  while (true) {
    const auto left = static_cast<std::size_t>(end_ - begin_);
    const void* const found = left > searched ? std::memchr(begin_ + searched, '\n', left - searched) : nullptr;
    if (found || (ended_ && left > 0)) {
      line_begin_ = at_ = word_ = begin_;
      line_end_ = found ? static_cast<const char*>(found) : end_;
      begin_ = found ? line_end_ + 1 : end_;
      if (const void* const comment = std::memchr(line_begin_, '#', static_cast<std::size_t>(line_end_ - line_begin_)))
        line_end_ = static_cast<const char*>(comment);
      if (++line_ == 1 && line_end_ - at_ >= 3 && std::memcmp(at_, "\xef\xbb\xbf", 3) == 0)
        at_ += 3;  // byte order mark
      return true;
    }
    if (ended_) return false;
    searched = left;
    ended_ = !refill();
  }
}

std::string_view LineStream::word() {
  while (at_ != line_end_ && is_blank(*at_)) ++at_;
  word_ = at_;
  while (at_ != line_end_ && !is_blank(*at_)) ++at_;
  return {word_, static_cast<std::size_t>(at_ - word_)};
}

bool LineStream::more_words() {
  while (at_ != line_end_ && is_blank(*at_)) ++at_;
  return at_ != line_end_;
}

LineStream::Outcome LineStream::real(double& value) {
  while (at_ != line_end_ && is_blank(*at_)) ++at_;
  word_ = at_;
  if (at_ == line_end_) return Outcome::line_ends;
  if (plain_number(at_, line_end_, value)) return Outcome::ok;
  const std::string_view text = word();
  const Number number = parse_number(text);
  if (number.kind == Number::Kind::number && std::isfinite(number.value)) {
    value = number.value;
    return Outcome::ok;
  }
  complaint_ = quoted(text) + (number.kind == Number::Kind::too_large ? " is too large"
                               : number.kind == Number::Kind::number  ? " is not finite"
                                                                      : " is not a number");
  return Outcome::bad;
}

LineStream::Outcome LineStream::whole(std::int64_t& value) {
  const std::string_view text = word();
  if (text.empty()) return Outcome::line_ends;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return Outcome::ok;
  complaint_ = quoted(text) + (read.ec == std::errc::result_out_of_range ? " is too large" : " is not a whole number");
  return Outcome::bad;
}

void LineStream::fail(const std::string& problem, const std::string& expected) const {
  const std::string_view line(line_begin_, static_cast<std::size_t>(line_end_ - line_begin_));
  throw FileError(name_, line_, column_of(line, static_cast<std::size_t>(word_ - line_begin_)), problem, expected);
}

}  // namespace thalweg::inline v0_1::reading
