// The options of pose graphs.
#include "cli/option_table.hpp"

namespace thalweg::tool {
namespace {

using A = Arguments;
using G = Given;

constexpr const char* pose_graphs = "Pose graphs";

const OptionLine lines[] = {
    {"--init", "NAME", pose_graphs, of_solve | of_check,
     "where it begins: auto, file, tree, chordal (auto: the first that is near a minimum, else the lowest cost)",
     [](A& a, const G& g) { a.solve.initialization = parse_initialization(g.text()); }},
    {"--information-order", "NAME", pose_graphs, of_solve | of_check,
     "of EDGE2 and EDGE3 lines: toro (of EDGE2 11 12 22 33 13 23), g2o (11 12 13 22 23 33), isam (square roots) (toro)",
     [](A& a, const G& g) {
       a.solve.information_order = static_cast<InformationOrder>(g.one_of({"toro", "g2o", "isam"}));
     }},

    {"--indefinite", "NAME", pose_graphs, of_solve | of_check,
     "of indefinite information: refuse, clip (negative eigenvalues are zero), diagonal, skip (refuse)",
     [](A& a, const G& g) {
       a.solve.indefinite = static_cast<Indefinite>(g.one_of({"refuse", "clip", "diagonal", "skip"}));
     }},
    {"--ignore-unknown", "", pose_graphs, of_solve | of_check, "leave out measurements with unknown tags",
     [](A& a, const G&) { a.solve.ignore_unknown = true; }},
    {"--certify", "", pose_graphs, of_solve,
     "prove that the minimum is the global one, or bound how far it is above it; from a minimum that is refuted, look "
     "for "
     "a better one",
     [](A& a, const G&) { a.solve.certify = true; }},
};

}  // namespace

std::span<const OptionLine> pose_graph_options() { return lines; }

}  // namespace thalweg::tool
