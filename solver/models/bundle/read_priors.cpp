// Measured places: lines of a file, or words of the command line.
#include <thalweg/models/bundle_terms.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "io/reading.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr const char* shape = "camera NUMBER x y z sigma, or point NUMBER x y z sigma, or three sigmas";

/// Appends, and knows what has been measured.
class Collector {
 public:
  /// Says where and what is wrong, of the word of this number.
  using Fail = std::function<void(std::size_t word, const std::string& problem, const std::string& expected)>;

  Collector(const BundleCounts& counts, BundlePriors& priors) : counts_(counts), priors_(priors) {
    for (const PlacePrior& p : priors.cameras) known_.insert({true, p.number});
    for (const PlacePrior& p : priors.points) known_.insert({false, p.number});
  }

  /// The words "camera", "3", "1.5", ...
  void add(const std::vector<std::string_view>& words, const Fail& fail) {
    const bool camera = words[0] == "camera";
    if (!camera && words[0] != "point")
      fail(0, reading::quoted_with_hint(words[0], {"camera", "point"}) + " begins a line", shape);
    if (words.size() != 6 && words.size() != 8) fail(words.size() - 1, fmt::format("{} words", words.size()), shape);
    PlacePrior prior;
    prior.number = number(words[1], camera, fail);
    for (std::size_t k = 0; k < 3; ++k) {
      prior.place[k] = real(2 + k, words[2 + k], fail);
      const std::size_t at = words.size() == 8 ? 5 + k : 5;
      prior.sigma[k] = real(at, words[at], fail);
      if (!(prior.sigma[k] > 0.0) || !std::isfinite(1.0 / prior.sigma[k]))
        fail(at, fmt::format("the standard deviation is {}", words[at]), "a number > 0");
    }
    if (!known_.insert({camera, prior.number}).second)
      fail(1, fmt::format("{} {} has a prior already", words[0], prior.number), "one for each");
    (camera ? priors_.cameras : priors_.points).push_back(prior);
  }

 private:
  std::int32_t number(std::string_view word, bool camera, const Fail& fail) const {
    const std::int64_t count = camera ? counts_.cameras : counts_.points;
    const reading::Number read = reading::parse_number(word);
    const bool whole = word.find_first_not_of("0123456789") == word.npos;
    if (!whole || read.kind != reading::Number::Kind::number || read.value >= static_cast<double>(count))
      fail(1, fmt::format("the number of the {} is '{}'", camera ? "camera" : "point", reading::shortened(word)),
           fmt::format("a whole number below {}", count));
    return static_cast<std::int32_t>(read.value);
  }
  static double real(std::size_t at, std::string_view word, const Fail& fail) {
    const reading::Number read = reading::parse_number(word);
    if (read.kind != reading::Number::Kind::number || !std::isfinite(read.value))
      fail(at, fmt::format("'{}' is no number", reading::shortened(word)), "a finite number");
    return read.value;
  }

  BundleCounts counts_;
  BundlePriors& priors_;
  std::set<std::pair<bool, std::int32_t>> known_;
};

}  // namespace

void parse_priors(std::string_view text, const std::string& name, const BundleCounts& counts, BundlePriors& priors) {
  Collector collector(counts, priors);
  const std::size_t before = priors.cameras.size() + priors.points.size();
  for (reading::Lines lines(text); lines.next();) {
    const std::string_view line = lines.text().substr(0, lines.text().find('#'));
    const std::vector<reading::Word> words = reading::words(line);
    if (words.empty()) continue;
    std::vector<std::string_view> texts;
    for (const reading::Word& word : words) texts.push_back(word.text);
    collector.add(texts, [&](std::size_t word, const std::string& problem, const std::string& expected) {
      reading::fail(name, {lines.number(), reading::column_of(line, words[word].offset)}, problem, expected);
    });
  }
  if (priors.cameras.size() + priors.points.size() == before) reading::fail(name, {}, "there are no priors", shape);
}

void read_priors(const std::string& path, const BundleCounts& counts, BundlePriors& priors) {
  parse_priors(reading::read_text_file(path, std::string("a file of priors: ") + shape), path, counts, priors);
}

bool is_prior(std::string_view text) {
  return (text.starts_with("camera:") || text.starts_with("point:")) && text.find('=') != text.npos;
}

void parse_prior(const std::string& text, const BundleCounts& counts, BundlePriors& priors) {
  const std::size_t colon = text.find(':'), equals = text.find('=');
  const std::string_view all = text;
  std::vector<std::string_view> words = {all.substr(0, colon), all.substr(colon + 1, equals - colon - 1)};
  for (std::size_t begin = equals + 1; begin <= all.size();) {
    const std::size_t end = std::min(all.find(',', begin), all.size());
    words.push_back(reading::trim(all.substr(begin, end - begin)));
    begin = end + 1;
  }
  Collector(counts, priors).add(words, [&](std::size_t, const std::string& problem, const std::string& expected) {
    throw Error(fmt::format(
        "'{}': {}; expected {}", text, problem,
        expected == shape ? "camera:NUMBER=x,y,z,sigma or point:NUMBER=x,y,z,sigma, or three sigmas" : expected));
  });
}

}  // namespace thalweg::inline v0_1
