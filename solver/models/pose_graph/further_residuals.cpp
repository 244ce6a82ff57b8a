#include "models/pose_graph/further_residuals.hpp"

#include <algorithm>
#include <string>

#include <thalweg/models/relative_pose.hpp>

#include "models/pose_graph/information.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

using Kind = PoseGraph::Measurement::Kind;

/// One measurement: z, the root of its information, and where the sensors sit.
struct Record {
  std::array<double, 7> z{}, sensor_a{}, sensor_b{};
  std::array<double, 21> root{};
};

/// R v, R that of the unit quaternion q = (u, w): v + 2 (u × (u × v) + w u × v).
template <class Q, class V>
auto turned(const Q& q, const V& v) {
  using T = std::decay_t<decltype(q[0] * v[0])>;
  const T a = q[1] * v[2] - q[2] * v[1], b = q[2] * v[0] - q[0] * v[2], c = q[0] * v[1] - q[1] * v[0];
  return Vec<T, 3>(v[0] + 2.0 * (q[1] * c - q[2] * b + q[3] * a), v[1] + 2.0 * (q[2] * a - q[0] * c + q[3] * b),
                   v[2] + 2.0 * (q[0] * b - q[1] * a + q[3] * c));
}

struct Plane {
  static constexpr int size = 3, space = 2;
  static constexpr std::array<double, 7> identity = {};
  using Edge = PlaneEdge;
  using Relative = RelativePosePlane;
  template <class X>
  static auto composed(const X& x, const std::array<double, 7>& s) {
    using std::cos;
    using std::sin;
    using T = std::decay_t<decltype(x[0] + 0.0)>;
    const T c = cos(T(x[2])), n = sin(T(x[2]));
    return Vec<T, 3>(x[0] + c * s[0] - n * s[1], x[1] + n * s[0] + c * s[1], x[2] + s[2]);
  }
};

struct Space {
  static constexpr int size = 7, space = 3;
  static constexpr std::array<double, 7> identity = {0, 0, 0, 0, 0, 0, 1};
  using Edge = SpaceEdge;
  using Relative = RelativePoseSpace;
  template <class X>
  static auto composed(const X& x, const std::array<double, 7>& s) {
    using T = std::decay_t<decltype(x[0] + 0.0)>;
    const Vec<T, 4> q(x[3], x[4], x[5], x[6]);
    const Vec<T, 3> t = turned(q, std::array<double, 3>{s[0], s[1], s[2]});
    Vec<T, 7> y;
    y << x[0] + t[0], x[1] + t[1], x[2] + t[2],  //
        q[3] * s[3] + q[0] * s[6] + q[1] * s[5] - q[2] * s[4], q[3] * s[4] - q[0] * s[5] + q[1] * s[6] + q[2] * s[3],
        q[3] * s[5] + q[0] * s[4] - q[1] * s[3] + q[2] * s[6], q[3] * s[6] - q[0] * s[3] - q[1] * s[4] - q[2] * s[5];
    return y;
  }
};

template <class P>
typename P::Edge edge_of(const Record& m) {
  typename P::Edge edge;
  std::copy_n(m.z.begin(), edge.measurement.size(), edge.measurement.begin());
  std::copy_n(m.root.begin(), edge.root.size(), edge.root.begin());
  return edge;
}

/// E = Z⁻¹ (Xₐ Sₐ)⁻¹ X_b S_b; of a prior Xₐ Sₐ is the identity.
template <class P>
struct OffsetEdge {
  template <class A, class B>
  auto operator()(const A& a, const B& b, const Record& m) const {
    return typename P::Relative{}(P::composed(a, m.sensor_a), P::composed(b, m.sensor_b), edge_of<P>(m));
  }
};
template <class P>
struct PosePrior {
  template <class B>
  auto operator()(const B& b, const Record& m) const {
    return typename P::Relative{}(P::identity, P::composed(b, m.sensor_b), edge_of<P>(m));
  }
};
/// U (p − z).
template <class P, class Point>
auto place_error(const Point& p, const Record& m) {
  using T = std::decay_t<decltype(p[0] + 0.0)>;
  Vec<T, P::space> e;
  for (int k = 0; k < P::space; ++k) e[k] = p[k] - m.z[static_cast<std::size_t>(k)];
  return detail::weighted<P::space, T>(m.root, e);
}
template <class P>
struct PlacePrior {
  template <class A>
  auto operator()(const A& a, const Record& m) const {
    return place_error<P>(P::composed(a, m.sensor_a), m);
  }
};
template <class P>
struct LandmarkPrior {
  template <class L>
  auto operator()(const L& l, const Record& m) const {
    return place_error<P>(l, m);
  }
};
template <class P>
struct LandmarkEdge {
  template <class A, class B>
  auto operator()(const A& a, const B& b, const Record& m) const {
    return place_error<P>((b - a).eval(), m);
  }
};
struct OffsetSighting {
  template <class A, class L>
  auto operator()(const A& a, const L& l, const Record& m) const {
    return SightingPlane{}(Plane::composed(a, m.sensor_a), l,
                           PlaneSighting{{m.z[0], m.z[1]}, {m.root[0], m.root[1], m.root[2]}});
  }
};
/// U (z − angle of X⁻¹ ℓ), that in [−π, π].
struct Bearing {
  template <class A, class L>
  auto operator()(const A& a, const L& l, const Record& m) const {
    using std::atan2;
    using std::cos;
    using std::sin;
    using T = std::decay_t<decltype(a[0] + l[0])>;
    // Turned by z, too, so that the angle is small where it is right.
    const T angle = a[2] + m.z[0];
    const T c = cos(angle), s = sin(angle), dx = l[0] - a[0], dy = l[1] - a[1];
    return Vec<T, 1>(m.root[0] * atan2(T(s * dx - c * dy), T(c * dx + s * dy)));
  }
};

