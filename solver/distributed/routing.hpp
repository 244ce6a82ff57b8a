// Items on their way to the processes that they are for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <thalweg/distributed/communicator.hpp>

namespace thalweg::inline v0_1::routing {

inline std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Where each of `slices` slices of `count` things begins, and the end of the last: as even as can be.
inline std::vector<std::int64_t> even_slices(std::int64_t count, std::int64_t slices) {
  std::vector<std::int64_t> begins;
  for (std::int64_t p = 0; p <= slices; ++p) begins.push_back(count * p / slices);
  return begins;
}

/// Of slices that begin at `begins`, which holds `number`.
inline std::size_t slice_with(std::span<const std::int64_t> begins, std::int64_t number) {
  return at(std::upper_bound(begins.begin(), begins.end(), number) - begins.begin() - 1);
}

/// of[p] goes to process p; what each process sent here, in the order of the processes. Collective.
template <class T>
std::vector<std::vector<T>> exchanged(const Communicator& communicator, std::vector<std::vector<T>> of) {
  std::vector<Communicator::Bytes> sent;
  for (std::vector<T>& each : of) {
    sent.push_back(as_bytes(std::span<const T>(each)));
    each = {};
  }
  of.clear();
  for (Communicator::Bytes& each : communicator.exchange(sent)) {
    of.push_back(from_bytes<T>(each));
    each = {};
  }
  return of;
}

/// The same, one after the other.
template <class T>
std::vector<T> joined(const Communicator& communicator, std::vector<std::vector<T>> of) {
  std::vector<T> all;
  for (std::vector<T>& each : exchanged(communicator, std::move(of))) {
    all.insert(all.end(), each.begin(), each.end());
    each = {};
  }
  return all;
}

/// What the process at home of each of `numbers`, which rise, answers to it: answer(number) is called there, where
/// process p is at home of begins[p] to begins[p + 1]. Collective.
template <class T, class Answer>
std::vector<T> ask(const Communicator& communicator, std::span<const std::int64_t> begins,
                   std::span<const std::int64_t> numbers, Answer answer) {
  std::vector<std::vector<std::int64_t>> of(at(communicator.size()));
  for (const std::int64_t n : numbers) of[slice_with(begins, n)].push_back(n);
  const std::vector<std::vector<std::int64_t>> asked = exchanged(communicator, std::move(of));
  std::vector<std::vector<T>> answers(asked.size());
  for (std::size_t p = 0; p < asked.size(); ++p)
    for (const std::int64_t n : asked[p]) answers[p].push_back(answer(n));
  return joined(communicator, std::move(answers));
}

}  // namespace thalweg::inline v0_1::routing
