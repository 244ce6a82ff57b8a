#include "studies/survey/survey.hpp"

#include <algorithm>
#include <map>
#include <span>

#include <fmt/format.h>

#include "io/reading.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

using namespace reading;

constexpr const char* expected_file = "a survey: lines 'point NAME x y [z] [fixed]' and 'distance FROM TO value sigma'";

class Reader {
 public:
  explicit Reader(const std::string& path) { survey_.file = path; }

  Survey read() {
    const std::string text = read_text_file(survey_.file, expected_file);
    for (Lines lines(text); lines.next();) {
      line_ = lines.text().substr(0, lines.text().find('#'));
      number_ = lines.number();
      words_ = words(line_);
      if (words_.empty()) continue;
      if (words_[0].text == "point")
        read_point();
      else if (words_[0].text == "distance")
        read_distance();
      else
        fail_at(0, fmt::format("'{}' begins no line of a survey", words_[0].text), "point or distance");
    }
    if (survey_.distance.empty()) fail(survey_.file, {}, "there is no distance", expected_file);
    return std::move(survey_);
  }

 private:
  [[noreturn]] void fail_at(std::size_t word, const std::string& problem, const std::string& expected) const {
    const std::size_t offset = word < words_.size() ? words_[word].offset : line_.size();
    fail(survey_.file, {number_, column_of(line_, offset)}, problem, expected);
  }
  double number(std::size_t word, const char* what) const {
    if (word >= words_.size()) fail_at(word, "the line ends", what);
    const Number read = parse_number(words_[word].text);
    if (read.kind != Number::Kind::number || !std::isfinite(read.value))
      fail_at(word, fmt::format("'{}' is no number", words_[word].text), what);
    return read.value;
  }
  double positive(std::size_t word, const char* what) const {
    const double value = number(word, what);
    if (!(value > 0.0)) fail_at(word, fmt::format("{} is not positive", words_[word].text), what);
    return value;
  }
  void end_at(std::size_t word) const {
    if (word < words_.size()) fail_at(word, fmt::format("'{}' is one word too many", words_[word].text), "the end");
  }

  void read_point() {
    if (words_.size() < 2) fail_at(1, "the line ends", "the name of the point");
    const std::string name(words_[1].text);
    if (!numbers_.emplace(name, static_cast<int>(survey_.names.size())).second)
      fail_at(1, fmt::format("there is a point '{}' already", name), "another name");
    const bool fixed = words_.back().text == "fixed";
    const auto size = static_cast<int>(words_.size()) - 2 - fixed;
    if (survey_.names.empty() && size == 3) survey_.dimension = 3;
    for (int d = 0; d < survey_.dimension; ++d)
      survey_.points.push_back(number(static_cast<std::size_t>(2 + d), "a coordinate of the point"));
    end_at(static_cast<std::size_t>(2 + survey_.dimension + fixed));
    survey_.names.push_back(name);
    survey_.fixed.push_back(fixed);
  }

  int point(std::size_t word) const {
    if (word >= words_.size()) fail_at(word, "the line ends", "the name of a point");
    const auto found = numbers_.find(std::string(words_[word].text));
    if (found != numbers_.end()) return found->second;
    fail_at(word, fmt::format("there is no point {}", quoted_with_hint(words_[word].text, survey_.names)),
            "a point of a line above");
  }

  void read_distance() {
    survey_.from.push_back(point(1));
    survey_.to.push_back(point(2));
    if (survey_.from.back() == survey_.to.back()) fail_at(2, "the distance is from a point to itself", "another point");
    survey_.distance.push_back(positive(3, "a distance > 0"));
    survey_.sigma.push_back(positive(4, "the standard deviation of the distance"));
    end_at(5);
  }

  Survey survey_;
  std::map<std::string, int> numbers_;
  std::string_view line_;
  std::vector<Word> words_;
  int number_ = 0;
};

template <int N>
Problem problem_of(const Survey& s) {
  Problem problem;
  const auto count = static_cast<int>(s.names.size());
  const auto points = problem.add_parameters("point", Vec<double, N>::Zero().eval(), count);
  problem.set_starts(points, s.points);
  for (int i = 0; i < count; ++i) {
    std::vector<std::string> names;
    for (int d = 0; d < N; ++d) names.push_back(s.names[static_cast<std::size_t>(i)] + "." + "xyz"[d]);
    problem.name_components(points[i], names);
    if (s.fixed[static_cast<std::size_t>(i)]) problem.fix(points[i]);
  }
  auto& distances = problem.add_residuals(
      "distance",
      [](const auto& p, const auto& q, double d) {
        using std::sqrt;
        return sqrt((p - q).squaredNorm()) - d;
      },
      points[s.from], points[s.to], s.distance);
  distances.set_sigma(s.sigma);
  problem.set_noise(Noise::known);
  return problem;
}

}  // namespace

Survey read_survey(const std::string& path) { return Reader(path).read(); }

std::string write_survey(const Survey& s) {
  std::string text;
  const auto dimension = static_cast<std::size_t>(s.dimension);
  for (std::size_t i = 0; i < s.names.size(); ++i) {
    text += "point " + s.names[i];
    for (std::size_t d = 0; d < dimension; ++d) text += " " + to_text(s.points[dimension * i + d]);
    text += s.fixed[i] ? " fixed\n" : "\n";
  }
  for (std::size_t k = 0; k < s.distance.size(); ++k)
    text += fmt::format("distance {} {} {} {}\n", s.names[static_cast<std::size_t>(s.from[k])],
                        s.names[static_cast<std::size_t>(s.to[k])], to_text(s.distance[k]), to_text(s.sigma[k]));
  return text;
}

Problem build_problem(const Survey& s) { return s.dimension == 3 ? problem_of<3>(s) : problem_of<2>(s); }

}  // namespace thalweg::inline v0_1::studies
