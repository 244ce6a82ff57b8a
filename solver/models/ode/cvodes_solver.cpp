#include "models/ode/cvodes_solver.hpp"

#include <algorithm>
#include <cmath>
#include <new>

#include <cvodes/cvodes.h>
#include <fmt/format.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

namespace thalweg::inline v0_1::ode {
namespace {

constexpr long most_steps = 100000;  // of one integration
/// What a component counts as at least, in parts of the largest that it has been, and of the scale of all.
constexpr double of_peak = 1e-3, of_scale = 1e-8;

void silent(int, const char*, const char*, char*, void*) {}

/// Vectors of CVODES as arrays.
double* data(N_Vector v) { return N_VGetArrayPointer(v); }

}  // namespace

struct CvodesSolver::Memory {
  Memory(Rates& rates, double scale);
  ~Memory();
  void begin(double t, const std::vector<double>& y, const std::vector<double>& S);
  void load(const std::vector<double>& y, const std::vector<double>& S) const;
  [[noreturn]] void explain(int flag);
  std::size_t largest_error() const;

  // What CVODES calls. A recoverable failure, 1, makes it try a smaller step.
  static int slopes(double t, N_Vector y, N_Vector slope, void* self);
  static int jacobian(double t, N_Vector y, N_Vector, SUNMatrix J, void* self, N_Vector, N_Vector, N_Vector);
  static int sensitivities(int count, double t, N_Vector y, N_Vector, N_Vector* S, N_Vector* to, void* self, N_Vector,
                           N_Vector);
  static int weights(N_Vector y, N_Vector weight, void* self);

  /// The largest that each component of one weighted vector has been: of the states, or of one sensitivity times its
  /// parameter. CVODES keeps one vector of weights for each, which tells them apart.
  struct Peaks {
    N_Vector weight;
    std::vector<double> of;
  };

