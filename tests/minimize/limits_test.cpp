// Limits of time and memory are kept inside an iteration, not only between iterations.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/minimize/multistart.hpp>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;

namespace {

struct Wave {
  template <class T>
  auto operator()(const Vec<T, 1>& a, const Vec<T, 1>& b, double x) const {
    using std::sin;
    return Vec<T, 1>{a[0] * sin(x * b[0]) - 0.3 * x};
  }
};

/// `n` parameters, each pair of which meets in a residual with distance a power of two: no sparse structure to speak
/// of.
Problem wide(int n) {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{1.0}, n);
  std::vector<int> first, second;
  std::vector<double> x;
  for (int step = 1; step < n; step *= 2)
    for (int i = 0; i + step < n; ++i) {
      first.push_back(i);
      second.push_back(i + step);
      x.push_back(0.01 * (i % 17) + 0.1 * step / n);
    }
  problem.add_residuals("wave", Wave{}, p[first], p[second], x);
  return problem;
}

double seconds_of(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("the time limit is kept inside one dense factorisation, with the best point so far") {
  const Problem problem = wide(1500);  // a QR of 15,000 rows and 1,500 columns takes half a minute
  for (const LinearSolverKind kind : {LinearSolverKind::dense_qr, LinearSolverKind::dense_cholesky}) {
    Result result;
    const double seconds = seconds_of([&] { result = solve(problem, {.linear_solver = kind, .time_limit = 0.3}); });
    CHECK(result.status == Status::time_limit);
    CHECK(result.x.size() == problem.start().size());
    CHECK(seconds < 5.0);  // the machine may be busy
  }
}

TEST_CASE("a request to stop is seen inside one dense factorisation") {
  const Problem problem = wide(1500);
  std::atomic<bool> stop{false};
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop = true;
  });
  Result result;
  const double seconds =
      seconds_of([&] { result = solve(problem, {.linear_solver = LinearSolverKind::dense_qr, .interrupt = &stop}); });
  CHECK(result.status == Status::interrupted);
  CHECK(seconds < 5.0);
}

TEST_CASE("a cancelled solver solves the next time as a fresh one") {
  const Problem problem = wide(200);
  Solver solver(problem);
  const Options usual{.max_iterations = 3};
  const Result expected = Solver(problem).solve(usual);
  for (const double limit : {0.0, 1e-4, 1e-3, 1e-2}) {
    Options hasty = usual;
    hasty.time_limit = limit;
    solver.solve(hasty);
    const Result again = solver.solve(usual);
    CHECK(again.final_cost == expected.final_cost);
    CHECK(again.x == expected.x);
  }
}

TEST_CASE("many starts end at the limit of the whole, and report the best") {
  const Problem problem = wide(300);
  MultistartResult result;
  const double seconds = seconds_of([&] {
    result = multistart(problem, {.linear_solver = LinearSolverKind::dense_qr, .time_limit = 0.5}, {.starts = 1000});
  });
  CHECK(result.best.status == Status::time_limit);
  CHECK(seconds < 6.0);
}

TEST_CASE("small problems take one thread, dense ones too") {
  const Problem problem = wide(20);
  CHECK(solve(problem, {.max_iterations = 1, .threads = 0}).threads == 1);
  CHECK(solve(problem, {.linear_solver = LinearSolverKind::dense_qr, .max_iterations = 1, .threads = 2}).threads == 1);
}

TEST_CASE("a dense problem beyond the memory is refused in words, before it is allocated") {
#if defined(__SANITIZE_ADDRESS__)
  MESSAGE("skipped: the address sanitizer needs the address space that this test takes away");
#else
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {  // under a limit of its own
    alarm(60);
    const Problem problem = wide(3000);
    const rlimit limit{std::size_t{700} << 20, std::size_t{700} << 20};
    setrlimit(RLIMIT_AS, &limit);
    int code = 1;
    try {
      solve(problem, {.linear_solver = LinearSolverKind::dense_qr});
    } catch (const MemoryError& error) {
      const std::string text = error.what();
      code =
          text.find("3000 parameters") != std::string::npos && text.find("are available") != std::string::npos ? 0 : 2;
    } catch (...) {
      code = 3;
    }
    _exit(code);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
#endif
}
