// The options of thalweg batch.
#include "cli/option_table.hpp"
#include "cli/option_values.hpp"

namespace thalweg::tool {
namespace {

using A = Arguments;
using G = Given;

constexpr const char *model = "Model", *data = "Data", *method = "Method", *results = "Results";
constexpr const char* assigned = "NAME=NUMBER,...";
constexpr bool repeats = true;

std::vector<std::pair<std::string, double>> pairs(const G& g) {
  std::vector<std::pair<std::string, double>> all;
  for (const Assignment& each : assignments(g.name, g.texts)) all.emplace_back(each.name, each.value);
  return all;
}

/// "1000,25".
std::vector<std::int64_t> shape(const G& g) {
  std::vector<std::int64_t> all;
  for (const double v : numbers(g.name, g.text())) {
    if (!(v >= 1.0 && v < 1e15 && v == static_cast<double>(static_cast<std::int64_t>(v))))
      throw UsageError(fmt::format("{} is '{}'; expected whole numbers >= 1, such as 1000,25", g.name, g.text()));
    all.push_back(static_cast<std::int64_t>(v));
  }
  return all;
}

const OptionLine lines[] = {
    {"--model", "NAME|\"y = ...\"", model, of_batch,
     "exponential, exponential-offset, gaussian, lorentzian, linear, polynomial:N, of pictures gaussian-2d, "
     "elliptic-gaussian-2d, rotated-gaussian-2d; or a formula of parameters, which have starts, and predictors",
     [](A& a, const G& g) { a.batch.request.model = g.text(); }},
    {"--start", assigned, model, of_batch, "where all fits begin; built-in models guess where it is left out",
     [](A& a, const G& g) { a.batch.request.starts = pairs(g); }, repeats},
    {"--starts", "FILE.npy|.csv", model, of_batch,
     "where each fit begins: fits × parameters, or the --output of a batch of these data",
     [](A& a, const G& g) { a.batch.request.starts_file = g.text(); }},
    {"--lower", assigned, model, of_batch, "lower bounds", [](A& a, const G& g) { a.batch.request.lower = pairs(g); },
     repeats},
    {"--upper", assigned, model, of_batch, "upper bounds", [](A& a, const G& g) { a.batch.request.upper = pairs(g); },
     repeats},
    {"--fix", "NAME,...", model, of_batch, "keep these parameters at their start",
     [](A& a, const G& g) { a.batch.request.fixed = split_at_commas(g.texts); }, repeats},
    {"--cost", "NAME", model, of_batch, "least-squares, or poisson: maximum likelihood of counts (least-squares)",
     [](A& a, const G& g) {
       a.batch.request.options.cost = static_cast<BatchCost>(g.one_of({"least-squares", "poisson"}));
     }},
    {"--noise", "NAME", model, of_batch, "known: sigma is absolute; estimated: only its ratios count (estimated)",
     [](A& a, const G& g) {
       a.batch.request.options.noise = g.one_of({"estimated", "known"}) == 1 ? Noise::known : Noise::estimated;
     }},

    {"--x", "FILE.npy|FIRST:STEP", data, of_batch,
     "the predictor at the points: numbers for all fits, or fits × points (0, 1, ...; of pictures columns and rows)",
     [](A& a, const G& g) { a.batch.request.x = g.text(); }},
    {"--sigma", "FILE.npy|NUMBER|COLUMN", data, of_batch, "standard deviations, for all fits or for each",
     [](A& a, const G& g) { a.batch.request.sigma = g.text(); }},
    {"--group", "COLUMN", data, of_batch, "of a long table: rows with the same entry are one fit",
     [](A& a, const G& g) { a.batch.request.group = g.text(); }},
    {"--wide", "", data, of_batch, "of a table: each row is a fit; columns whose names are numbers are its points",
     [](A& a, const G&) { a.batch.request.wide = true; }},
    {"--missing", "NAME", data, of_batch,
     "of a table: skip: leave out points without a value (NA, empty); refuse: name the first one (refuse)",
     [](A& a, const G& g) {
       a.batch.request.skip_missing = g.one_of({"refuse", "skip"}) == 1;
     }},
    {"--shape", "N,...", data, of_batch, "of raw numbers: fits, then points; the last changes fastest",
     [](A& a, const G& g) { a.batch.request.shape = shape(g); }},
    {"--type", "NAME", data, of_batch,
     "of raw numbers: f8, f4, i4, i2, u2, u1, ...; >f4: bytes in the other order (f8)",
     [](A& a, const G& g) { a.batch.request.type = g.text(); }},

    {"--tolerance", "NUMBER", method, of_batch, "of the cost: the decrease that is left at the end (1e-10)",
     [](A& a, const G& g) {
       const double tolerance = a.batch.request.options.tolerance = g.positive();
       if (!(tolerance < 1.0)) throw UsageError(fmt::format("{} is '{}'; expected a number below 1", g.name, g.text()));
     }},
    {"--max-iterations", "N", method, of_batch, "of each fit, before the solver takes it alone (100)",
     [](A& a, const G& g) { a.batch.request.options.max_iterations = g.whole(1); }},
    {"--no-hand-over", "", method, of_batch, "fits that do not converge stay so, in the place of being solved alone",
     [](A& a, const G&) { a.batch.request.options.hand_over = false; }},
    {"--threads", "N", method, of_batch, "at most; 0: all (0). Results are the same",
     [](A& a, const G& g) { a.batch.request.options.threads = g.whole(0); }},

    {"--output", "FILE.npy|.csv", results, of_batch,
     "a row for each fit: parameters, NAME_error, cost, iterations, status; FILE.partial until all are there",
     [](A& a, const G& g) {
       a.batch.request.output = g.path_ending_with({".npy", ".csv"});
     }},
    {"--resume", "", results, of_batch, "go on behind the fits that the output's .partial has",
     [](A& a, const G&) { a.batch.request.resume = true; }},
    {"--json", "FILE|-", results, of_batch, "write a summary as JSON to a file; - : to standard output",
     [](A& a, const G& g) { a.batch.json = g.path(true); }},
    {"--report", "FILE.html", results, of_batch, "write a page to look at: distributions, maps, the worst fits",
     [](A& a, const G& g) {
       a.batch.report = g.path_ending_with({".html", ".htm"});
     }},
    {"--worst", "N", results, of_batch, "how many of the worst fits the page and the JSON have (6)",
     [](A& a, const G& g) { a.batch.request.worst = g.whole(0); }},
    {"--quiet", "", results, of_batch, "print nothing but errors", [](A& a, const G&) { a.batch.quiet = true; }},
};

}  // namespace

std::span<const OptionLine> batch_options() { return lines; }

}  // namespace thalweg::tool
