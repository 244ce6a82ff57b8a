// What iSAM's files state otherwise than g2o's: square roots of information, and landmarks counted apart from poses.
#pragma once

#include "models/pose_graph/format/raw_graph.hpp"

namespace thalweg::inline v0_1::graph {

/// S to Ω, both n rows of an upper triangle: iSAM weighs by S the difference of what is predicted and measured, in the
/// frame of the first vertex. Ω is for g2o's error, whose translation is turned back by the measured rotation, and
/// whose rotation in space is half the angle. `z`: an edge's measured pose, (x, y, θ) or (t, unit quaternion); null for
/// a point, whose error is the same.
///
/// Of the plane that is exact. Of space iSAM's error has differences of Euler angles, which are those of the rotation
/// vector to first order where the measured roll and pitch are small (Kaess et al., iSAM 1.7, slam3d.h).
void square_to_information(int n, double* information, const double* z);

/// Gives landmarks that iSAM counts apart ids of their own where poses have the same, and a sensor at the pose's origin
/// to sightings without one; says so in a warning.
void complete_isam(RawGraph& raw);

}  // namespace thalweg::inline v0_1::graph
