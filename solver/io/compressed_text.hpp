// Text that is written piece by piece and compressed on the way.
#pragma once

#include <string>

#include <fmt/format.h>
#include <boost/iostreams/filtering_stream.hpp>

#include <thalweg/io/compression.hpp>

namespace thalweg::inline v0_1 {

class CompressedText {
 public:
  explicit CompressedText(Compression compression);
  CompressedText(const CompressedText&) = delete;
  CompressedText& operator=(const CompressedText&) = delete;

  /// To be appended to; pass() now and then keeps it short.
  fmt::memory_buffer& text() { return text_; }
  /// Hands on what stands in text(), once it is worth it.
  void pass() {
    if (text_.size() > block) hand_on();
  }
  /// All of it, compressed. Nothing may follow.
  std::string finish();

 private:
  static constexpr std::size_t block = 1 << 16;
  void hand_on();
  fmt::memory_buffer text_;
  std::string result_;
  boost::iostreams::filtering_ostream out_;
};

}  // namespace thalweg::inline v0_1
