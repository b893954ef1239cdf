// Page fit: how many nodes share a page, and how many bits an edge code may have.
//
// The node count per page is chosen first, because a page is what a hop pays for; the bytes that
// are left over become code bits, which are nearly free on a page that is pinned anyway.
#pragma once

#include <algorithm>  // std::min, std::max
#include <cstddef>    // size_t

#include "quiver/page/layout.hpp"

namespace quiver::page {

// compact: as small as recall allows. fast: one bit per dimension at least, two below 256
// dimensions.
enum class Fit : uint8_t { compact, fast };

struct ProfileRequest {
    uint32_t dims;
    Metric metric;
    Own own;
    int m;
    int ef_construction;
    Fit fit;
};

// Dimensions of the rotated vector: the rotation pads to whole code rows.
constexpr uint32_t padded_dims(uint32_t dims) { return static_cast<uint32_t>(round_up(dims, 8)); }

inline constexpr int kMaxCodeBits = 8;

namespace detail {

// Bits per dimension below which a code estimates too badly to be worth its page.
constexpr double wanted_bits(uint32_t dims, Fit fit) {
    if (dims <= 16) return 8;
    if (dims <= 64) return 4;  // small vectors are cheap to estimate almost exactly
    if (fit == Fit::fast) return dims <= 256 ? 2 : 1;
    return dims <= 256 ? 1 : 2.0 / 3;
}

// Gives the code all bytes of a slot of at most `stride` bytes. False when they are fewer than
// wanted.
constexpr bool spend(Profile& p, size_t stride, double wanted) {
    p.code_dims = 0;
    const SlotLayout bare = slot_layout(p, 2 * p.m);
    if (bare.codes > stride) return false;
    const size_t bits = (stride - bare.codes) / bare.edges_padded * 8;
    const uint32_t dims = padded_dims(p.dims);
    p.code_bits = static_cast<uint8_t>(std::clamp<size_t>(bits / dims, 1, kMaxCodeBits));
    p.code_dims = static_cast<uint32_t>(std::min<size_t>(dims, bits / p.code_bits / 8 * 8));
    return static_cast<double>(p.code_dims) * p.code_bits >= wanted * dims;
}

}  // namespace detail

// The profile of a new index. False when a node does not fit into a page.
constexpr bool choose_profile(const ProfileRequest& r, Profile& out) {
    out = Profile{.dims = r.dims,
                  .code_dims = 0,
                  .m = static_cast<uint16_t>(r.m),
                  .ef_construction = static_cast<uint16_t>(r.ef_construction),
                  .metric = r.metric,
                  .own = r.own,
                  .code_bits = 1,
                  .reserved = 0};
    const double wanted = detail::wanted_bits(r.dims, r.fit);
    for (size_t per_page = 64; per_page >= 1; per_page--) {
        if (detail::spend(out, kBody / per_page / 4 * 4, wanted)) return true;
    }
    // One node per page with fewer bits than wanted is still a graph; with hardly any it is not.
    return detail::spend(out, kBody, 0) && out.code_dims * 8 >= out.dims;
}

}  // namespace quiver::page
