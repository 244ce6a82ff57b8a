#include <thalweg/distributed/pose_graph_part.hpp>

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <distributed/petsc.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Measurement = PoseGraph::Measurement;
using Kind = Measurement::Kind;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Neighbours of poses [begin, end), rising, in compressed rows.
struct Adjacency {
  std::vector<PetscInt> start, neighbour;
};
Adjacency adjacency(const PoseGraph& g, std::int64_t begin, std::int64_t end) {
  std::vector<std::vector<PetscInt>> rows(at(end - begin));
  const auto add = [&](std::int32_t a, std::int32_t b) {
    if (a >= begin && a < end && a != b) rows[at(a - begin)].push_back(static_cast<PetscInt>(b));
  };
  const auto join = [&](std::int32_t a, std::int32_t b) {
    add(a, b);
    add(b, a);
  };
  for (std::size_t e = 0; e < g.edges.from.size(); ++e) join(g.edges.from[e], g.edges.to[e]);
  for (const Measurement& m : g.further)
    if (m.kind == Kind::offset_edge) join(m.a, m.b);
  Adjacency found;
  found.start.push_back(0);
  for (auto& row : rows) {
    std::sort(row.begin(), row.end());
    row.erase(std::unique(row.begin(), row.end()), row.end());
    found.neighbour.insert(found.neighbour.end(), row.begin(), row.end());
    found.start.push_back(static_cast<PetscInt>(found.neighbour.size()));
  }
  return found;
}

/// PETSc frees what it is handed.
PetscInt* handed_over(const std::vector<PetscInt>& values) {
  PetscInt* copy = nullptr;
  petsc(PetscMalloc1(values.size() + 1, &copy));
  std::copy(values.begin(), values.end(), copy);
  return copy;
}

/// The process of each pose.
std::vector<std::int64_t> owners(const Communicator& communicator, const PoseGraph& g) {
  const std::int64_t n = g.pose_count();
  std::vector<std::int64_t> owner(at(n));
  if (communicator.size() == 1) return owner;
  const std::int64_t begin = n * communicator.rank() / communicator.size(),
                     end = n * (communicator.rank() + 1) / communicator.size();
  const Adjacency rows = adjacency(g, begin, end);
  PetscMatrix graph;
  petsc(MatCreateMPIAdj(mpi_of(communicator), static_cast<PetscInt>(end - begin), static_cast<PetscInt>(n),
                        handed_over(rows.start), handed_over(rows.neighbour), nullptr, graph.out()));
  PetscOwner<MatPartitioning, MatPartitioningDestroy> partitioning;
  PetscOwner<IS, ISDestroy> part;
  petsc(MatPartitioningCreate(mpi_of(communicator), partitioning.out()));
  petsc(MatPartitioningSetAdjacency(partitioning, graph));
  petsc(MatPartitioningSetType(partitioning, MATPARTITIONINGPTSCOTCH));
  petsc(MatPartitioningSetFromOptions(partitioning));
  petsc(MatPartitioningApply(partitioning, part.out()));
  const PetscInt* indices = nullptr;
  petsc(ISGetIndices(part, &indices));
  for (std::int64_t i = begin; i < end; ++i) owner[at(i)] = indices[i - begin];
  petsc(ISRestoreIndices(part, &indices));
  communicator.sum(std::span<std::int64_t>(owner));
  return owner;
}

bool sees_landmark(const Measurement& m) { return m.kind == Kind::offset_sighting || m.kind == Kind::bearing; }

void refuse(const PoseGraph& g) {
  for (const Measurement& m : g.further)
    if (m.kind == Kind::landmark_edge)
      throw Error(
          "edges between landmarks are not spread over processes, each of which has its own; expected none, or a solve "
          "in one process");
}

/// Copies the items of `from` that `keep` names, `size` numbers each.
void copy_items(const std::vector<double>& from, std::size_t item, std::size_t size, std::vector<double>& to) {
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(item * size),
            from.begin() + static_cast<std::ptrdiff_t>((item + 1) * size));
}

