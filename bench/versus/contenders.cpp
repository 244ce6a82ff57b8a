#include "contenders.hpp"

#include "functions.hpp"
#include "ours.hpp"
#include "peers/ceres.hpp"
#include "peers/gsl.hpp"
#include "peers/minpack.hpp"
#include "peers/tiny.hpp"

namespace versus {

namespace {

Contender compiled(std::string setting, bool simd, const thalweg::Options& options) {
  return {"thalweg", std::move(setting), [=](const Case& c) { return compiled_fit(c, simd, options); }, true};
}
Contender ceres(std::string setting, Tolerance tolerance, int threads) {
  return {"Ceres LM", std::move(setting), [=](const Case& c) { return ceres_fit(c.function(), tolerance, threads); }};
}
Contender tiny(std::string setting, double function_tolerance) {
  return {"TinySolver", std::move(setting), [=](const Case& c) { return tiny_fit(c.function(), function_tolerance); }};
}
Contender minpack(std::string setting, double factor) {
  return {"lmder", std::move(setting), [=](const Case& c) { return minpack_fit(c.function(), factor); }};
}
Contender gsl(std::string solver, GslMethod method) {
  return {std::move(solver), "tight", [=](const Case& c) { return gsl_fit(c.function(), method); }};
}

}  // namespace

std::vector<Contender> nist_contenders(int threads) {
  const thalweg::Options options{.threads = threads};
  return {
      compiled("simd", true, options),
      compiled("scalar", false, options),
      {"thalweg", "formula", [=](const Case& c) { return formula_fit(c, options); }, true},
      compiled("simd, fast", true, thalweg::fast(options)),
      ceres("tight", Tolerance::tight, threads),
      ceres("default", Tolerance::standard, threads),
      tiny("tight", tight_tolerance),
      tiny("most digits", 0.0),
      // Tells apart what the solver and what the evaluation contribute.
      {"TinySolver", "our simd J",
       [](const Case& c) { return tiny_fit(std::make_unique<GroupFunction>(c.problem(true)), tight_tolerance); }},
      minpack("factor 100", 100.0),
      minpack("factor 1", 1.0),
      gsl("GSL lm", GslMethod::lm),
      gsl("GSL lmaccel", GslMethod::lmaccel),
  };
}

std::vector<Contender> perturbed_contenders(int threads) {
  return {
      compiled("simd", true, {.threads = threads}),
      ceres("tight", Tolerance::tight, threads),
      tiny("most digits", 0.0),
      minpack("factor 100", 100.0),
      minpack("factor 1", 1.0),
      gsl("GSL lm", GslMethod::lm),
      gsl("GSL lmaccel", GslMethod::lmaccel),
  };
}

std::vector<Contender> mgh_contenders(int threads) {
  const thalweg::Options options{.threads = threads};
  return {
      {"thalweg", "default", [=](const Case& c) { return compiled_fit(c, false, options); }, true},
      ceres("tight", Tolerance::tight, threads),
      minpack("factor 100", 100.0),
      minpack("factor 1", 1.0),
      gsl("GSL lm", GslMethod::lm),
      gsl("GSL lmaccel", GslMethod::lmaccel),
  };
}

}  // namespace versus
