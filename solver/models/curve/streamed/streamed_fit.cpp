#include <thalweg/models/streamed_fit.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/formula/formula.hpp>
#include <thalweg/models/build.hpp>

#include "io/reading.hpp"
#include "io/text_numbers.hpp"
#include "models/curve/row_formula.hpp"
#include "models/curve/streamed/chosen_rows.hpp"
#include "models/curve/streamed/row_buffers.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// σ or the weight of a row as a formula, a column's own name going first; none: nothing.
std::optional<Formula> noise_of(const DataSet& data) {
  const std::string& text = data.sigma.empty() ? data.weights : data.sigma;
  if (text.empty()) return std::nullopt;
  const auto column = reading::column_named(data, text);
  return Formula::parse(column ? "`" + data.columns[*column] + "`" : text);
}

/// The equation of the residuals, its definitions and the noise written out: y/σ = f/σ, or √w y = √w f.
struct RowEquation {
  Equation residual;
  Formula response;
  bool parameter_free_response = true;

  explicit RowEquation(const CurveFit& fit) : response(Formula::parse("0")) {
    const DataSet& data = fit.data[0];
    const Equation equation = Equation::parse(data.equation);
    const std::vector<Definition> definitions = symbols_of(fit, data, equation).definitions;
    response = equation.response.substituted(definitions);
    Formula model = equation.model.substituted(definitions);
    if (const auto noise = noise_of(data)) {
      const Formula scaled =
          Formula::parse(data.sigma.empty() ? "`the value` * sqrt(`the noise`)" : "`the value` / `the noise`");
      const auto divided = [&](const Formula& value) {
        return scaled.substituted(std::vector<Definition>{{"the value", value}, {"the noise", *noise}});
      };
      residual = {data.equation, divided(response), divided(model)};
    } else {
      residual = {data.equation, response, std::move(model)};
    }
    for (const Formula::Name& name : response.names())
      for (const FitParameter& p : fit.parameters)
        parameter_free_response = parameter_free_response && p.name != name.name;
  }

  /// Columns that either side reads, in the order of the fit.
  std::vector<std::string> columns(const DataSet& data) const {
    std::vector<std::string> names;
    for (const std::string& column : data.columns)
      for (const Formula* side : {&residual.response, &residual.model})
        for (const auto* list : {&side->names(), &side->constants()})
          for (const Formula::Name& used : *list)
            if (used.name == column && (names.empty() || names.back() != column)) names.push_back(column);
    return names;
  }
};

/// A formula of columns on ranges of rows.
class RowValues {
 public:
  RowValues(Formula formula, const RowSource& source)
      : source_(source), formula_(make(std::move(formula), source, wanted_)) {}
  void operator()(std::int64_t begin, std::int64_t end, double* to) const {
    RowBuffers values(wanted_.size(), end - begin);
    source_.read(begin, end, wanted_, values.data());
    formula_.evaluate(nullptr, values.data(), end - begin, to, nullptr);
  }

 private:
  static RowFormula make(Formula formula, const RowSource& source, std::vector<std::int64_t>& wanted) {
    std::vector<std::string> names;
    for (std::size_t c = 0; c < source.columns().size(); ++c)
      for (const auto* list : {&formula.names(), &formula.constants()})
        for (const Formula::Name& used : *list)
          if (used.name == source.columns()[c] && (names.empty() || names.back() != used.name)) {
            names.push_back(used.name);
            wanted.push_back(static_cast<std::int64_t>(c));
          }
    return RowFormula(Equation{"", Formula::parse("0"), std::move(formula)}, {}, names);
  }
  const RowSource& source_;
  std::vector<std::int64_t> wanted_;
  RowFormula formula_;
};

/// Weighted mean and squares about it, of parts that are joined (Chan, Golub & LeVeque 1983).
struct Moments {
  double weight = 0.0, mean = 0.0, squares = 0.0, log_variances = 0.0;
  /// Of `count` values y; w null: each weighs 1.
  static Moments of(const double* y, const double* w, std::int64_t count) {
    Moments m;
    double sum = 0.0;
    for (std::int64_t i = 0; i < count; ++i) {
      const double each = w ? w[i] : 1.0;
      m.weight += each;
      sum += each * y[i];
    }
    m.mean = sum / m.weight;
    for (std::int64_t i = 0; i < count; ++i) m.squares += (w ? w[i] : 1.0) * (y[i] - m.mean) * (y[i] - m.mean);
    return m;
  }
  void join(const Moments& other) {
    log_variances += other.log_variances;
    if (!(other.weight > 0.0)) return;
    const double both = weight + other.weight, step = other.mean - mean;
    squares += other.squares + step * step * (weight * (other.weight / both));
    mean += step * (other.weight / both);
    weight = both;
  }
};