/// Builds the part from who owns what.
class Cutter {
 public:
  Cutter(const PoseGraph& g, const std::vector<std::int64_t>& owner, int rank, int processes)
      : g_(g), owner_(owner), rank_(rank) {
    // Shared numbers: by process, then by pose.
    part_.first.assign(at(processes) + 1, 0);
    for (const std::int64_t p : owner) ++part_.first[at(p) + 1];
    std::partial_sum(part_.first.begin(), part_.first.end(), part_.first.begin());
    number_.resize(owner.size());
    std::vector<std::int64_t> next(part_.first.begin(), part_.first.end() - 1);
    for (std::size_t i = 0; i < owner.size(); ++i) number_[i] = next[at(owner[i])]++;
    landmark_owner_.assign(at(g.landmark_count()), -1);
    for (std::size_t s = 0; s < g.sightings.from.size(); ++s)
      if (std::int64_t& o = landmark_owner_[at(g.sightings.to[s])]; o < 0) o = owner[at(g.sightings.from[s])];
    for (const Measurement& m : g.further)
      if (std::int64_t* const o = sees_landmark(m) ? &landmark_owner_[at(m.b)] : nullptr; o && *o < 0)
        *o = owner[at(m.a)];
    // What is measured in its place alone.
    for (std::int64_t& o : landmark_owner_) o = std::max<std::int64_t>(o, 0);
  }

  PoseGraphPart cut() {
    choose_poses();
    PoseGraph& local = part_.local;
    local.kind = g_.kind;
    local.file = g_.file;
    local.sensors = g_.sensors;
    local.sensor_ids = g_.sensor_ids;
    const std::int32_t gauge = gauge_pose(g_);
    for (const std::int64_t p : part_.poses) {
      add_pose(at(p), g_.pose_fixed[at(p)] || p == gauge);
      part_.shared.push_back(number_[at(p)]);
    }
    // Something stands still in every part: whoever holds none of the fixed poses would hold another.
    add_pose(0, true);
    local.pose_ids.back() = g_.pose_ids.back() + 1;
    part_.shared.push_back(-1);
    add_edges();
    add_landmarks();
    add_further();
    return std::move(part_);
  }

 private:
  bool mine(std::int32_t pose) const { return owner_[at(pose)] == rank_; }
  /// Whether this process has the residual: as of an edge, a sighting, or what it measures the place of.
  bool mine(const Measurement& m) const {
    if (m.kind == Kind::landmark_prior) return landmark_owner_[at(m.a)] == rank_;
    if (sees_landmark(m)) return landmark_owner_[at(m.b)] == rank_;
    return mine(m.kind == Kind::pose_prior ? m.b : m.a);
  }

  void choose_poses() {
    std::vector<char> held(owner_.size());
    for (std::size_t i = 0; i < owner_.size(); ++i) held[i] = owner_[i] == rank_;
    for (std::size_t e = 0; e < g_.edges.from.size(); ++e) {
      if (mine(g_.edges.from[e])) held[at(g_.edges.to[e])] = 1;
      part_.cut_edges += owner_[at(g_.edges.from[e])] != owner_[at(g_.edges.to[e])];
    }
    for (std::size_t s = 0; s < g_.sightings.from.size(); ++s)
      if (landmark_owner_[at(g_.sightings.to[s])] == rank_) held[at(g_.sightings.from[s])] = 1;
    for (const Measurement& m : g_.further) {
      if (m.kind == Kind::offset_edge) part_.cut_edges += owner_[at(m.a)] != owner_[at(m.b)];
      if (mine(m) && m.kind == Kind::offset_edge) held[at(m.b)] = 1;
      if (mine(m) && sees_landmark(m)) held[at(m.a)] = 1;
    }
    for (std::size_t i = 0; i < held.size(); ++i)
      if (held[i]) part_.poses.push_back(static_cast<std::int64_t>(i));
    std::sort(part_.poses.begin(), part_.poses.end(),
              [this](std::int64_t a, std::int64_t b) { return number_[at(a)] < number_[at(b)]; });
    local_.assign(owner_.size(), -1);
    for (std::size_t k = 0; k < part_.poses.size(); ++k) local_[at(part_.poses[k])] = static_cast<std::int32_t>(k);
  }

