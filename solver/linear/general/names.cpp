#include <string>

#include <fmt/format.h>
#include <base/names.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>
#include <thalweg/linear/linear_system.hpp>

namespace thalweg::inline v0_1 {
namespace {

using enum LinearMethod;

constexpr Name<LinearMethod> names[] = {{"auto", automatic},
                                        {"lu", lu},
                                        {"qr", qr},
                                        {"cholesky", cholesky},
                                        {"ldlt", ldlt},
                                        {"cholmod", cholmod},
                                        {"jacobi", jacobi},
                                        {"gauss-seidel", gauss_seidel},
                                        {"sor", sor},
                                        {"gradient-descent", gradient_descent},
                                        {"gd", gradient_descent},
                                        {"cg", cg},
                                        {"pcg", pcg},
                                        {"minres", minres},
                                        {"gmres", gmres},
                                        {"lsqr", lsqr},
                                        {"lsmr", lsmr}};
constexpr LinearMethod all[] = {lu, qr,  cholesky, ldlt,  cholmod, jacobi, gauss_seidel, sor, gradient_descent,
                                cg, pcg, minres,   gmres, lsqr,    lsmr};

}  // namespace

std::string_view to_string(LinearMethod method) { return name_of(names, method); }

LinearMethod parse_linear_method(std::string_view text) {
  std::string known;
  for (const auto& [name, method] : names) {
    if (same_word(name, text)) return method;
    known += known.empty() ? "" : ", ";
    known += name;
  }
  throw Error(fmt::format("unknown method '{}'; expected one of {}", text, known));
}

std::span<const LinearMethod> all_linear_methods() { return all; }

bool is_iterative(LinearMethod method) { return method >= LinearMethod::jacobi; }

}  // namespace thalweg::inline v0_1
