// Names of the types that headers pass by reference, without what they need to be complete.
#pragma once

namespace thalweg::inline v0_1 {

class DampedSystem;
class LinearSolver;
class Manifold;
class Objective;
class Problem;
class Program;
class Proximable;
class ResidualGroup;
class Solver;
class System;
struct IterationRecord;
struct Options;
struct Result;

}  // namespace thalweg::inline v0_1