constexpr std::int64_t ranges_in_a_part = 32;

/// The columns that a formula reads, behind those that are there.
void add_columns(const Formula& formula, const ColumnNames& known, std::vector<std::string>& names) {
  for (const auto* list : {&formula.names(), &formula.constants()})
    for (const Formula::Name& used : *list)
      if (known.find(used.name).column && std::find(names.begin(), names.end(), used.name) == names.end())
        names.push_back(used.name);
}

/// What a judge makes of all rows, by ranges.
struct RangeCounts {
  RangeCounts(const RowJudge& judge, std::int64_t rows, int threads) {
    const std::int64_t ranges = (rows + ChosenRows::range - 1) / ChosenRows::range;
    kept.resize(static_cast<std::size_t>(ranges));
    missing.resize(kept.size());
    std::vector<std::optional<RowJudge::Hole>> holes(
        static_cast<std::size_t>((ranges + ranges_in_a_part - 1) / ranges_in_a_part));
    parallel_chunks(ranges, ranges_in_a_part, threads, [&](std::int64_t part, std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        const auto kinds = judge.judge(r * ChosenRows::range, std::min((r + 1) * ChosenRows::range, rows),
                                       &holes[static_cast<std::size_t>(part)]);
        const auto at = static_cast<std::size_t>(r);
        kept[at] = static_cast<std::int32_t>(std::count(kinds.begin(), kinds.end(), RowJudge::Kind::kept));
        missing[at] = static_cast<std::int32_t>(std::count(kinds.begin(), kinds.end(), RowJudge::Kind::missing));
      }
    });
    for (const auto& each : holes)
      if (each && !first_hole) first_hole = each;
    for (const std::int32_t count : kept) all_kept += count;
    for (const std::int32_t count : missing) all_missing += count;
  }
  std::vector<std::int32_t> kept, missing;
  std::int64_t all_kept = 0, all_missing = 0;
  std::optional<RowJudge::Hole> first_hole;
};

class Survey {
 public:
  Survey(std::shared_ptr<const RowSource> source, const CurveFit& fit, const RowSelection& rows, int threads)
      : source_(std::move(source)), fit_(fit), data_(fit.data[0]), selection_(rows), threads_(threads), equation_(fit) {
    noise_ = noise_of(data_);
    if (!rows.where.empty()) condition_ = rows.where;
  }

  StreamedTable run() {
    const std::vector<std::string> read = equation_.columns(data_);
    std::vector<std::string> needed = read;
    if (condition_) add_columns(Formula::parse(*condition_), ColumnNames(source_->columns()), needed);
    called_ = columns_called(source_, needed);
    StreamedTable table;
    table.rows = choose(read, table);
    const Moments all = moments(*table.rows);
    table.log_variances = all.log_variances;
    if (equation_.parameter_free_response) table.response_squares = all.squares;
    return table;
  }

 private:
  [[noreturn]] void refuse(const std::string& problem, const std::string& expected) const {
    reading::fail(fit_.file, {}, problem, expected);
  }

  std::shared_ptr<const RowSource> choose(const std::vector<std::string>& read, StreamedTable& table) {
    std::optional<std::string> condition = condition_;
    if (!data_.weights.empty()) {
      const auto column = reading::column_named(data_, data_.weights);
      const std::string weights = column ? "`" + data_.columns[*column] + "`" : data_.weights;
      condition = condition ? fmt::format("({}) && ({}) != 0", *condition, weights) : fmt::format("({}) != 0", weights);
    }
    RowJudge judge(called_, condition, read);
    RangeCounts counts(judge, called_->rows(), threads_);
    table.missing_rows = counts.all_missing;
    table.excluded_rows = called_->rows() - counts.all_kept - counts.all_missing;
    if (const auto& hole = counts.first_hole; hole && !selection_.skip_missing)
      refuse(reading::cell_name(static_cast<std::size_t>(hole->row) + 1, hole->column) + " is " +
                 reading::to_text(hole->value),
             "a finite number, or --missing skip, which leaves out such rows");
    if (counts.all_kept == 0)
      refuse(fmt::format("no rows are left: {} with missing values, {} by the condition", table.missing_rows,
                         table.excluded_rows),
             "at least one");
    if (counts.all_kept == called_->rows()) return called_;
    return std::make_shared<const ChosenRows>(called_, std::move(judge), std::move(counts.kept));
  }

