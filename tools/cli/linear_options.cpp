// The options of thalweg linear.
#include <limits>

#include "cli/option_table.hpp"

namespace thalweg::tool {
namespace {

using A = Arguments;
using G = Given;

constexpr double largest = std::numeric_limits<double>::max();
constexpr const char *none = "Options", *iterative = "Iterative methods", *results = "Results";

const OptionLine lines[] = {
    {"--method", "NAME", none, of_linear,
     "auto, lu, qr, cholesky, ldlt, cholmod, jacobi, gauss-seidel, sor, cg, pcg, minres, gmres, lsqr, lsmr, "
     "gradient-descent (auto)",
     [](A& a, const G& g) { a.linear.options.method = parse_linear_method(g.text()); }},
    {"--lower", "NUMBER", none, of_linear, "bound of every number of x: least squares within bounds, exactly (none)",
     [](A& a, const G& g) { a.linear.lower = g.number(-largest, "a number"); }},
    {"--upper", "NUMBER", none, of_linear, "the same from above (none)",
     [](A& a, const G& g) { a.linear.upper = g.number(-largest, "a number"); }},
    {"--threads", "N", none, of_linear, "of our Cholesky, at most; 0: all (0). The result is the same",
     [](A& a, const G& g) { a.linear.options.threads = g.whole(0); }},
    {"--time-limit", "NUMBER", none, of_linear, "seconds for the whole command (none)",
     [](A& a, const G& g) { a.solve.options.time_limit = g.positive(); }},

    {"--preconditioner", "NAME", iterative, of_linear,
     "of pcg, minres, gmres: auto, none, jacobi, block-jacobi, incomplete-cholesky, incomplete-lu (auto)",
     [](A& a, const G& g) { a.linear.options.preconditioner = parse_preconditioner(g.text()); }},
    {"--tolerance", "NUMBER", iterative, of_linear,
     "of ‖b − Ax‖ / ‖b‖; of lsqr and lsmr also of ‖Aᵀr‖ / (‖A‖ ‖r‖) (1e-10)",
     [](A& a, const G& g) { a.linear.options.iterations.tolerance = g.number(0.0, "a number >= 0"); }},
    {"--max-iterations", "N", iterative, of_linear, "at most (10 for each column, at least 1000)",
     [](A& a, const G& g) { a.linear.options.iterations.max_iterations = g.whole(std::int64_t{1}); }},
    {"--relaxation", "NUMBER", iterative, of_linear, "of sor, between 0 and 2 (1.5)",
     [](A& a, const G& g) {
       const double relaxation = g.positive();
       if (!(relaxation < 2.0))
         throw UsageError(fmt::format("--relaxation is '{}'; expected a number between 0 and 2", g.text()));
       a.linear.options.iterations.relaxation = relaxation;
     }},
    {"--restart", "N", iterative, of_linear, "of gmres: iterations until it begins anew (50)",
     [](A& a, const G& g) { a.linear.options.iterations.restart = g.whole(1); }},

    {"--output", "FILE.mtx", results, of_linear, "write x",
     [](A& a, const G& g) { a.linear.output = g.path_ending_with({".mtx"}); }},
    {"--json", "FILE|-", results, of_linear, "write JSON to a file; - : to standard output",
     [](A& a, const G& g) { a.linear.json = g.path(true); }},
    {"--quiet", "", results, of_linear, "print nothing but errors", [](A& a, const G&) { a.linear.quiet = true; }},
};

}  // namespace

std::span<const OptionLine> linear_options() { return lines; }

}  // namespace thalweg::tool
