#include <minimize/system/tall/row_reduction.hpp>

#include <algorithm>

#include <math/dense_kernels.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/linear/dense_qr.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::int64_t most_stripes = 64;

std::int64_t stripes_of(const Program& program) { return std::min(program.tasks(), most_stripes); }

/// Above the rows of `work`: the triangle so far.
void put_above(const DenseMatrix& triangle, DenseMatrix& work) {
  for (std::int64_t j = 0; j < triangle.columns(); ++j) {
    std::copy_n(triangle.column(j), triangle.rows(), work.column(j));
    std::fill(work.column(j) + triangle.rows(), work.column(j) + triangle.stride(), 0.0);
  }
}

}  // namespace

void RowReduction::absorb_tasks(std::int64_t begin, std::int64_t end, const double* x, Program::Losses losses,
                                Stripe& stripe) const {
  const std::int64_t n = program_.columns();
  stripe.triangle.resize(n, n + 1);
  const std::int64_t above = stripe.triangle.stride();
  DenseMatrix work;
  for (std::int64_t t = begin; t < end; ++t) {
    const std::int64_t rows = program_.task_rows(t);
    if (work.rows() != above + rows) work.resize(above + rows, n + 1);
    put_above(stripe.triangle, work);
    double* const residual = work.column(n) + above;
    stripe.cost += program_.evaluate_task(t, x, above, work.column(n), work, losses);
    stripe.squares += kernels::dot(residual, residual, rows);
    householder_qr(work, n, stripe.triangle);
  }
}

ReducedRows RowReduction::reduce(const double* x, int threads, Program::Losses losses) const {
  const std::int64_t n = program_.columns(), count = stripes_of(program_);
  std::vector<Stripe> stripes(static_cast<std::size_t>(count));
  parallel_chunks(count, 1, threads, [&](std::int64_t s, std::int64_t, std::int64_t) {
    absorb_tasks(s * program_.tasks() / count, (s + 1) * program_.tasks() / count, x, losses,
                 stripes[static_cast<std::size_t>(s)]);
  });
  ReducedRows all{DenseMatrix(n, n), AlignedArray(n), 0.0, 0.0};
  DenseMatrix triangle(n, n + 1);
  for (const Stripe& stripe : stripes) {
    all.cost += stripe.cost;
    all.residual_squares += stripe.squares;
    DenseMatrix both(2 * triangle.stride(), n + 1);
    put_above(triangle, both);
    for (std::int64_t j = 0; j <= n; ++j) std::copy_n(stripe.triangle.column(j), n, both.column(j) + triangle.stride());
    householder_qr(both, n, triangle);
  }
  for (std::int64_t j = 0; j < n; ++j) std::copy_n(triangle.column(j), n, all.R.column(j));
  std::copy_n(triangle.column(n), n, all.c.data());
  return all;
}

double RowReduction::cost(const double* x, int threads) const {
  const std::int64_t count = stripes_of(program_);
  std::vector<double> costs(static_cast<std::size_t>(count), 0.0);
  parallel_chunks(count, 1, threads, [&](std::int64_t s, std::int64_t, std::int64_t) {
    AlignedArray residual;
    for (std::int64_t t = s * program_.tasks() / count; t < (s + 1) * program_.tasks() / count; ++t) {
      residual.resize(program_.task_rows(t));
      costs[static_cast<std::size_t>(s)] += program_.evaluate_task(t, x, residual.data());
    }
  });
  double sum = 0.0;
  for (const double each : costs) sum += each;
  return sum;
}

}  // namespace thalweg::inline v0_1
