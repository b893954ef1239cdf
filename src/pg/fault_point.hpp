// Fault points on a server (store/points.hpp): compiled with `make FAULT_POINTS=1`, the setting
// quiver.fault_points says what happens where; otherwise there is neither a point nor the setting.
#pragma once

#include "quiver/store/points.hpp"

namespace quiver::pg {

#ifdef QUIVER_FAULT_POINTS

// before: no page is locked.
void fault_point(store::Point p);
void define_fault_points();

#else

inline void fault_point(store::Point) {}
inline void define_fault_points() {}

#endif

}  // namespace quiver::pg
