// One declaration per kind of problem; each is defined in its folder.
#pragma once

#include <thalweg/studies/study.hpp>

namespace thalweg::studies {

Kind pose_graph();
Kind catalogue();
Kind bundle();
Kind problem_file();  ///< of curve fits and regressions, and all that no other kind recognises

}  // namespace thalweg::studies
