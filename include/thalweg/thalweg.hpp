// Everything an embedding application needs to state a problem and solve it.
#pragma once

#include <thalweg/inference/statistics.hpp>
#include <thalweg/math/safe.hpp>
#include <thalweg/methods/run.hpp>
#include <thalweg/minimize/multistart.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/derivative_check.hpp>
#include <thalweg/problem/problem.hpp>
