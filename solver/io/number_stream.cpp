#include "io/number_stream.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/io/file_error.hpp>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

constexpr std::size_t buffer_size = 1 << 20, longest_word = 400;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::string quoted(std::string_view word) {
  constexpr std::size_t most = 40;
  std::string text;
  for (const char c : word.substr(0, most)) text += c >= ' ' && c <= '~' ? c : '?';
  return "'" + text + (word.size() > most ? "...'" : "'");
}

}  // namespace

NumberStream::NumberStream(std::string name, std::function<std::size_t(char*, std::size_t)> more)
    : name_(std::move(name)), more_(std::move(more)), buffer_(buffer_size) {
  at_ = end_ = word_ = word_end_ = buffer_.data();
}

/// Moves what is left to the front and reads on. False when there was nothing more.
bool NumberStream::refill() {
  CancellationProbe::poll();
  const auto left = static_cast<std::size_t>(end_ - at_);
  base_ += at_ - buffer_.data();
  std::memmove(buffer_.data(), at_, left);
  at_ = buffer_.data();
  const std::size_t read = more_(buffer_.data() + left, buffer_.size() - left);
  end_ = at_ + left + read;
  return read > 0;
}

char NumberStream::peek() { return skip_blanks() ? *at_ : '\0'; }

void NumberStream::skip_line() {
  do {
    while (at_ != end_ && *at_ != '\n') ++at_;
  } while (at_ == end_ && refill());
}

/// False at the end of the text.
bool NumberStream::skip_blanks() {
  while (true) {
    while (at_ != end_ && is_blank(*at_)) {
      if (*at_ == '\n') {
        ++line_;
        line_begin_ = bytes() + 1;
      }
      ++at_;
    }
    if (at_ != end_) return true;
    if (!refill()) return false;
  }
}

bool NumberStream::next() {
  if (!skip_blanks()) {
    word_ = word_end_ = at_;
    return false;
  }
  if (static_cast<std::size_t>(end_ - at_) < longest_word) refill();
  word_ = at_;
  while (at_ != end_ && !is_blank(*at_) && at_ - word_ < static_cast<std::ptrdiff_t>(longest_word)) ++at_;
  word_end_ = at_;
  if (at_ != end_ && !is_blank(*at_))
    fail(fmt::format("{} is a word of more than {} characters", quoted(word()), longest_word), "a number");
  return true;
}

void NumberStream::fail(const std::string& problem, const std::string& expected) const {
  const std::int64_t place = base_ + (word_ - buffer_.data());
  throw FileError(name_, line_, static_cast<int>(place - line_begin_) + 1, problem, expected);
}

/// "a camera's index, of observation 3 of 8".
std::string NumberStream::within(const std::string& what) const {
  return thing_ ? fmt::format("{}, of {} {} of {}", what, thing_, index_ + 1, count_) : what;
}

void NumberStream::next_of(const char* what) {
  if (!next()) fail("the file ends", within(what));
}

double NumberStream::real(const char* what) {
  next_of(what);
  double value = 0.0;
  const auto read = std::from_chars(word_, word_end_, value);
  if (read.ec == std::errc() && read.ptr == word_end_ && std::isfinite(value)) return value;
  const Number number = parse_number(word());  // leading plus, Fortran's exponents, underflow
  if (number.kind == Number::Kind::too_large) fail(quoted(word()) + " is too large", within(what));
  if (number.kind == Number::Kind::not_a_number) fail(quoted(word()) + " is not a number", within(what));
  if (!std::isfinite(number.value)) fail(quoted(word()) + " is not finite", within(what));
  return number.value;
}

std::int64_t NumberStream::whole(const char* what, std::int64_t least, std::int64_t most) {
  next_of(what);
  std::int64_t value = 0;
  const auto read = std::from_chars(word_, word_end_, value);
  const bool number = read.ptr == word_end_ && read.ec != std::errc::invalid_argument;
  if (!number) fail(quoted(word()) + " is not a whole number", within(what));
  if (read.ec != std::errc() || value < least || value > most)
    fail(quoted(word()) + " is out of range", within(fmt::format("{}, {} to {}", what, least, most)));
  return value;
}

NumberStream numbers_of(std::string_view text, const std::string& name) {
  return NumberStream(name, [text](char* to, std::size_t size) mutable {
    const std::size_t n = std::min(size, text.size());
    std::memcpy(to, text.data(), n);
    text.remove_prefix(n);
    return n;
  });
}

}  // namespace thalweg::inline v0_1::reading