  Rates& rates;
  double scale, end = 0.0;
  long steps = 0;
  std::vector<Peaks> peaks;
  std::vector<double> size;  // of each active parameter
  std::vector<const double*> from;
  std::vector<double*> to;
  SUNContext context = nullptr;
  void* cvodes = nullptr;
  N_Vector y = nullptr, scratch = nullptr;
  N_Vector* S = nullptr;
  SUNMatrix matrix = nullptr;
  SUNLinearSolver solver = nullptr;
};

CvodesSolver::Memory::Memory(Rates& rates_, double scale_)
    : rates(rates_), scale(scale_), from(rates.active()), to(rates.active()) {
  const auto n = static_cast<sunindextype>(rates.states());
  const int sensitivities = static_cast<int>(rates.active());
  SUNContext_Create(nullptr, &context);
  if (context) {
    y = N_VNew_Serial(n, context);
    cvodes = CVodeCreate(rates.method() == OdeSystem::Method::bdf ? CV_BDF : CV_ADAMS, context);
    matrix = SUNDenseMatrix(n, n, context);
  }
  if (y && matrix) solver = SUNLinSol_Dense(y, matrix, context);
  if (y) scratch = N_VClone(y);
  if (y && sensitivities > 0) S = N_VCloneVectorArray(sensitivities, y);
  if (!cvodes || !solver || !scratch || (sensitivities > 0 && !S)) throw std::bad_alloc();
  for (std::size_t a = 0; a < rates.active(); ++a) {
    const double p = std::abs(rates.parameter(a));
    size.push_back(p > 0.0 ? p : 1.0);
  }
}

CvodesSolver::Memory::~Memory() {
  if (cvodes) CVodeFree(&cvodes);
  if (solver) SUNLinSolFree(solver);
  if (matrix) SUNMatDestroy(matrix);
  if (S) N_VDestroyVectorArray(S, static_cast<int>(rates.active()));
  if (scratch) N_VDestroy(scratch);
  if (y) N_VDestroy(y);
  if (context) SUNContext_Free(&context);
}

void CvodesSolver::Memory::load(const std::vector<double>& from_y, const std::vector<double>& from_S) const {
  std::copy(from_y.begin(), from_y.end(), data(y));
  const std::size_t n = from_y.size();
  for (std::size_t a = 0; a < rates.active(); ++a) std::copy_n(from_S.data() + a * n, n, data(S[a]));
}

void CvodesSolver::Memory::begin(double t, const std::vector<double>& from_y, const std::vector<double>& from_S) {
  load(from_y, from_S);
  CVodeSetErrHandlerFn(cvodes, silent, nullptr);
  CVodeInit(cvodes, slopes, t, y);
  CVodeSetUserData(cvodes, this);
  CVodeWFtolerances(cvodes, weights);
  CVodeSetLinearSolver(cvodes, solver, matrix);
  CVodeSetJacFn(cvodes, jacobian);
  if (!S) return;
  CVodeSensInit(cvodes, static_cast<int>(rates.active()), CV_STAGGERED, sensitivities, S);
  CVodeSetSensParams(cvodes, nullptr, size.data(), nullptr);
  CVodeSensEEtolerances(cvodes);
  CVodeSetSensErrCon(cvodes, SUNTRUE);
}

int CvodesSolver::Memory::slopes(double t, N_Vector y, N_Vector slope, void* self) {
  return static_cast<Memory*>(self)->rates.derivatives(t, data(y), data(slope)) ? 0 : 1;
}

int CvodesSolver::Memory::jacobian(double t, N_Vector y, N_Vector, SUNMatrix J, void* self, N_Vector, N_Vector,
                                   N_Vector) {
  static_cast<Memory*>(self)->rates.jacobian(t, data(y), SUNDenseMatrix_Data(J));
  return 0;
}

int CvodesSolver::Memory::sensitivities(int, double t, N_Vector y, N_Vector, N_Vector* S, N_Vector* slope, void* self,
                                        N_Vector, N_Vector) {
  Memory& memory = *static_cast<Memory*>(self);
  for (std::size_t a = 0; a < memory.to.size(); ++a) {
    memory.from[a] = data(S[a]);
    memory.to[a] = data(slope[a]);
  }
  return memory.rates.sensitivities(t, data(y), memory.from.data(), memory.to.data()) ? 0 : 1;
}

int CvodesSolver::Memory::weights(N_Vector y, N_Vector weight, void* self) {
  Memory& memory = *static_cast<Memory*>(self);
  const std::size_t n = memory.rates.states();
  auto found = std::find_if(memory.peaks.begin(), memory.peaks.end(),
                            [weight](const Peaks& each) { return each.weight == weight; });
  if (found == memory.peaks.end())
    found = memory.peaks.insert(found, {weight, std::vector<double>(n, of_scale / of_peak * memory.scale)});
  const double* const value = data(y);
  double* const to = data(weight);
  for (std::size_t i = 0; i < n; ++i) {
    const double size = std::abs(value[i]);
    double& peak = found->of[i];
    if (size > peak) peak = size;
    to[i] = 1.0 / (memory.rates.relative_tolerance() * std::max(size, of_peak * peak));
    if (!std::isfinite(to[i])) return -1;
  }
  return 0;
}

std::size_t CvodesSolver::Memory::largest_error() const {
  std::size_t worst = 0;
  if (CVodeGetEstLocalErrors(cvodes, scratch) != CV_SUCCESS || peaks.empty()) return 0;
  const double *const error = data(scratch), *const weight = data(peaks[0].weight);
  for (std::size_t i = 1; i < rates.states(); ++i)
    if (std::abs(error[i]) * weight[i] > std::abs(error[worst]) * weight[worst]) worst = i;
  return worst;
}

void CvodesSolver::Memory::explain(int flag) {
  double t = 0.0, step = 0.0;
  CVodeGetCurrentTime(cvodes, &t);
  CVodeGetCurrentStep(cvodes, &step);
  if (CVodeGetDky(cvodes, t, 0, scratch) == CV_SUCCESS) rates.explain_non_finite(t, data(scratch));
  const std::size_t worst = largest_error();
  switch (flag) {
    case CV_TOO_MUCH_WORK:
      rates.stop(worst, t, fmt::format("{} steps were not enough, the last of length {:.2g}", most_steps, step));
    case CV_FIRST_RHSFUNC_ERR:
    case CV_REPTD_RHSFUNC_ERR:
    case CV_UNREC_RHSFUNC_ERR:
    case CV_RHSFUNC_FAIL:
    case CV_FIRST_SRHSFUNC_ERR:
    case CV_REPTD_SRHSFUNC_ERR:
    case CV_UNREC_SRHSFUNC_ERR:
    case CV_SRHSFUNC_FAIL:
      rates.stop(worst, t, "a derivative is not finite just behind it");
    case CV_ILL_INPUT:
      rates.stop(worst, t, "it is no longer finite");
    default:
      rates.stop(worst, t, fmt::format("the step became too small ({:.2g})", step));
  }
}

CvodesSolver::CvodesSolver(Rates& rates, double t, const std::vector<double>& y, const std::vector<double>& S,
                           double scale)
    : memory_(std::make_unique<Memory>(rates, scale)) {
  std::vector<double> unused(y.size());
  rates.explain_non_finite(t, y.data());
  memory_->begin(t, y, S);
}

CvodesSolver::~CvodesSolver() = default;

void CvodesSolver::restart(double t, const std::vector<double>& y, const std::vector<double>& S) {
  Memory& memory = *memory_;
  long steps = 0;
  CVodeGetNumSteps(memory.cvodes, &steps);
  memory.steps += steps;
  memory.rates.explain_non_finite(t, y.data());
  memory.load(y, S);
  CVodeReInit(memory.cvodes, t, memory.y);
  if (memory.S) CVodeSensReInit(memory.cvodes, CV_STAGGERED, memory.S);
}

void CvodesSolver::stop_at(double end) {
  memory_->end = end;
  CVodeSetStopTime(memory_->cvodes, end);
}

void CvodesSolver::advance(double t, std::vector<double>& y, std::vector<double>& S) {
  Memory& memory = *memory_;
  long steps = 0;
  CVodeGetNumSteps(memory.cvodes, &steps);
  CVodeSetMaxNumSteps(memory.cvodes, std::max(1L, most_steps - memory.steps - steps));
  double reached = 0.0;
  const int flag = CVode(memory.cvodes, t, memory.y, &reached, CV_NORMAL);
  if (flag < 0) memory.explain(flag);
  if (memory.S) CVodeGetSens(memory.cvodes, &reached, memory.S);
  const std::size_t n = y.size();
  std::copy_n(data(memory.y), n, y.data());
  for (std::size_t a = 0; a < memory.rates.active(); ++a) std::copy_n(data(memory.S[a]), n, S.data() + a * n);
}

}  // namespace thalweg::inline v0_1::ode
