// Fits of differential equations: residuals and sensitivities from formulas beside the same CVODES with right-hand
// sides, Jacobians and sensitivities written by hand. One thread.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include <cvodes/cvodes.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>

namespace {

/// A right-hand side by hand: f, J = ∂f/∂y (column-major), and f_p of parameter a. The first parameters are those of f;
/// initial values may be the parameters behind them.
struct TwoCompartments {
  static constexpr int n = 2, m = 3, initial = 0;
  static void f(const double* y, const double* p, double* d) {
    d[0] = -(p[0] + p[1]) * y[0] + p[2] * y[1];
    d[1] = p[1] * y[0] - p[2] * y[1];
  }
  static void jacobian(const double*, const double* p, double* J) {
    J[0] = -(p[0] + p[1]), J[1] = p[1], J[2] = p[2], J[3] = -p[2];
  }
  static void by_parameter(int a, const double* y, const double*, double* d) {
    d[0] = a == 2 ? y[1] : -y[0];
    d[1] = a == 0 ? 0.0 : a == 1 ? y[0] : -y[1];
  }
  static void start(const double*, double* y) { y[0] = 25.0, y[1] = 0.0; }
};

struct LynxHare {
  static constexpr int n = 2, m = 6, initial = 4;
  static void f(const double* y, const double* p, double* d) {
    d[0] = p[0] * y[0] - p[1] * y[0] * y[1];
    d[1] = p[3] * y[0] * y[1] - p[2] * y[1];
  }
  static void jacobian(const double* y, const double* p, double* J) {
    J[0] = p[0] - p[1] * y[1], J[1] = p[3] * y[1], J[2] = -p[1] * y[0], J[3] = p[3] * y[0] - p[2];
  }
  static void by_parameter(int a, const double* y, const double*, double* d) {
    d[0] = a == 0 ? y[0] : a == 1 ? -y[0] * y[1] : 0.0;
    d[1] = a == 3 ? y[0] * y[1] : a == 2 ? -y[1] : 0.0;
  }
  static void start(const double* p, double* y) { y[0] = p[4], y[1] = p[5]; }
};

struct Robertson {
  static constexpr int n = 3, m = 3, initial = 3;
  static void f(const double* y, const double* p, double* d) {
    const double forth = p[0] * y[0], back = 1e4 * p[2] * y[1] * y[2], last = 1e7 * p[1] * y[1] * y[1];
    d[0] = back - forth, d[1] = forth - back - last, d[2] = last;
  }
  static void jacobian(const double* y, const double* p, double* J) {
    const double b = 1e4 * p[2] * y[2], c = 1e4 * p[2] * y[1], s = 2e7 * p[1] * y[1];
    J[0] = -p[0], J[1] = p[0], J[2] = 0.0, J[3] = b, J[4] = -b - s, J[5] = s, J[6] = c, J[7] = -c, J[8] = 0.0;
  }
  static void by_parameter(int a, const double* y, const double*, double* d) {
    const double v = a == 0 ? y[0] : a == 1 ? 1e7 * y[1] * y[1] : 1e4 * y[1] * y[2];
    d[0] = a == 0 ? -v : a == 2 ? v : 0.0;
    d[1] = a == 0 ? v : -v;
    d[2] = a == 1 ? v : 0.0;
  }
  static void start(const double*, double* y) { y[0] = 1.0, y[1] = y[2] = 0.0; }
};

double* data(N_Vector v) { return N_VGetArrayPointer(v); }

/// CVODES as its manual uses it: memory made once, one absolute tolerance.
template <class System>
class ByHand {
 public:
  ByHand(int method, double relative, double absolute) {
    SUNContext_Create(nullptr, &context_);
    y_ = N_VNew_Serial(System::n, context_);
    S_ = N_VCloneVectorArray(System::m, y_);
    matrix_ = SUNDenseMatrix(System::n, System::n, context_);
    solver_ = SUNLinSol_Dense(y_, matrix_, context_);
    cvodes_ = CVodeCreate(method, context_);
    begin(start_);
    CVodeInit(cvodes_, f, 0.0, y_);
    CVodeSetUserData(cvodes_, this);
    CVodeSStolerances(cvodes_, relative, absolute);
    CVodeSetLinearSolver(cvodes_, solver_, matrix_);
    CVodeSetJacFn(cvodes_, jacobian);
    CVodeSetMaxNumSteps(cvodes_, 100000);
    CVodeSensInit(cvodes_, System::m, CV_STAGGERED, sensitivities, S_);
    CVodeSetSensParams(cvodes_, nullptr, size_, nullptr);
    CVodeSensEEtolerances(cvodes_);
    CVodeSetSensErrCon(cvodes_, SUNTRUE);
  }

