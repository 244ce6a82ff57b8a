#include <thalweg/studies/bundle_priors.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <string_view>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

// A start is moved where the priors then cost less than this part of what they did: a solution with the same priors is
// where it should be already.
constexpr double least_gain = 1.0 - 1e-3;

bool fixes_places(const std::vector<std::string>& fix) {
  constexpr std::string_view of_lenses[] = {"intrinsics", "focal", "distortion", "k1", "k2"};
  return std::any_of(fix.begin(), fix.end(), [&](const std::string& what) {
    const std::string_view name = std::string_view(what).substr(0, what.find(':'));
    return std::find(std::begin(of_lenses), std::end(of_lenses), name) == std::end(of_lenses);
  });
}

std::string in_words(const Similarity& s) {
  const double trace = s.rotation[0] + s.rotation[4] + s.rotation[8];
  const double angle = std::acos(std::clamp(0.5 * (trace - 1.0), -1.0, 1.0)) * 180.0 / std::numbers::pi;
  return fmt::format("turned by {:.4g} degrees, scaled by {:.6g} and moved by ({:.6g}, {:.6g}, {:.6g})", angle, s.scale,
                     s.translation[0], s.translation[1], s.translation[2]);
}

}  // namespace

BundlePriors priors_named(const std::vector<std::string>& names, const BundleCounts& counts) {
  if (names.empty()) throw Error("--prior names nothing; expected a file, or camera:NUMBER=x,y,z,sigma");
  BundlePriors priors;
  for (const std::string& text : names) {
    if (is_prior(text))
      parse_prior(text, counts, priors);
    else
      read_priors(text, counts, priors);
  }
  return priors;
}

/// Into the world of the priors, where that lowers their cost: projections stay, so that it is the whole cost's.
PriorAlignment aligned_with(const BundlePriors& priors, const Bundle& bundle, const std::vector<std::string>& fix) {
  PriorAlignment aligned;
  if (!priors.any()) return aligned;
  const std::optional<Similarity> s = alignment(bundle, priors);
  std::vector<std::string>& notes = aligned.notes;
  if (!s) {
    notes.emplace_back(
        "the start was not aligned with the priors: what was measured in several places is in one place in the file");
    return aligned;
  }
  aligned.loose = s->free_directions > 0;
  if (aligned.loose)
    notes.emplace_back(
        s->free_directions == 1
            ? "the priors are on a line, to within their deviations: nothing says how the world is turned about it"
            : "the priors are of one place, to within their deviations: nothing says how the world is turned, nor its "
              "scale");
  const double before = prior_cost(bundle, priors), after = prior_cost(transformed(bundle, *s), priors);
  if (!(after < before * least_gain)) return aligned;
  if (fixes_places(fix)) {
    notes.push_back(fmt::format(
        "the start was not aligned with the priors, whose cost there is {:.4g}: --fix keeps places of the file",
        before));
    return aligned;
  }
  aligned.by = s;
  notes.push_back(fmt::format(
      "the start was aligned with the priors: {}, which lowers their cost from {:.4g} to {:.4g}; the solution is in "
      "their world",
      in_words(*s), before, after));
  return aligned;
}

}  // namespace thalweg::inline v0_1
