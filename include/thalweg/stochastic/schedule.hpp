// How a learning rate changes as training goes on.
#pragma once

namespace thalweg {
struct Schedule {};
}  // namespace thalweg
