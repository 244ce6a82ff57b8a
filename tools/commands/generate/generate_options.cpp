#include "commands/generate/generate_options.hpp"

#include "cli/option_values.hpp"

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

void add_pose_graph_generator(CLI::App& app, Raw& raw, GenerateArguments& generate) {
  add_choice(app, "--kind", raw.pose_graph_kind, parse_pose_graph_kind,
             "city: plane, a drive along blocks; garage, sphere: space (city)");
  add_number(app, "--poses", raw.poses, std::int64_t{2}, "a whole number >= 2", "how many (1000)");
  add_number(app, "--translation-noise", raw.translation_noise, 0.0, "metres >= 0",
             "standard deviation of each component of a measured translation (0.05)");
  add_number(app, "--rotation-noise", raw.rotation_noise, 0.0, "radians >= 0",
             "standard deviation of each component of a measured rotation (0.02)");
  add_number(app, "--false-closures", raw.false_closures, 0.0, "a number in [0, 1)",
             "fraction of the loop closures that are wrong (0)");
  add_outcome(app, raw, generate, "FILE.g2o|.bz2|.gz");
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
  PoseGraphOptions& g = generate.pose_graph;
  g.kind = raw.pose_graph_kind;
  g.poses = raw.poses.value_or(g.poses);
  g.translation_noise = raw.translation_noise.value_or(g.translation_noise);
  g.rotation_noise = raw.rotation_noise.value_or(g.rotation_noise);
  g.false_closures = raw.false_closures.value_or(g.false_closures);
  g.seed = raw.seed.value_or(g.seed);
}

}  // namespace thalweg::tool
