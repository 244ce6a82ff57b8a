#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <string>

#include <thalweg/base/aligned.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/math/loss.hpp>
#include <thalweg/problem/block_program.hpp>
#include <thalweg/problem/derivative_check.hpp>
#include <thalweg/problem/program.hpp>

#include "containers.hpp"

namespace containers {
namespace {

using namespace thalweg;

/// Distances between places of the plane: a problem in blocks.
Problem distances() {
  Problem problem;
  auto places = problem.add_parameters("place", Vec<double, 2>{1.0, 2.0}, 6);
  problem.set_starts(places, {0, 0, 1, 0.1, 2, -0.1, 2, 1, 1, 1.2, 0.1, 0.9});
  problem.fix(places[0]);
  const auto distance = [](const auto& a, const auto& b, double d) {
    const auto x = a[0] - b[0], y = a[1] - b[1];
    return sqrt(x * x + y * y) - d;
  };
  problem.add_residuals("distance", distance, places[{0, 1, 2, 3, 4, 5, 0, 1}], places[{1, 2, 3, 4, 5, 0, 4, 5}],
                        std::vector<double>{1, 1, 1, 1, 1, 1, 1.4, 1.5});
  return problem;
}

void math() {
  const Loss custom = Loss::custom([](double s) { return Loss::Value{s, 1.0, 0.0}; }, "squares");
  check(to_string(custom) == "squares" && custom(2.0).rho == 2.0, "a loss of one's own");
  check(to_string(parse_loss("0.5*huber:1.5")) == "0.5*huber:1.5" && known_losses().size() > 5, "losses by name");
  for (const Loss& loss : {Loss::soft_l1(1), Loss::cauchy(1), Loss::arctan(1), Loss::tukey(1), Loss::geman_mcclure(1),
                           Loss::welsch(1), Loss::tolerant(1, 2), Loss::barron(-2, 1), Loss::huber(1)})
    check(!to_string(loss.scaled(2.0).with_scale_times(3.0)).empty(), "losses are copied");
  AlignedArray array(100);
  array.resize(1000);
  DenseMatrix matrix(5, 3);
  matrix = DenseMatrix(50, 3);
  LargeVector<std::int32_t> large(1000, 7);
  large.resize(100000, 8);
  check(array[999] == 0.0 && matrix(49, 2) == 0.0 && large.back() == 8, "arrays");
  std::vector<double> sums(static_cast<std::size_t>(chunk_count(1000, 100)));
  parallel_chunks(1000, 100, 2, [&](std::int64_t chunk, std::int64_t begin, std::int64_t end) {
    sums[static_cast<std::size_t>(chunk)] = static_cast<double>(end - begin) + 0.0 * current_thread();
  });
  check(sums.back() == 100.0, "a parallel loop");
}

void manifolds() {
  Problem problem;
  const auto poses = problem.add_parameters("pose", SE3{}, 3);
  const auto sphere = problem.add_parameters("axis", UnitSphere<3>{}, Vec<double, 3>{0.6, 0.0, 0.8});
  const auto pair = problem.add_parameters("pair", Product<SO3, SE2, Sim3>{});
  const std::vector<Vec<double, 6>> measured(2, Vec<double, 6>{1, 0, 0, 0, 0, 0.1});
  problem.fix(poses[0]);
  problem.add_residuals(
      "step", [](const auto& a, const auto& b, const auto& m) { return (boxminus<SE3>(b, a) - m).eval(); },
      poses[{0, 1}], poses[{1, 2}], measured);
  problem.add_residuals(
      "up", [](const auto& a) { return Vec<std::decay_t<decltype(a[0] * 1.0)>, 3>(a[0], a[1], a[2] - 1.0); }, sphere);
  problem.add_residuals(
      "rest", [](const auto& a) { return a[5] + a[7]; }, pair);
  std::vector<double> x = problem.start(), step(x.size(), 1e-3);
  problem.retract_curved(step, x);
  problem.settle(x);
  check(problem.sizes(x).size() == x.size() && problem.is_curved(), "points of manifolds");
  check(problem.tangent_name(7 + 3) == "pose[1].rotation[0]" && !problem.parameter_name(22).empty(), "their names");
  std::array<double, 36> transition{};
  std::array<double, 6> delta{0.1, 0.2, 0.3, 0.01, 0.02, 0.03};
  std::array<double, 7> moved{};
  const Manifold* const se3 = manifold_of<SE3>();
  se3->plus(x.data() + 7, delta.data(), moved.data());
  se3->transition(x.data() + 7, delta.data(), moved.data(), transition.data());
  check(std::isfinite(transition[0]) && se3->tangent_name(0) == "translation[0]", "a manifold at run time");
  const Mat<double, 3, 3> R = rotation_matrix(Vec<double, 4>(0.0, 0.0, 0.6, 0.8));
  check(std::abs(quaternion_of_matrix(R)[3] - 0.8) < 1e-15, "a quaternion of a matrix");
  check(solve(problem, {.method = Method::bfgs}).final_cost < 1.0, "a solve on manifolds");
}

void programs() {
  Fit fit;
  fit.problem.name_components(fit.p, {"height", "rate"});
  ResidualGroup& group = *fit.problem.groups().front();
  group.set_sigma(std::vector<double>(times.size(), 0.5));
  group.set_loss(Loss::cauchy(2.0));
  check(group.inverse_sigma().size() == times.size() && group.residual_name(1, 0) == "decay[1]", "a group");
  const std::vector<std::int64_t> order = {7, 6, 5, 4, 3, 2, 1, 0};
  const std::unique_ptr<ResidualGroup> reordered = group.reordered(order);
  check(reordered->items() == 8 && reordered->slots().size() == 1, "a group in another order");
  check(group.explain_non_finite(fit.problem.start().data(), 0).empty(), "nothing to explain");

  const std::vector<std::int64_t> pinned = {1};
  const Program all(fit.problem), one(fit.problem, pinned);
  DenseMatrix J(all.rows(), all.columns());
  std::vector<double> r(static_cast<std::size_t>(all.rows())), S(4);
  const double cost = all.evaluate(fit.problem.start().data(), r.data(), J, 1);
  all.curvature(fit.problem.start().data(), r.data(), S.data());
  check(cost > 0.0 && one.columns() == 1 && all.column_name(1) == "rate", "a program");
  check(!all.find_non_finite(fit.problem.start().data()), "all is finite");
  check(!in_words(NonFiniteEntry{"r", "p", 1.0, "", "a and b"}).empty(), "what is not finite, in words");

  const Problem sparse = distances();
  BlockProgram blocks(sparse);
  blocks.reorder({LargeVector<std::int64_t>{7, 6, 5, 4, 3, 2, 1, 0}});
  BlockProgram::Scratch scratch(blocks);
  ResidualStrip strip;
  blocks.fill_tables(sparse.start().data());
  check(blocks.linearize(0, 0, 8, sparse.start().data(), scratch, strip) > 0.0, "a strip of residuals");
  check(blocks.cost(sparse.start().data(), 1) > 0.0 && blocks.structure().groups.size() == 1, "a program in blocks");
  check(blocks.column_name(0) == "place[1][0]" && blocks.block_name(0) == "place[1]" &&
            blocks.block_name_at(0) == "place[0]" && blocks.named_for_elimination().size() == 5,
        "names of blocks");
  check(!blocks.find_non_finite(sparse.start().data()), "all is finite");

  DerivativeCheck derivatives = check_derivatives(fit.problem);
  check(derivatives.clean() && derivatives.points.size() == 2, "derivatives");
  derivatives = check_derivatives(sparse, sparse.start());
  check(derivatives.faults.empty() && derivatives.points.size() == 1, "derivatives at a point");
  const auto f = objective(2, [](const auto& x) { return x[0] * x[0] + x[0] * x[1] + x[1] * x[1]; });
  std::vector<double> H(4), Hv(2);
  f.Objective::hessian(std::vector<double>{1.0, 2.0}, H);
  f.Objective::hessian_product(std::vector<double>{1.0, 2.0}, std::vector<double>{1.0, 0.0}, Hv);
  check(std::abs(H[0] - 2.0) < 1e-4 && std::abs(Hv[1] - 1.0) < 1e-4 && f.name(1) == "x[1]", "an objective");

  // Blocks whose dimension is known at run time, and residuals in lanes and by differences.
  Problem more;
  const auto dynamic = more.add_parameters("d", std::vector<double>{1.0, 1.0});
  more.add_residuals("dynamic", Decay{}, dynamic, times, heights);
  more.add_residuals("lanes", simd(Decay{}), dynamic, times, heights);
  more.add_residuals("differences",
                     numeric([](std::span<const double> p, double t, double y) { return Decay{}(p, t, y); }), dynamic,
                     times, heights);
  const Result result = solve(more);
  check(result.converged() && result[dynamic].size() == 2, "a block of run-time size");
  Problem moved = std::move(more);
  check(moved.groups().size() == 3, "a problem is moved");
}

}  // namespace

void problems() {
  math();
  manifolds();
  programs();
}

}  // namespace containers
