// Damage for the texts that readers must survive.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace test_support {

/// `text` with one to `most` edits: a byte replaced or inserted from the alphabet, or a stretch of up to `longest`
/// bytes erased or copied elsewhere. The same for the same state of `random`.
inline std::string mutate(std::string text, std::mt19937& random, std::string_view alphabet, unsigned most,
                          std::size_t longest) {
  for (unsigned n = 1 + random() % most; n > 0 && !text.empty(); --n) {
    const std::size_t at = random() % text.size();
    switch (random() % 4) {
      case 0:
        text[at] = alphabet[random() % alphabet.size()];
        break;
      case 1:
        text.erase(at, 1 + random() % longest);
        break;
      case 2:
        text.insert(at, 1, alphabet[random() % alphabet.size()]);
        break;
      default:
        text.insert(at, text.substr(random() % text.size(), random() % longest));
    }
  }
  return text;
}

}  // namespace test_support