  void add_pose(std::size_t p, bool fixed) {
    PoseGraph& local = part_.local;
    copy_items(g_.poses, p, at(g_.pose_size()), local.poses);
    local.pose_ids.push_back(g_.pose_ids[p]);
    local.pose_given.push_back(1);
    local.pose_fixed.push_back(fixed);
  }

  void add_edges() {
    PoseGraph::Edges& edges = part_.local.edges;
    for (std::size_t e = 0; e < g_.edges.from.size(); ++e) {
      if (!mine(g_.edges.from[e])) continue;
      edges.from.push_back(local_[at(g_.edges.from[e])]);
      edges.to.push_back(local_[at(g_.edges.to[e])]);
      copy_items(g_.edges.measurement, e, at(g_.pose_size()), edges.measurement);
      copy_items(g_.edges.information, e, at(g_.information_size()), edges.information);
    }
  }

  void add_landmarks() {
    PoseGraph& local = part_.local;
    std::vector<std::int32_t>& number = local_landmark_;
    number.assign(landmark_owner_.size(), -1);
    for (std::size_t l = 0; l < landmark_owner_.size(); ++l) {
      if (landmark_owner_[l] != rank_) continue;
      number[l] = static_cast<std::int32_t>(part_.landmarks.size());
      part_.landmarks.push_back(static_cast<std::int64_t>(l));
      copy_items(g_.landmarks, l, at(g_.landmark_size()), local.landmarks);
      local.landmark_ids.push_back(g_.landmark_ids[l]);
      local.landmark_given.push_back(1);
      local.landmark_fixed.push_back(g_.landmark_fixed[l]);
    }
    for (std::size_t s = 0; s < g_.sightings.from.size(); ++s) {
      if (number[at(g_.sightings.to[s])] < 0) continue;
      local.sightings.from.push_back(local_[at(g_.sightings.from[s])]);
      local.sightings.to.push_back(number[at(g_.sightings.to[s])]);
      copy_items(g_.sightings.measurement, s, at(g_.landmark_size()), local.sightings.measurement);
      copy_items(g_.sightings.information, s, at(g_.sighting_information_size()), local.sightings.information);
      if (!g_.sensor_of.empty()) local.sensor_of.push_back(g_.sensor_of[s]);
    }
  }

  void add_further() {
    for (Measurement m : g_.further) {
      if (!mine(m)) continue;
      const bool a_is_landmark = m.kind == Kind::landmark_prior;
      if (m.a >= 0) m.a = a_is_landmark ? local_landmark_[at(m.a)] : local_[at(m.a)];
      if (m.b >= 0) m.b = sees_landmark(m) ? local_landmark_[at(m.b)] : local_[at(m.b)];
      part_.local.further.push_back(m);
    }
  }

  const PoseGraph& g_;
  const std::vector<std::int64_t>& owner_;
  std::int64_t rank_;
  std::vector<std::int64_t> number_, landmark_owner_;  // of all poses, landmarks
  std::vector<std::int32_t> local_, local_landmark_;   // of all poses, landmarks; −1: not here
  PoseGraphPart part_;
};

}  // namespace

PoseGraphPart part_of(const Communicator& communicator, const PoseGraph& whole) {
  communicator.together([&] { refuse(whole); });
  const std::vector<std::int64_t> owner = owners(communicator, whole);
  PoseGraphPart part = Cutter(whole, owner, communicator.rank(), communicator.size()).cut();
  communicator.together([&] {
    if (part.local.edges.count() + part.local.sightings.count() == 0 && part.local.further.empty())
      throw Error(fmt::format("{} processes for {} poses: process {} has no edge; expected fewer processes",
                              communicator.size(), whole.pose_count(), communicator.rank()));
  });
  return part;
}

Share share_of(const PoseGraphPart& part, const Loss& loss) {
  Share share{build_problem(part.local, loss), part.shared, part.first};
  share.shared.resize(part.shared.size() + part.landmarks.size(), -1);
  return share;
}

}  // namespace thalweg::inline v0_1
