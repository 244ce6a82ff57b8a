// What doctest shows beside a failure, of names that a structured binding introduces.
#pragma once

#include <doctest/doctest.h>

/// CAPTURE of a structured binding. CAPTURE makes a lambda, and those of Clang 14 cannot refer to a structured binding.
#define CAPTURE_BINDING(name)                          \
  const auto& DOCTEST_CAT(captured_, __LINE__) = name; \
  INFO(#name " := ", DOCTEST_CAT(captured_, __LINE__))
