// Named places between two page accesses, where a test can stop, fail or kill an operation.
//
// point(pages, Point::x) calls pages.point(Point::x) if that page access has it. The server's has
// it only when compiled with QUIVER_FAULT_POINTS, so otherwise nothing is left of a point.
#pragma once

#include <cstdint>  // uint8_t

namespace quiver::store {

enum class Point : uint8_t {
#define POINT(name, where) name,
#include "quiver/store/points.def"
#undef POINT
};

inline constexpr const char* kPointNames[] = {
#define POINT(name, where) #name,
#include "quiver/store/points.def"
#undef POINT
};

inline constexpr int kPoints = sizeof kPointNames / sizeof kPointNames[0];

template <class Pages>
inline void point(Pages& pages, Point p) {
    if constexpr (requires { pages.point(p); }) pages.point(p);
}

}  // namespace quiver::store
