// What the differences of its residuals say about a Jacobian that somebody wrote.
#include <cmath>

#include <thalweg/problem/derivative_check.hpp>

#include "diagnosis/examination.hpp"

namespace thalweg::inline v0_1 {

void look_at_derivatives(const Examination& e, CheckReport& report) {
  if (!std::isfinite(e.start.cost)) return;  // said already
  for (const DerivativeFault& fault : check_derivatives(e.program.problem()).faults)
    report.findings.push_back(
        {Finding::Kind::wrong_derivative, fault.sentence,
         "Mend the Jacobian, or leave it out: dual numbers make an exact one.",
         fault.parameter.empty() ? std::vector<std::string>{} : std::vector<std::string>{fault.parameter}});
}

}  // namespace thalweg::inline v0_1
