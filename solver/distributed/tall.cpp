#include <thalweg/distributed/tall.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <distributed/together.hpp>
#include <minimize/system/tall/tall_system.hpp>
#include <thalweg/linear/dense_qr.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::int64_t most_columns = 64;

/// The triangle of this process' rows: by columns R, then c; cost and ‖r‖².
std::vector<double> packed(const ReducedRows& rows) {
  std::vector<double> all;
  const std::int64_t n = rows.R.columns();
  for (std::int64_t j = 0; j < n; ++j) all.insert(all.end(), rows.R.column(j), rows.R.column(j) + n);
  all.insert(all.end(), rows.c.data(), rows.c.data() + n);
  all.push_back(rows.cost);
  all.push_back(rows.residual_squares);
  return all;
}

ReducedRows unpacked(const std::vector<double>& all, std::int64_t n) {
  ReducedRows rows{DenseMatrix(n, n), AlignedArray(n), 0.0, 0.0};
  for (std::int64_t j = 0; j < n; ++j) std::copy_n(all.begin() + j * n, n, rows.R.column(j));
  std::copy_n(all.begin() + n * n, n, rows.c.data());
  rows.cost = all[static_cast<std::size_t>(n * n + n)];
  rows.residual_squares = all[static_cast<std::size_t>(n * n + n + 1)];
  return rows;
}

/// One triangle of two: of all columns and, as the last, c.
ReducedRows merged(const ReducedRows& a, const ReducedRows& b) {
  const std::int64_t n = a.R.columns();
  DenseMatrix both(2 * a.R.stride(), n + 1), triangle(n, n + 1);
  const auto put = [&](const ReducedRows& rows, std::int64_t first) {
    for (std::int64_t j = 0; j < n; ++j) std::copy_n(rows.R.column(j), n, both.column(j) + first);
    std::copy_n(rows.c.data(), n, both.column(n) + first);
  };
  for (std::int64_t j = 0; j <= n; ++j) std::fill_n(both.column(j), both.stride(), 0.0);
  put(a, 0);
  put(b, a.R.stride());
  householder_qr(both, n, triangle);
  ReducedRows all{DenseMatrix(n, n), AlignedArray(n), a.cost + b.cost, a.residual_squares + b.residual_squares};
  for (std::int64_t j = 0; j < n; ++j) std::copy_n(triangle.column(j), n, all.R.column(j));
  std::copy_n(triangle.column(n), n, all.c.data());
  return all;
}

/// Rows of all processes: merged in process 0, in the order of the processes.
class SharedReduction final : public RowReduction {
 public:
  SharedReduction(const Program& program, const Communicator& communicator, std::int64_t residual_blocks)
      : RowReduction(program), communicator_(communicator), residual_blocks_(residual_blocks) {}

  ReducedRows reduce(const double* x, int threads, Program::Losses losses) const override {
    ReducedRows rows = RowReduction::reduce(x, threads, losses);
    communicator_.note(Work::evaluation, residual_blocks_);
    const std::int64_t n = rows.R.columns();
    const std::vector<double> mine = packed(rows);
    const auto all = communicator_.gather(std::as_bytes(std::span<const double>(mine)));
    for (std::size_t p = 1; p < all.size(); ++p) rows = merged(rows, unpacked(from_bytes<double>(all[p]), n));
    Communicator::Bytes result = as_bytes(std::span<const double>(packed(rows)));
    communicator_.broadcast(result, 0);
    return unpacked(from_bytes<double>(result), n);
  }
  double cost(const double* x, int threads) const override {
    const double mine = RowReduction::cost(x, threads);
    communicator_.note(Work::cost, residual_blocks_);
    return communicator_.sum(mine);
  }

 private:
  const Communicator& communicator_;
  std::int64_t residual_blocks_;
};

void refuse(const Problem& problem, const Options& options, const DistributedOptions& how) {
  options.validate();
  if (!needs_residuals(options.method))
    throw Error(
        fmt::format("--method {} is not one of distributed solves; expected levenberg-marquardt, levenberg, "
                    "gauss-newton, dogleg or subspace-dogleg",
                    to_string(options.method)));
  if (how.solver != DistributedSolver::automatic)
    throw Error(fmt::format("--linear-solver {} is for blocks, and a tall fit has none; expected automatic",
                            to_string(how.solver)));
  if (options.noise_tolerance > 0.0)
    throw Error("--noise-tolerance does not go with rows that are spread over processes; expected 0");
  if (options.graduated)
    throw Error("graduated losses are not among distributed solves; expected graduated to be false");
  std::int64_t free = 0;
  for (std::size_t i = 0; i < problem.start().size(); ++i) free += problem.moves(static_cast<std::int64_t>(i));
  if (free > most_columns)
    throw Error(
        fmt::format("{} parameters that move; expected at most {} of a fit whose rows are spread over processes", free,
                    most_columns));
  if (free == 0) throw Error("every parameter is fixed; expected at least one that may move");
}

