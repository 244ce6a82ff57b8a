// A graph from text, and what is said of one that is not.
#pragma once

#include <string>

#include <thalweg/io/file_error.hpp>
#include <thalweg/models/pose_graph.hpp>

namespace graph_test {

inline thalweg::PoseGraph read(const std::string& text, const thalweg::GraphReading& how = {},
                               const char* name = "f.g2o") {
  return thalweg::parse_pose_graph(text, name, how);
}

inline std::string complaint(const std::string& text, const thalweg::GraphReading& how = {},
                             const char* name = "f.g2o") {
  try {
    read(text, how, name);
  } catch (const thalweg::FileError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace graph_test
