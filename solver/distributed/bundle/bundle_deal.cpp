#include <distributed/bundle/bundle_deal.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <distributed/bundle/place_cut.hpp>
#include <distributed/routing.hpp>
#include <thalweg/math/rotation.hpp>

namespace thalweg::inline v0_1 {
namespace {

using routing::ask;
using routing::at;
using routing::even_slices;
using routing::joined;
using routing::slice_with;

using Numbers = std::vector<std::int64_t>;

// What passes between processes; cameras and points by their numbers in the file.
struct Centre {
  double c[3];
};
struct Sighting {  ///< of a point by cameras of one slice
  std::int64_t point, observations;
  double centres[3];  ///< their sum
};
struct Point {
  std::int64_t number, piece;
  double x[3];
};
struct Observation {
  std::int64_t number;
  std::int32_t camera, point;
  double u, v;
};
struct Routed {
  std::int64_t piece;
  Observation observation;
};
struct Interest {  ///< of a piece in a camera
  std::int64_t camera, piece, observations;
};
struct Owned {
  std::int64_t camera, piece;
};
struct Numbered {
  std::int64_t camera, shared;
};
struct Camera {
  std::int64_t shared;
  double x[9];
};

Numbers unique(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::size_t place_in(const Numbers& rising, std::int64_t number) {
  return at(std::lower_bound(rising.begin(), rising.end(), number) - rising.begin());
}

class Dealer {
 public:
  Dealer(const Communicator& communicator, BundleSlice slice, const std::string& path, int pieces)
      : communicator_(communicator),
        slice_(std::move(slice)),
        pieces_(even_slices(pieces, communicator.size())),
        camera_homes_(even_slices(slice_.cameras, communicator.size())),
        point_homes_(even_slices(slice_.points, communicator.size())),
        rank_(at(communicator.rank())) {
    parts_.resize(at(pieces_[rank_ + 1] - pieces_[rank_]));
    for (BundlePart& part : parts_) {
      part.local.file = path;
      part.camera_count = slice_.cameras;
      part.point_count = slice_.points;
      part.observation_count = slice_.observations;
    }
  }

  std::vector<BundlePart> deal() {
    cameras_ = to_homes(communicator_, slice_.first_camera_number, slice_.camera_numbers, 9, camera_homes_);
    points_ = to_homes(communicator_, slice_.first_point_number, slice_.point_numbers, 3, point_homes_);
    for (auto* read : {&slice_.camera_numbers, &slice_.point_numbers}) *read = {};
    piece_of_ = cut_places(communicator_, places(), point_homes_[rank_], static_cast<int>(pieces_.back()));
    deal_points();
    deal_observations();
    choose_owners();
    deal_cameras();
    return std::move(parts_);
  }

 private:
  std::size_t process_of(std::int64_t piece) const { return slice_with(pieces_, piece); }
  BundlePart& part(std::int64_t piece) { return parts_[at(piece - pieces_[rank_])]; }

  /// c = −Rᵀt.
  Centre centre_of(std::int64_t camera) const {
    const double* const x = cameras_.data() + 9 * (camera - camera_homes_[rank_]);
    const Vec<double, 3> back(-x[0], -x[1], -x[2]), t(x[3], x[4], x[5]);
    const Vec<double, 3> c = -rotate(quaternion_of_vector(back), t);
    return {{c[0], c[1], c[2]}};
  }

  /// Of each point of the slice how often it is seen there, and the sum of the centres that see it; rising.
  std::vector<Sighting> sightings() {
    const Numbers cameras = unique({slice_.camera_of.begin(), slice_.camera_of.end()});
    const std::vector<Centre> centres =
        ask<Centre>(communicator_, camera_homes_, cameras, [this](std::int64_t c) { return centre_of(c); });
    std::vector<std::int64_t> order(slice_.point_of.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [this](std::int64_t a, std::int64_t b) {
      return slice_.point_of[at(a)] < slice_.point_of[at(b)];
    });
    std::vector<Sighting> found;
    for (const std::int64_t i : order) {
      if (found.empty() || found.back().point != slice_.point_of[at(i)])
        found.push_back({slice_.point_of[at(i)], 0, {}});
      ++found.back().observations;
      const Centre& c = centres[place_in(cameras, slice_.camera_of[at(i)])];
      for (std::size_t d = 0; d < 3; ++d) found.back().centres[d] += c.c[d];
    }
    return found;
  }

  /// Of the points that are at home here: halfway between a point and the mean of the centres that see it. A point
  /// alone says little of its cameras where it is far away, and centres alone tell the sides of a street not apart.
  std::vector<Place> places() {
    std::vector<std::vector<Sighting>> of(at(communicator_.size()));
    for (const Sighting& s : sightings()) {
      seen_.push_back(s.point);
      of[slice_with(point_homes_, s.point)].push_back(s);
    }
    std::vector<Place> places(at(point_homes_[rank_ + 1] - point_homes_[rank_]));
    for (const Sighting& s : joined(communicator_, std::move(of))) {
      Place& place = places[at(s.point - point_homes_[rank_])];
      place.weight += s.observations;
      for (std::size_t d = 0; d < 3; ++d) place.at[d] += s.centres[d];
    }
    for (std::size_t i = 0; i < places.size(); ++i)
      for (std::size_t d = 0; d < 3; ++d)
        places[i].at[d] = 0.5 * (points_[3 * i + d] + places[i].at[d] / static_cast<double>(places[i].weight));
    return places;
  }

  void deal_points() {
    std::vector<std::vector<Point>> of(at(communicator_.size()));
    for (std::size_t i = 0; i < piece_of_.size(); ++i)
      of[process_of(piece_of_[i])].push_back({point_homes_[rank_] + static_cast<std::int64_t>(i),
                                              piece_of_[i],
                                              {points_[3 * i], points_[3 * i + 1], points_[3 * i + 2]}});
    points_ = {};
    for (const Point& p : joined(communicator_, std::move(of))) {
      part(p.piece).points.push_back(p.number);
      part(p.piece).local.points.insert(part(p.piece).local.points.end(), p.x, p.x + 3);
    }
  }

  /// Camera numbers stay those of the file until deal_cameras().
  void deal_observations() {
    const std::vector<std::int32_t> pieces = ask<std::int32_t>(
        communicator_, point_homes_, seen_, [this](std::int64_t p) { return piece_of_[at(p - point_homes_[rank_])]; });
    std::vector<std::vector<Routed>> of(at(communicator_.size()));
    for (std::size_t i = 0; i < slice_.u.size(); ++i) {
      const std::int32_t piece = pieces[place_in(seen_, slice_.point_of[i])];
      of[process_of(piece)].push_back({piece,
                                       {slice_.first_observation + static_cast<std::int64_t>(i), slice_.camera_of[i],
                                        slice_.point_of[i], slice_.u[i], slice_.v[i]}});
    }
    for (auto* read : {&slice_.u, &slice_.v}) *read = {};
    for (auto* read : {&slice_.camera_of, &slice_.point_of}) *read = {};
    for (const auto& [piece, o] : joined(communicator_, std::move(of))) {
      BundlePart& to = part(piece);
      to.observations.push_back(o.number);
      to.local.camera_of.push_back(o.camera);
      to.local.point_of.push_back(static_cast<std::int32_t>(place_in(to.points, o.point)));
      to.local.u.push_back(o.u);
      to.local.v.push_back(o.v);
    }
  }

  /// The piece with most of a camera's observations, the first of those; of a camera that is not observed by its place
  /// in the file.
  void choose_owners() {
    std::vector<std::vector<Interest>> of(at(communicator_.size()));
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      Numbers cameras(parts_[k].local.camera_of.begin(), parts_[k].local.camera_of.end());
      std::sort(cameras.begin(), cameras.end());
      for (auto from = cameras.begin(); from != cameras.end();) {
        const auto to = std::upper_bound(from, cameras.end(), *from);
        of[slice_with(camera_homes_, *from)].push_back(
            {*from, pieces_[rank_] + static_cast<std::int64_t>(k), to - from});
        from = to;
      }
    }
    owner_.resize(at(camera_homes_[rank_ + 1] - camera_homes_[rank_]));
    for (std::size_t c = 0; c < owner_.size(); ++c)
      owner_[c] = (camera_homes_[rank_] + static_cast<std::int64_t>(c)) * pieces_.back() / slice_.cameras;
    Numbers most(owner_.size());
    for (const Interest& i : joined(communicator_, std::move(of))) {
      const std::size_t c = at(i.camera - camera_homes_[rank_]);
      if (i.observations <= most[c]) continue;
      most[c] = i.observations;
      owner_[c] = i.piece;
    }
  }

  /// Numbers of shared blocks: by owner, then by camera.
  void number_cameras(std::vector<Numbers>& cameras_of_piece) {
    std::vector<std::vector<Owned>> of(at(communicator_.size()));
    Numbers first(at(pieces_.back()) + 1);
    for (std::size_t c = 0; c < owner_.size(); ++c) {
      of[process_of(owner_[c])].push_back({camera_homes_[rank_] + static_cast<std::int64_t>(c), owner_[c]});
      ++first[at(owner_[c]) + 1];
    }
    communicator_.sum(std::span<std::int64_t>(first));
    std::partial_sum(first.begin(), first.end(), first.begin());
    cameras_of_piece.resize(parts_.size());
    std::vector<std::vector<Numbered>> back(at(communicator_.size()));
    for (const Owned& o : joined(communicator_, std::move(of))) {
      Numbers& list = cameras_of_piece[at(o.piece - pieces_[rank_])];
      back[slice_with(camera_homes_, o.camera)].push_back(
          {o.camera, first[at(o.piece)] + static_cast<std::int64_t>(list.size())});
      list.push_back(o.camera);
    }
    shared_.resize(owner_.size());
    for (const Numbered& n : joined(communicator_, std::move(back)))
      shared_[at(n.camera - camera_homes_[rank_])] = n.shared;
    for (BundlePart& part : parts_) part.first_camera = first;
  }

  void deal_cameras() {
    std::vector<Numbers> held;  // of each piece, by the file
    number_cameras(held);
    Numbers all;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      const std::vector<std::int32_t>& seen = parts_[k].local.camera_of;
      held[k].insert(held[k].end(), seen.begin(), seen.end());
      held[k] = unique(std::move(held[k]));
      all.insert(all.end(), held[k].begin(), held[k].end());
    }
    all = unique(std::move(all));
    const std::vector<Camera> cameras = ask<Camera>(communicator_, camera_homes_, all, [this](std::int64_t c) {
      const std::size_t i = at(c - camera_homes_[rank_]);
      Camera camera{shared_[i], {}};
      std::copy_n(cameras_.begin() + static_cast<std::ptrdiff_t>(9 * i), 9, camera.x);
      return camera;
    });
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      BundlePart& part = parts_[k];
      const auto camera = [&](std::int64_t number) -> const Camera& { return cameras[place_in(all, number)]; };
      part.cameras = std::move(held[k]);
      std::sort(part.cameras.begin(), part.cameras.end(),
                [&](std::int64_t a, std::int64_t b) { return camera(a).shared < camera(b).shared; });
      for (const std::int64_t c : part.cameras) {
        part.shared.push_back(camera(c).shared);
        part.local.cameras.insert(part.local.cameras.end(), camera(c).x, camera(c).x + 9);
      }
      for (std::int32_t& c : part.local.camera_of)
        c = static_cast<std::int32_t>(place_in(part.shared, camera(c).shared));
    }
  }

