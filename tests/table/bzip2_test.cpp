// bzip2 data decoded by blocks, beside the library's own decoder of whole streams.
#include <algorithm>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <boost/iostreams/copy.hpp>
#include <boost/iostreams/device/array.hpp>
#include <boost/iostreams/device/back_inserter.hpp>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <io/bzip2_blocks.hpp>

using thalweg::reading::Bzip2Blocks;

namespace {

/// `level`: blocks of so many times 100 kB.
std::string packed(const std::string& text, int level = 9) {
  namespace io = boost::iostreams;
  std::string out;
  io::filtering_ostream to;
  to.push(io::bzip2_compressor(io::bzip2_params(level)));
  to.push(io::back_inserter(out));
  to.write(text.data(), static_cast<std::streamsize>(text.size()));
  to.reset();
  return out;
}

std::string unpacked(const std::string& data, std::size_t at_once = 10000) {
  std::size_t place = 0;
  Bzip2Blocks blocks([&](char* to, std::size_t size) {
    const std::size_t n = data.copy(to, std::min(size, at_once), place);
    place += n;
    return n;
  });
  std::string text, piece(4096, '\0');
  while (const std::size_t n = blocks.read(piece.data(), piece.size())) text.append(piece, 0, n);
  CHECK(blocks.read(piece.data(), piece.size()) == 0);
  return text;
}

/// Numbers in text, or noise, which does not pack.
std::string text_of(std::size_t size, unsigned seed, bool noise) {
  std::mt19937_64 random(seed);
  std::string text;
  while (text.size() < size)
    if (noise)
      text += static_cast<char>(random() & 0xff);
    else
      text += std::to_string(static_cast<double>(random()) * 0x1p-64) + (random() % 4 == 0 ? '\n' : ' ');
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("bzip2: texts of none, one and many blocks come back, however the data arrive") {
  for (const bool noise : {false, true})
    for (const std::size_t size : {0, 1, 5, 99981, 100000, 250000, 1234567}) {
      CAPTURE(size);
      const std::string text = text_of(size, static_cast<unsigned>(size) + noise, noise);
      for (const int level : {1, 9}) {
        const std::string data = packed(text, level);
        CHECK((unpacked(data) == text));
        CHECK((unpacked(data, 1 + size % 7 * 1000) == text));
      }
    }
}

TEST_CASE("bzip2: streams one after the other are one text") {
  const std::string a = text_of(300000, 1, false), b = text_of(77, 2, true);
  CHECK((unpacked(packed(a, 1) + packed(b) + packed("") + packed(a, 2)) == a + b + a));
}

TEST_CASE("bzip2: data cut short or changed anywhere are refused") {
  const std::string text = text_of(250000, 3, false), data = packed(text, 1);
  for (std::size_t size = 0; size < data.size(); size += 1 + size / 5) {
    CAPTURE(size);
    CHECK_THROWS_AS(unpacked(data.substr(0, size)), std::exception);
  }
  CHECK_THROWS_AS(unpacked(data.substr(0, data.size() - 1)), std::exception);
  CHECK_THROWS_AS(unpacked(data + "x"), std::exception);
  std::mt19937_64 random(4);
  for (int k = 0; k < 60; ++k) {
    std::string changed = data;
    const std::size_t byte = random() % data.size();
    changed[byte] = static_cast<char>(changed[byte] ^ (1 << random() % 8));
    CAPTURE(byte);
    // The last byte may have bits of padding, and a head says how large blocks may be, which nobody needs.
    std::string found;
    try {
      found = unpacked(changed);
    } catch (const std::exception&) {
      continue;
    }
    CHECK((byte == 3 || byte + 1 == data.size()));
    CHECK((found == text));
  }
}
