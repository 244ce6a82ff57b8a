// Differential equations in the Thalweg format. Private to the writer.
#pragma once

#include <string>

#include <thalweg/models/curve_fit.hpp>

namespace thalweg::inline v0_1::writing {

/// A basic string: quotes, backslashes and control characters escaped.
std::string quoted(const std::string& text);
std::string key(const std::string& name);
/// The shortest text that reads back as the same bits.
std::string number(double v);

/// [ode], [ode.initial] and [[ode.event]], an empty line before each.
std::string ode_tables(const OdeSystem& system);
/// initial = { A = 5 } of a data set; nothing where it has none of its own.
std::string initial_line(const DataSet& data);

}  // namespace thalweg::inline v0_1::writing
