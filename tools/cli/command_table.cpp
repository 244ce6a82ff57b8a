#include "cli/command_table.hpp"

#include "cli/option_table.hpp"

namespace thalweg::tool {
namespace {

const CommandLine commands[] = {
    {Verb::solve,
     of_solve,
     "solve",
     "Solve a problem file",
     "Example: thalweg solve problems/nist/misra1a.toml --start 2 --verbose",
     {"FILE",
      "a problem: .toml (Thalweg: a curve fit or a regression), .dat (NIST), .txt, .bz2 or .gz "
      "(bundle adjustment), .g2o or .graph (pose graph, camera graph), or catalogue:NAME"}},
    {Verb::fit,
     of_fit,
     "fit",
     "Fit a formula to a table",
     "Example: thalweg fit data.csv --model \"y = a*exp(-b*x)\" --start a=1,b=1 --lower b=0",
     {"DATA",
      "a table: CSV, TSV or columns of text; - : from standard input. Of several tables each is a group of rows"}},
    {Verb::batch,
     of_batch,
     "batch",
     "Fit one model to the many data sets of a file",
     "Example: thalweg batch spots.npy --model gaussian-2d --output fits.npy --report page.html\n"
     "Results are written as they come; a run that was ended goes on with --resume.",
     {"DATA",
      "fits × points (.npy, or raw numbers with --shape), pictures × rows × columns, or a table (.csv, .tsv, .txt) "
      "with "
      "--group or --wide"}},
    {Verb::linear,
     of_linear,
     "linear",
     "Solve linear equations, or linear least squares",
     "Example: thalweg linear A.mtx b.mtx --output x.mtx\n"
     "Without b it is A · 1, and x all ones.",
     {"A.mtx", "a matrix in the Matrix Market format, plain, .gz or .bz2; behind it the right-hand side, one column"}},
    {Verb::compare,
     of_compare,
     "compare",
     "Several methods on one problem under one stopping rule",
     "Example: thalweg compare catalogue:beale --methods lm,newton,bfgs,adam --from 2,-2 --report beale.html\n"
     "Several files, and folders of them, are compared together: thalweg compare problems/nist",
     {"FILE", "problems, folders of problem files, catalogue:NAME, or a matrix A.mtx, and perhaps b.mtx behind it"}},
    {Verb::check,
     of_check,
     "check",
     "Look at a problem before solving it",
     "Example: thalweg check problems/nist/misra1a.toml --start 2\n"
     "Returns 0 when there are no findings, 1 when there are.",
     {"FILE", "a problem: .toml (Thalweg), .dat (NIST), or .txt, .bz2, .gz (bundle adjustment)"}},
    {Verb::list,
     0,
     "list",
     "List what there is",
     "Example: thalweg list problems",
     {"WHAT", "methods, models, losses, linear-solvers, formats or problems"}},
    {Verb::generate,
     0,
     "generate",
     "Make a problem of a given size and seed",
     "Example: thalweg generate bundle --cameras 50 --points 8000 --output town.txt",
     {nullptr, nullptr}},
};

const CommandLine kinds[] = {
    {Verb::generate,
     of_bundle,
     "bundle",
     "A bundle adjustment: a drive through a town of blocks",
     "Example: thalweg generate bundle --cameras 200 --points 40000 --noise 0.5 --seed 7 --output town.txt.bz2",
     {}},
    {Verb::generate,
     of_pose_graph,
     "pose-graph",
     "A pose graph: a city, a car park or a sphere",
     "Example: thalweg generate pose-graph --kind city --poses 10000 --output city.g2o",
     {}},
};

}  // namespace

std::span<const CommandLine> command_table() { return commands; }
std::span<const CommandLine> generator_table() { return kinds; }

}  // namespace thalweg::tool
