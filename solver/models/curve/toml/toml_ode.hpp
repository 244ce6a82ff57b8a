// Differential equations in a problem file. Private to the readers.
#pragma once

#include <string>

#include "models/curve/toml/toml_noise.hpp"

namespace thalweg::inline v0_1::reading {

class TomlOde : protected TomlNoise {
 protected:
  using TomlNoise::TomlNoise;

  /// [ode], with [ode.initial] and [[ode.event]].
  OdeSystem read_ode(const toml::table& ode, OdePlaces& places) const;
  /// initial = { A = 5 } of a data set.
  void read_initial(const toml::node& node, DataSet& data, DataPlaces& places) const;

 private:
  void read_initials(const toml::table& initial, OdeSystem& system, OdePlaces& places) const;
  OdeEvent read_event(const toml::table& entry, OdePlaces::Event& places) const;
  double time_of(const toml::table& entry, const char* key, Place& place) const;
  /// A formula as text, or a number.
  std::string formula(const toml::node& node, const std::string& name, PlacedText& places) const;
};

}  // namespace thalweg::inline v0_1::reading