/// The measurements of one kind.
struct Chosen {
  std::vector<int> a, b;
  std::vector<Record> records;

  template <class P>
  static Chosen of(const PoseGraph& g, Kind kind, const P&) {
    Chosen chosen;
    const auto placed = [&](std::int32_t sensor) {
      std::array<double, 7> s = P::identity;
      if (sensor >= 0) std::copy_n(g.sensors.begin() + std::ptrdiff_t{P::size} * sensor, P::size, s.begin());
      return s;
    };
    for (const PoseGraph::Measurement& m : g.further) {
      if (m.kind != kind) continue;
      chosen.a.push_back(m.a);
      chosen.b.push_back(m.b);
      Record record{m.z, placed(m.sensor_a), placed(m.sensor_b), {}};
      root_of_information(g.dimension_of(kind), m.information.data(), record.root.data(), "measurement",
                          static_cast<std::size_t>(&m - g.further.data()));
      chosen.records.push_back(record);
    }
    return chosen;
  }
};

template <class P, class Poses, class Landmarks>
void add(Problem& problem, const PoseGraph& g, const P& plane, const Poses& poses, const Landmarks* landmarks,
         const Loss& loss) {
  const auto each = [&](Kind kind, const auto& state) {
    const Chosen chosen = Chosen::of(g, kind, plane);
    if (!chosen.records.empty()) state(chosen).set_loss(loss);
  };
  each(Kind::pose_prior, [&](const Chosen& c) -> ResidualGroup& {
    return problem.add_residuals("pose_prior", PosePrior<P>{}, poses[c.b], c.records);
  });
  each(Kind::offset_edge, [&](const Chosen& c) -> ResidualGroup& {
    return problem.add_residuals("offset_edge", OffsetEdge<P>{}, poses[c.a], poses[c.b], c.records);
  });
  each(Kind::place_prior, [&](const Chosen& c) -> ResidualGroup& {
    return problem.add_residuals("place_prior", PlacePrior<P>{}, poses[c.a], c.records);
  });
  if (!landmarks) return;
  const Landmarks& points = *landmarks;
  each(Kind::landmark_prior, [&](const Chosen& c) -> ResidualGroup& {
    return problem.add_residuals("landmark_prior", LandmarkPrior<P>{}, points[c.a], c.records);
  });
  each(Kind::landmark_edge, [&](const Chosen& c) -> ResidualGroup& {
    return problem.add_residuals("landmark_edge", LandmarkEdge<P>{}, points[c.a], points[c.b], c.records);
  });
  if constexpr (P::space == 2) {
    each(Kind::offset_sighting, [&](const Chosen& c) -> ResidualGroup& {
      return problem.add_residuals("offset_sighting", OffsetSighting{}, poses[c.a], points[c.b], c.records);
    });
    each(Kind::bearing, [&](const Chosen& c) -> ResidualGroup& {
      return problem.add_residuals("bearing", Bearing{}, poses[c.a], points[c.b], c.records);
    });
  }
}

}  // namespace

void add_further(Problem& problem, const PoseGraph& g, const Parameters<3, SE2>& poses, const Parameters<2>* landmarks,
                 const Loss& loss) {
  add(problem, g, Plane{}, poses, landmarks, loss);
}
void add_further(Problem& problem, const PoseGraph& g, const Parameters<7, SE3>& poses, const Parameters<3>* landmarks,
                 const Loss& loss) {
  add(problem, g, Space{}, poses, landmarks, loss);
}

}  // namespace thalweg::inline v0_1::graph