/// √ of the diagonal of (RᵀR)⁻¹; empty where R is singular.
std::vector<double> deviations(const DenseMatrix& R) {
  const std::int64_t n = R.columns();
  std::vector<double> squares(static_cast<std::size_t>(n));
  for (std::int64_t j = 0; j < n; ++j) {
    // Row sums of squares of R⁻¹: column j of it is R⁻¹ e_j.
    std::vector<double> column(static_cast<std::size_t>(n));
    column[static_cast<std::size_t>(j)] = 1.0;
    if (!solve_upper(R, n, column.data())) return {};
    for (std::size_t i = 0; i < column.size(); ++i) squares[i] += column[i] * column[i];
  }
  for (double& s : squares) s = std::sqrt(s);
  return squares;
}

template <class T>
void keep(std::vector<T>& values, std::size_t begin, std::size_t end) {
  if (!values.empty())
    values = std::vector<T>(values.begin() + static_cast<std::ptrdiff_t>(begin),
                            values.begin() + static_cast<std::ptrdiff_t>(end));
}

void refuse(const CurveFit& fit) {
  const auto no = [&](const char* what) {
    throw Error(
        fmt::format("{} of '{}' tie rows together, which are spread over processes; expected none, or a solve "
                    "in one process",
                    what, fit.file));
  };
  if (!fit.constraints.empty()) no("the constraints");
  if (fit.scale_per_data_set) no("the scales of the noise");
  if (fit.ode) no("the differential equations");
  for (const DataSet& data : fit.data) {
    if (data.covariance) no("the covariances");
    if (data.autocorrelation) no("the correlated errors");
    if (!data.input_errors.empty()) no("the errors of inputs");
  }
}

}  // namespace

CurveFit part_of(const Communicator& communicator, CurveFit fit) {
  communicator.together([&] {
    refuse(fit);
    for (DataSet& data : fit.data) {
      const std::size_t rows = data.values.empty() ? 0 : data.values.front().size();
      const auto processes = static_cast<std::size_t>(communicator.size()),
                 rank = static_cast<std::size_t>(communicator.rank());
      if (rows < processes)
        throw Error(fmt::format("{} processes and {} rows of '{}'; expected at most one process a row", processes, rows,
                                data.name));
      const std::size_t begin = rows * rank / processes, end = rows * (rank + 1) / processes;
      for (std::vector<double>& column : data.values) keep(column, begin, end);
      keep(data.group, begin, end);
    }
    if (communicator.rank() > 0)
      for (FitParameter& parameter : fit.parameters) parameter.prior.reset();
  });
  return fit;
}

TallResult solve_tall(const Communicator& communicator, const Problem& problem, std::vector<double> start,
                      const Options& options, const DistributedOptions& how) {
  communicator.together([&] { refuse(problem, options, how); });
  const Traffic before = communicator.traffic();
  const std::int64_t blocks = problem.residual_block_count();
  TallSystem system(problem, {}, [&](const Program& program) {
    return std::make_unique<SharedReduction>(program, communicator, blocks);
  });
  TallResult found;
  found.result = minimize_together(communicator, system, std::move(start), options, how);
  found.residuals = problem.residual_count();
  found.all_residuals = communicator.sum(found.residuals);
  const Program program(problem);
  if (found.result.status == Status::non_finite_start) {
    try {
      communicator.together([&] {
        if (const auto culprit = program.find_non_finite(found.result.x.data())) throw Error(in_words(*culprit));
      });
    } catch (const CollectiveError& error) {
      found.result.reason = fmt::format("process {}: {} at the start", error.process(), error.what());
    }
  } else {
    found.result.linear_solver_reason = TallSystem::reason(found.all_residuals, program.columns());
    found.free_parameters = program.columns();
    found.standard_errors.assign(problem.start().size(), std::numeric_limits<double>::quiet_NaN());
    const ReducedRows rows =
        SharedReduction(program, communicator, blocks)
            .reduce(found.result.x.data(), threads_of(options.threads, communicator), Program::Losses::applied);
    const std::vector<double> each = program.has_loss() ? std::vector<double>{} : deviations(rows.R);
    const double freedom = static_cast<double>(found.all_residuals - found.free_parameters);
    const double sigma = problem.noise() == Noise::known ? 1.0 : std::sqrt(2.0 * found.result.final_cost / freedom);
    for (std::size_t j = 0; j < each.size(); ++j)
      found.standard_errors[static_cast<std::size_t>(program.component_of(static_cast<std::int64_t>(j)))] =
          sigma * each[j];
  }
  found.traffic = since(before, communicator.traffic());
  return found;
}

}  // namespace thalweg::inline v0_1
