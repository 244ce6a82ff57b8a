#include "generate_options.hpp"

#include "option_values.hpp"

namespace thalweg::tool {
namespace {

void add_outcome(CLI::App& app, Raw& raw, GenerateArguments& generate, const std::string& type) {
  add_number(app, "--seed", raw.seed, std::uint64_t{0}, "a whole number >= 0", "another seed, another problem (1)");
  add_file(app, "--output", generate.output, false, type, "where to write it");
  add_flag(app, "--quiet", generate.quiet, "print nothing but errors");
}

}  // namespace

void add_bundle(CLI::App& app, Raw& raw, GenerateArguments& generate) {
  add_number(app, "--cameras", raw.cameras, 2, "a whole number >= 2", "how many photographs (100)");
  add_number(app, "--points", raw.world_points, std::int64_t{1}, "a whole number >= 1", "how many points (10000)");
  add_number(app, "--observations-per-point", raw.observations_per_point, 2.0, "a number >= 2",
             "mean number of cameras that see a point (5)");
  add_number(app, "--noise", raw.noise_level, 0.0, "pixels >= 0", "standard deviation of the observations (0.5)");
  add_number(app, "--drift", raw.drift, 0.0, "a number >= 0",
             "how far the start is from the truth; 1: as an ordinary reconstruction (1)");
  add_outcome(app, raw, generate, "FILE.txt|.bz2|.gz");
}

void finish_generate(const CLI::App& chosen, const Raw& raw, GenerateArguments& generate) {
  generate.what = chosen.get_name();
  if (generate.output.empty())
    throw UsageError(fmt::format("generate {} needs a file to write; expected --output FILE", generate.what));
  BundleOptions& b = generate.bundle;
  b.cameras = raw.cameras.value_or(b.cameras);
  b.points = raw.world_points.value_or(b.points);
  b.observations_per_point = raw.observations_per_point.value_or(b.observations_per_point);
  b.noise = raw.noise_level.value_or(b.noise);
  b.drift = raw.drift.value_or(b.drift);
  b.seed = raw.seed.value_or(b.seed);
}

}  // namespace thalweg::tool
