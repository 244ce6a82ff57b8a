// Names of the types that headers pass by reference, without what they need to be complete.
#pragma once

namespace thalweg {

class Problem;
class Program;
class Objective;
class Proximable;
struct Options;
struct Result;
struct IterationRecord;

}  // namespace thalweg
