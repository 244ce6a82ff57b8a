#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <thalweg/base/words.hpp>
#include <thalweg/minimize/stopwatch.hpp>
#include <thalweg/studies/batch.hpp>

#include "studies/batch/batch_model.hpp"
#include "studies/batch/batch_output.hpp"
#include "studies/batch/batch_source.hpp"
#include "studies/batch/batch_starts.hpp"
#include "studies/batch/batch_tally.hpp"

namespace thalweg::inline v0_1 {
namespace {

using namespace studies;

constexpr std::int64_t numbers_in_a_piece = std::int64_t{1} << 21;  // of y: 16 MB, and as much again of results

using Assigned = std::vector<std::pair<std::string, double>>;

/// One number for each parameter, `other` where none was given.
std::vector<double> in_order(const BatchModel& model, const Assigned& given, double other, const char* option) {
  const auto& names = model.parameter_names();
  std::vector<double> all(names.size(), other);
  for (const auto& [name, value] : given) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end())
      throw Error(fmt::format("{}: there is no parameter '{}'; expected {}", option, name, enumerated(names)));
    all[static_cast<std::size_t>(at - names.begin())] = value;
  }
  return all;
}

/// Bounds, fixed parameters and starts in the model's order.
struct Settings {
  Settings(const BatchRequest& request, const BatchModel& model) : options(request.options) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (!request.lower.empty()) options.lower = in_order(model, request.lower, -infinity, "--lower");
    if (!request.upper.empty()) options.upper = in_order(model, request.upper, infinity, "--upper");
    if (!options.lower.empty() || !options.upper.empty()) {
      const auto n = static_cast<std::size_t>(model.parameters());
      options.lower.resize(n, -infinity);
      options.upper.resize(n, infinity);
    }
    if (!request.fixed.empty()) {
      Assigned fixed;
      for (const std::string& name : request.fixed) fixed.emplace_back(name, 1.0);
      for (const double v : in_order(model, fixed, 0.0, "--fix")) options.fixed.push_back(v != 0.0);
    }
    if (!request.starts.empty() && !request.starts_file.empty())
      throw Error("--start and --starts both say where fits begin; expected one of them");
    if (request.starts.empty()) return;
    starts = in_order(model, request.starts, std::numeric_limits<double>::quiet_NaN(), "--start");
    for (std::size_t j = 0; j < starts.size(); ++j)
      if (std::isnan(starts[j]))
        throw Error(fmt::format("--start gives none of '{}'; expected all parameters, or none where they are guessed",
                                model.parameter_names()[j]));
  }
  BatchOptions options;
  std::vector<double> starts;  // of all fits; empty: guessed, or each fit's own
};

BatchData data_of(const BatchSource& source, const BatchPiece& piece, const std::vector<double>& starts,
                  std::int64_t fits) {
  BatchData data;
  data.fits = fits;
  data.points = source.points;
  data.y = piece.y;
  for (std::size_t k = 0; k < source.shared_x.size(); ++k)
    data.x.emplace_back(source.shared_x[k].empty() ? piece.x[k] : source.shared_x[k]);
  data.sigma = piece.sigma.empty() ? source.shared_sigma : piece.sigma;
  data.starts = piece.starts.empty() ? starts : piece.starts;
  return data;
}

/// All that results depend on, the files by their size and time.
std::string settings_in_words(const BatchRequest& r) {
  std::string text = fmt::format("model {}\n", r.model);
  for (const std::string& path : {r.file, r.starts_file, r.x, r.sigma}) {
    std::error_code ignored;
    text += "data " + path;
    if (std::filesystem::is_regular_file(path, ignored))
      text += fmt::format(" {} {}", std::filesystem::file_size(path, ignored),
                          std::filesystem::last_write_time(path, ignored).time_since_epoch().count());
    text += '\n';
  }
  for (const auto& [what, values] : {std::pair("start", &r.starts), {"lower", &r.lower}, {"upper", &r.upper}})
    for (const auto& [name, value] : *values) text += fmt::format("{} {} {}\n", what, name, value);
  for (const std::string& name : r.fixed) text += fmt::format("fixed {}\n", name);
  const BatchOptions& o = r.options;
  return text + fmt::format(
                    "group {} wide {} shape {} type {} cost {} noise {} tolerance {} damping {} iterations {} "
                    "handed over {} missing {}\n",
                    r.group, r.wide, fmt::join(r.shape, " "), r.type, static_cast<int>(o.cost),
                    static_cast<int>(o.noise), o.tolerance, o.initial_damping, o.max_iterations, o.hand_over,
                    r.skip_missing);
}

/// That of its group, or its number.
std::string name_of(const BatchSource& source, std::int64_t fit) {
  std::string name = source.name(fit);
  return name.empty() ? std::to_string(fit) : name;
}

BatchSummary described(const BatchRequest& request, const BatchSource& source) {
  BatchSummary summary;
  summary.file = request.file;
  summary.model = request.model;
  summary.fits = source.fits;
  summary.points = source.points;
  summary.grid = source.grid;
  summary.notes = source.notes;
  return summary;
}

}  // namespace

BatchSummary run_batch(const BatchRequest& request) {
  const Stopwatch watch;
  request.options.validate();
  if (request.resume && request.output.empty()) throw Error("--resume goes on with an output; expected --output FILE");
  const NamedBatchModel named = batch_model_of(request.model, request.starts);
  const BatchModel& model = *named.model;
  const Settings settings(request, model);
  if (settings.starts.empty() && request.starts_file.empty() && !model.guesses())
    throw Error("the model guesses no starts; expected --start or --starts");
  const auto source = open_batch_source(request, named.names);
  std::unique_ptr<BatchStarts> starts;
  if (!request.starts_file.empty())
    starts = open_batch_starts(request.starts_file, model.parameter_names(), source->fits,
                               [&](std::int64_t fit) { return source->name(fit); });
  BatchSummary summary = described(request, *source);
  std::optional<BatchOutput> output;
  if (!request.output.empty())
    output.emplace(request.output, model.parameter_names(), source->grid, settings_in_words(request), request.resume);
  summary.resumed = output ? output->present() : 0;
  BatchTally tally(model, *source, request.worst, summary);
  const std::int64_t step = std::max<std::int64_t>(1, numbers_in_a_piece / source->points);
  BatchPiece piece;
  BatchResult result;
  for (std::int64_t begin = summary.resumed; begin < source->fits; begin += step) {
    if (request.interrupt && request.interrupt->load(std::memory_order_relaxed)) {
      summary.interrupted = true;
      break;
    }
    const std::int64_t end = std::min(source->fits, begin + step);
    source->read(begin, end, piece);
    if (starts) {
      piece.starts.resize(static_cast<std::size_t>((end - begin) * model.parameters()));
      starts->read(begin, end, piece.starts.data());
    }
    const Stopwatch fitting;
    fit_batch(model, data_of(*source, piece, settings.starts, end - begin), settings.options, result);
    summary.seconds_fitting += fitting.elapsed();
    if (output) output->write(result, [&](std::int64_t k) { return name_of(*source, begin + k); });
    tally.add(begin, piece, result);
    if (request.progress) request.progress(end, source->fits);
  }
  if (output && !summary.interrupted) output->finish();
  tally.conclude();
  summary.seconds = watch.elapsed();
  return summary;
}

}  // namespace thalweg::inline v0_1
