#include "peers/gsl.hpp"
#include <thalweg/minimize/solve.hpp>

#include <algorithm>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>

namespace versus {

namespace {

Function& function(void* f) { return *static_cast<Function*>(f); }

int residuals(const gsl_vector* b, void* f, gsl_vector* r) {
  function(f).residuals(b->data, r->data);
  return GSL_SUCCESS;
}
int jacobian(const gsl_vector* b, void* f, gsl_matrix* J) {
  if (J->tda != J->size2) return GSL_EFAILED;
  function(f).jacobian(b->data, nullptr, J->data, Order::by_row);
  return GSL_SUCCESS;
}
int second_derivative(const gsl_vector* b, const gsl_vector* v, void* f, gsl_vector* rvv) {
  function(f).second_derivative(b->data, v->data, rvv->data);
  return GSL_SUCCESS;
}

struct Free {
  void operator()(gsl_multifit_nlinear_workspace* w) const { gsl_multifit_nlinear_free(w); }
};

class GslFit final : public Fit {
 public:
  GslFit(std::unique_ptr<Function> f, GslMethod method) : f_(std::move(f)) {
    gsl_set_error_handler_off();
    const auto m = static_cast<std::size_t>(f_->rows());
    const auto n = static_cast<std::size_t>(f_->parameters());
    auto parameters = gsl_multifit_nlinear_default_parameters();
    parameters.trs = method == GslMethod::lm ? gsl_multifit_nlinear_trs_lm : gsl_multifit_nlinear_trs_lmaccel;
    parameters.scale = gsl_multifit_nlinear_scale_more;
    parameters.solver = gsl_multifit_nlinear_solver_qr;
    workspace_.reset(gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &parameters, m, n));
    fdf_.f = residuals;
    fdf_.df = jacobian;
    // Without it, GSL takes differences.
    fdf_.fvv = method == GslMethod::lmaccel && f_->has_second_derivative() ? second_derivative : nullptr;
    fdf_.n = m;
    fdf_.p = n;
    fdf_.params = f_.get();
    start_.resize(n);
  }

  void prepare(std::span<const double> start) override {
    std::copy(start.begin(), start.end(), start_.begin());
    f_->residual_evaluations = f_->jacobian_evaluations = 0;
  }
  void solve() override {
    const auto start = gsl_vector_const_view_array(start_.data(), start_.size());
    int info = 0;
    gsl_multifit_nlinear_init(&start.vector, &fdf_, workspace_.get());
    gsl_multifit_nlinear_driver(most_iterations, tight_tolerance, tight_tolerance, tight_tolerance, nullptr, nullptr,
                                &info, workspace_.get());
  }
  Outcome outcome() const override {
    const gsl_vector* x = gsl_multifit_nlinear_position(workspace_.get());
    return {{x->data, x->data + x->size},
            f_->residual_evaluations,
            f_->jacobian_evaluations,
            static_cast<int>(gsl_multifit_nlinear_niter(workspace_.get()))};
  }

 private:
  std::unique_ptr<Function> f_;
  gsl_multifit_nlinear_fdf fdf_{};
  std::unique_ptr<gsl_multifit_nlinear_workspace, Free> workspace_;
  std::vector<double> start_;
};

}  // namespace

std::unique_ptr<Fit> gsl_fit(std::unique_ptr<Function> f, GslMethod method) {
  return std::make_unique<GslFit>(std::move(f), method);
}

}  // namespace versus