  const Communicator& communicator_;
  BundleSlice slice_;
  Numbers pieces_, camera_homes_, point_homes_;  // of the processes
  std::size_t rank_;
  std::vector<BundlePart> parts_;
  std::vector<double> cameras_, points_;  // at home here
  Numbers seen_;                          // points of the slice, rising
  std::vector<std::int32_t> piece_of_;    // of points at home here
  Numbers owner_, shared_;                // of cameras at home here: piece, number of the shared block
};

}  // namespace

std::vector<double> to_homes(const Communicator& communicator, std::int64_t first, const std::vector<double>& numbers,
                             std::int64_t size, const std::vector<std::int64_t>& homes) {
  std::vector<std::vector<double>> of(at(communicator.size()));
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const std::int64_t number = first + static_cast<std::int64_t>(k);
    std::vector<double>& to = of[slice_with(homes, number / size)];
    if (to.empty()) to.push_back(static_cast<double>(number));  // exact: numbers are below 2⁵³
    to.push_back(numbers[k]);
  }
  const auto rank = at(communicator.rank());
  std::vector<double> mine(at((homes[rank + 1] - homes[rank]) * size));
  for (const std::vector<double>& piece : routing::exchanged(communicator, std::move(of))) {
    if (piece.empty()) continue;
    const auto begin = static_cast<std::int64_t>(piece[0]) - homes[rank] * size;
    std::copy(piece.begin() + 1, piece.end(), mine.begin() + begin);
  }
  return mine;
}

std::vector<BundlePart> deal(const Communicator& communicator, BundleSlice slice, const std::string& path, int pieces) {
  return Dealer(communicator, std::move(slice), path, pieces).deal();
}

}  // namespace thalweg::inline v0_1
