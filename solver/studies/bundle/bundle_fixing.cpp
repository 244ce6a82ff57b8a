#include <thalweg/studies/bundle_fixing.hpp>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>

#include "io/text_numbers.hpp"
#include "studies/bundle/bundle_parts.hpp"
#include "studies/bundle/number_range.hpp"

namespace thalweg::inline v0_1 {
namespace {

std::vector<std::string> names_of_parts() {
  std::vector<std::string> all;
  for (const studies::Part& part : studies::parts) all.emplace_back(part.name);
  all.emplace_back(studies::of_points);
  return all;
}

BundleFixing fixing(const std::string& what, std::int64_t cameras, std::int64_t points) {
  const std::size_t colon = what.find(':');
  const std::string_view name = std::string_view(what).substr(0, colon);
  const studies::Part* const part = studies::part_of(name);
  if (!part && name != studies::of_points)
    throw Error(
        fmt::format("--fix: there is no {}; expected {}, with :NUMBER or :FIRST-LAST behind it for some of them",
                    reading::quoted_with_hint(std::string(name), names_of_parts()), reading::list(names_of_parts())));
  const std::int64_t count = part ? cameras : points;
  const studies::NumberRange range =
      colon == what.npos ? studies::NumberRange{0, static_cast<std::int32_t>(count) - 1}
                         : studies::range_of("--fix", what, std::string_view(what).substr(colon + 1), count);
  return {!part, range.first, range.last, part ? part->first : 0, part ? part->last : 2};
}

}  // namespace

std::vector<BundleFixing> bundle_fixing(const std::vector<std::string>& names, std::int64_t cameras,
                                        std::int64_t points) {
  if (names.empty()) throw Error("--fix names nothing; expected " + reading::list(names_of_parts()));
  std::vector<BundleFixing> all;
  for (const std::string& what : names) all.push_back(fixing(what, cameras, points));
  return all;
}

}  // namespace thalweg::inline v0_1
