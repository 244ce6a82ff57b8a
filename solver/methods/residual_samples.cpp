#include <methods/residual_samples.hpp>

#include <algorithm>

namespace thalweg::inline v0_1 {

ResidualSamples::ResidualSamples(const Program& program, std::vector<double> x, int threads)
    : SampledObjective(program.columns()), program_(program), squares_(program, std::move(x), {.threads = threads}) {
  const auto& groups = program.problem().groups();
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::int64_t i = 0; i < groups[g]->items(); ++i) items_.emplace_back(g, i);
}

double ResidualSamples::batch_gradient(std::span<const double> z, std::span<const std::int64_t> batch, std::uint64_t,
                                       std::span<double> g) const {
  const std::vector<double> x = expanded(z);
  std::fill(g.begin(), g.end(), 0.0);
  double sum = 0.0;
  for (const std::int64_t sample : batch) {
    const auto [group, item] = items_[static_cast<std::size_t>(sample)];
    sum += program_.add_item_gradient(group, item, x.data(), g.data());
  }
  const double each = 1.0 / static_cast<double>(batch.size());
  for (double& v : g) v *= each;
  return each * sum;
}

}  // namespace thalweg::inline v0_1