  Moments moments(const RowSource& rows) const {
    std::optional<RowValues> y, noise;
    if (equation_.parameter_free_response) y.emplace(equation_.response, rows);
    if (noise_) noise.emplace(*noise_, rows);
    if (!y && !noise) return {};
    constexpr std::int64_t part_rows = ranges_in_a_part * ChosenRows::range;
    std::vector<Moments> parts(static_cast<std::size_t>((rows.rows() + part_rows - 1) / part_rows));
    parallel_chunks(rows.rows(), part_rows, threads_, [&](std::int64_t part, std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; at += ChosenRows::range)
        add(rows, y, noise, at, std::min(end, at + ChosenRows::range), parts[static_cast<std::size_t>(part)]);
    });
    Moments all;
    for (const Moments& part : parts) all.join(part);
    return all;
  }

  void add(const RowSource& rows, const std::optional<RowValues>& y, const std::optional<RowValues>& noise,
           std::int64_t begin, std::int64_t end, Moments& sums) const {
    RowBuffers values(2, end - begin);
    if (y) (*y)(begin, end, values[0]);
    if (noise) (*noise)(begin, end, values[1]);
    const bool sigma = !data_.sigma.empty();
    for (std::int64_t i = 0; noise && i < end - begin; ++i) {
      double& v = values[1][i];
      if (!(v > 0.0 && std::isfinite(v)))
        refuse(fmt::format("row {}: {} is {}", rows.place(begin + i) + 1, sigma ? "sigma" : "the weight",
                           reading::to_text(v)),
               sigma ? "a positive standard deviation" : "a weight that is not negative");
      v = sigma ? 1.0 / (v * v) : v;
      sums.log_variances -= std::log(v);
    }
    if (y) sums.join(Moments::of(values[0], noise ? values[1] : nullptr, end - begin));
  }

  std::shared_ptr<const RowSource> source_, called_;
  const CurveFit& fit_;
  const DataSet& data_;
  const RowSelection& selection_;
  int threads_;
  RowEquation equation_;
  std::optional<Formula> noise_;
  std::optional<std::string> condition_;
};

}  // namespace

std::string obstacle_to_streaming(const CurveFit& fit) {
  if (fit.data.size() != 1) return "several tables";
  const DataSet& data = fit.data[0];
  if (!fit.groups.empty() || !data.group_column.empty()) return "groups of rows";
  if (fit.ode) return "differential equations";
  if (!fit.constraints.empty()) return "constraints";
  if (fit.scale_per_data_set) return "noise that is estimated per data set";
  if (data.counts) return "Poisson counts";
  if (data.covariance || data.autocorrelation) return "correlated errors";
  if (!data.input_errors.empty()) return "errors in the inputs";
  return {};
}

std::shared_ptr<const RowSource> rows_where(std::shared_ptr<const RowSource> source, const std::string& where,
                                            int threads) {
  std::vector<std::string> needed;
  const Formula condition = Formula::parse(where);
  add_columns(condition, ColumnNames(source->columns()), needed);
  RowJudge judge(columns_called(source, needed), where, {});
  std::vector<std::int32_t> kept = RangeCounts(judge, source->rows(), threads).kept;
  return std::make_shared<const ChosenRows>(std::move(source), std::move(judge), std::move(kept));
}

StreamedTable streamed_table(std::shared_ptr<const RowSource> source, const CurveFit& sample, const RowSelection& rows,
                             int threads) {
  return Survey(std::move(source), sample, rows, threads).run();
}

Problem streamed_problem(const CurveFit& sample, const StreamedTable& table) {
  Problem problem;
  std::vector<std::string> names;
  std::vector<double> starts;
  for (const FitParameter& p : sample.parameters) {
    names.push_back(p.name);
    starts.push_back(p.starts.front());
  }
  const auto block = problem.add_parameters("parameters", starts);
  problem.name_components(block, names);
  for (std::size_t j = 0; j < sample.parameters.size(); ++j) {
    const FitParameter& p = sample.parameters[j];
    problem.set_bounds(block, static_cast<int>(j), p.lower, p.upper);
    if (p.fixed) problem.fix(block, static_cast<int>(j));
  }
  const DataSet& data = sample.data[0];
  auto group =
      std::make_unique<StreamedResiduals>(data.name, RowEquation(sample).residual, names, table.rows, block.offset());
  group->set_log_determinant(table.log_variances);
  group->set_loss(data.loss);
  problem.add_group(std::move(group));
  problem.set_noise(sample.noise);
  return problem;
}

}  // namespace thalweg::inline v0_1