  /// A sum over states and sensitivities at all times, so that nothing is left out.
  double run(const std::vector<double>& p, const std::vector<double>& times) {
    begin(p);
    CVodeReInit(cvodes_, 0.0, y_);
    CVodeSensReInit(cvodes_, CV_STAGGERED, S_);
    double sum = 0.0, t = 0.0;
    for (const double to : times) {
      if (to > 0.0) {
        CVode(cvodes_, to, y_, &t, CV_NORMAL);
        CVodeGetSens(cvodes_, &t, S_);
      }
      for (int i = 0; i < System::n; ++i) {
        sum += data(y_)[i];
        for (int a = 0; a < System::m; ++a) sum += data(S_[a])[i];
      }
    }
    CVodeGetNumSteps(cvodes_, &steps);
    return sum;
  }
  long steps = 0;

 private:
  void begin(const std::vector<double>& p) {
    std::copy(p.begin(), p.end(), p_);
    System::start(p_, data(y_));
    for (int a = 0; a < System::m; ++a) {
      size_[a] = p_[a] != 0.0 ? std::abs(p_[a]) : 1.0;
      for (int i = 0; i < System::n; ++i) data(S_[a])[i] = a - System::initial == i ? 1.0 : 0.0;
    }
    if (System::initial == 0)
      for (int a = 0; a < System::m; ++a) std::fill_n(data(S_[a]), System::n, 0.0);
  }
  static int f(double, N_Vector y, N_Vector d, void* self) {
    System::f(data(y), static_cast<ByHand*>(self)->p_, data(d));
    return 0;
  }
  static int jacobian(double, N_Vector y, N_Vector, SUNMatrix J, void* self, N_Vector, N_Vector, N_Vector) {
    System::jacobian(data(y), static_cast<ByHand*>(self)->p_, SUNDenseMatrix_Data(J));
    return 0;
  }
  static int sensitivities(int, double, N_Vector y, N_Vector, N_Vector* S, N_Vector* d, void* self, N_Vector,
                           N_Vector) {
    const double* const p = static_cast<ByHand*>(self)->p_;
    double J[System::n * System::n];
    System::jacobian(data(y), p, J);
    for (int a = 0; a < System::m; ++a) {
      double* const to = data(d[a]);
      System::by_parameter(a, data(y), p, to);
      for (int j = 0; j < System::n; ++j)
        for (int i = 0; i < System::n; ++i) to[i] += J[j * System::n + i] * data(S[a])[j];
    }
    return 0;
  }

  double p_[System::m] = {}, size_[System::m] = {};
  std::vector<double> start_ = std::vector<double>(System::m, 1.0);
  SUNContext context_ = nullptr;
  N_Vector y_ = nullptr;
  N_Vector* S_ = nullptr;
  SUNMatrix matrix_ = nullptr;
  SUNLinearSolver solver_ = nullptr;
  void* cvodes_ = nullptr;
};

/// Milliseconds of processor time of one call, the least of several rounds.
template <class Call>
double milliseconds(const Call& call) {
  double best = 1e300;
  for (int round = 0; round < 15; ++round) {
    constexpr int calls = 10;
    const std::clock_t begin = std::clock();
    for (int i = 0; i < calls; ++i) call(1.0 + 1e-6 * (round * calls + i));
    best = std::min(best, 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / calls);
  }
  return best;
}

template <class System>
void compare(const char* name, int method, double relative, double absolute) {
  const thalweg::CurveFit fit = thalweg::read_curve_fit(std::string(THALWEG_PROBLEMS_FOLDER "/ode/") + name + ".toml");
  const thalweg::CurveProblem built = thalweg::build_problem(fit);
  const std::vector<double> start = built.problem.start();
  const auto scaled = [&](double factor) {
    std::vector<double> p = start;
    for (double& v : p) v *= factor;
    return p;
  };
  const double ours = milliseconds([&](double factor) {
    const std::vector<double> p = scaled(factor);
    for (const auto& model : built.models) {
      const auto rows = static_cast<std::size_t>(model->rows());
      std::vector<double> residual(rows), storage(rows * p.size());
      std::vector<double*> jacobian;
      for (std::size_t j = 0; j < p.size(); ++j) jacobian.push_back(storage.data() + j * rows);
      model->evaluate(p.data(), 0, model->rows(), residual.data(), jacobian.data());
    }
  });
  const auto& data = fit.data[0];
  const auto at = std::find(data.columns.begin(), data.columns.end(), fit.ode->time) - data.columns.begin();
  std::vector<double> times = data.values[static_cast<std::size_t>(at)];
  for (double& t : times) t -= fit.ode->from;
  ByHand<System> hand(method, relative, absolute);
  double sum = 0.0;
  const double by_hand = milliseconds([&](double factor) { sum += hand.run(scaled(factor), times); });
  std::printf("%-14s %9.3f ms  %9.3f ms  %5.2f   (%ld steps by hand; %g)\n", name, ours, by_hand, ours / by_hand,
              hand.steps, sum);
}

}  // namespace

int main() {
  std::printf("residuals and Jacobian from formulas, the same integration by hand, and their ratio\n");
  compare<TwoCompartments>("indomethacin", CV_BDF, 1e-10, 25e-13);
  compare<LynxHare>("lynx_hare", CV_ADAMS, 1e-12, 30e-15);
  compare<Robertson>("robertson", CV_BDF, 1e-10, 1e-17);
}
