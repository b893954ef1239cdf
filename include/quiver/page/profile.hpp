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
    Own own;  // the most exact form that is worth its bytes
    int m;
    int ef_construction;
    Fit fit;
};

// Dimensions of the rotated vector: the rotation pads to whole code rows.
constexpr uint32_t padded_dims(uint32_t dims) { return static_cast<uint32_t>(round_up(dims, 8)); }

inline constexpr int kMaxCodeBits = 8;

namespace detail {

// Leading bits of a bit string that tell about as much as all of them.
inline constexpr uint32_t kEnoughBits = 1024;

// Bits per dimension below which a code estimates too badly to be worth its page.
constexpr double wanted_bits(uint32_t dims, Own own, Fit fit) {
    if (own == Own::bits) return dims <= kEnoughBits ? 1 : double{kEnoughBits} / dims;
    if (dims <= 16) return 8;
    if (dims <= 64) return 4;  // small vectors are cheap to estimate almost exactly
    if (fit == Fit::fast) return dims <= 256 ? 2 : 1;
    return dims <= 256 ? 1 : 2.0 / 3;
}

// Nodes that a page of pgvector's HNSW index of `vector` holds; the compact form of large vectors
// holds as many, with shorter codes if need be.
constexpr size_t pgvector_per_page(uint32_t dims, int m) {
    constexpr size_t kItemPointer = 4;
    const size_t element = round_up(size_t{72} + 8 + size_t{4} * dims, 8) + kItemPointer;
    const size_t neighbours = round_up(size_t{4} + size_t{12} * static_cast<size_t>(m), 8);
    return kBody / (element + neighbours + kItemPointer);
}
constexpr size_t least_per_page(const ProfileRequest& r) {
    const bool compares = r.own != Own::bits && r.dims >= 512 && r.dims <= 2000;
    return compares && r.fit == Fit::compact ? pgvector_per_page(r.dims, r.m) : 1;
}

// Gives the code all bytes of a slot of at most `stride` bytes. False when they are fewer than
// wanted.
constexpr bool spend(Profile& p, size_t stride, double wanted) {
    p.code_dims = 0;
    const SlotLayout bare = slot_layout(p, 2 * p.m, 0);
    if (bare.codes > stride) return false;
    const size_t bits = (stride - bare.codes) / bare.edges_padded * 8;
    const uint32_t dims = padded_dims(p.dims);
    const size_t most = p.own == Own::bits ? 1 : kMaxCodeBits;
    p.code_bits = static_cast<uint8_t>(std::clamp<size_t>(bits / dims, 1, most));
    p.code_dims = static_cast<uint32_t>(std::min<size_t>(dims, bits / p.code_bits / 8 * 8));
    return static_cast<double>(p.code_dims) * p.code_bits >= wanted * dims;
}

// The code of a node that has a page for itself and its own vector elsewhere.
constexpr uint32_t code_dims_with_tails(Profile p) {
    p.place = OwnPlace::tails;
    (void)spend(p, kBody, 0);
    return p.code_dims;
}

// Own vectors in the slot, as `out` says. False when they leave too little for codes.
constexpr bool fit_into_slot(const ProfileRequest& r, Profile& out) {
    const double wanted = wanted_bits(r.dims, out.own, r.fit);
    const size_t least = least_per_page(r);
    for (size_t per_page = 64; per_page >= 1; per_page--) {
        if (spend(out, kBody / per_page / 4 * 4, wanted)) return true;
        if (per_page > 1 && per_page <= least && out.code_dims * 3 >= out.dims) return true;
    }
    // One node per page with fewer bits than wanted is still a graph. It is so until another form
    // of the own vector has a code almost three times as long: worth a rounding, or another page.
    return spend(out, kBody, 0) && out.code_dims * 8 >= code_dims_with_tails(out) * 3;
}

struct Form {
    Own own;
    OwnPlace place;
};

}  // namespace detail

// The profile of a new index. False when a node does not fit into a page.
constexpr bool choose_profile(const ProfileRequest& r, Profile& out) {
    constexpr detail::Form kForms[] = {{Own::f32, OwnPlace::slot},  {Own::f16, OwnPlace::slot},
                                       {Own::i8, OwnPlace::slot},   {Own::i8, OwnPlace::tails},
                                       {Own::bits, OwnPlace::slot}, {Own::bits, OwnPlace::tails}};
    bool allowed = false;
    for (const detail::Form& form : kForms) {
        allowed = allowed || form.own == r.own;
        if (!allowed || (form.own == Own::bits) != (r.own == Own::bits)) continue;
        out = Profile{.dims = r.dims,
                      .code_dims = 0,
                      .m = static_cast<uint16_t>(r.m),
                      .ef_construction = static_cast<uint16_t>(r.ef_construction),
                      .metric = r.metric,
                      .own = form.own,
                      .code_bits = 1,
                      .place = form.place};
        if (form.place == OwnPlace::slot) {
            if (detail::fit_into_slot(r, out)) return true;
        } else if (detail::spend(out, kBody, 0) && out.code_dims > 0) {
            return true;
        }
    }
    return false;
}

// The plain layout: no codes. Sparse vectors take what they need, up to `nonzeros` elements in the
// slot and the rest in tails.
struct PlainRequest {
    uint32_t dims;
    Metric metric;
    Own own;
    int m;
    int ef_construction;
    uint32_t nonzeros;
};

// False when a node does not fit into a page.
constexpr bool choose_plain_profile(const PlainRequest& r, Profile& out) {
    out = Profile{.dims = r.dims,
                  .code_dims = 0,
                  .m = static_cast<uint16_t>(r.m),
                  .ef_construction = static_cast<uint16_t>(r.ef_construction),
                  .metric = r.metric,
                  .own = r.own,
                  .code_bits = 0,
                  .place = OwnPlace::slot};
    if (r.own == Own::sparse) {
        out.code_dims = std::min(r.nonzeros, most_nonzeros(r.dims));
        if (out.code_dims < most_nonzeros(r.dims)) out.place = OwnPlace::tails;
    } else if (slot_layout(out, 2 * r.m, 0).stride > kBody) {
        out.place = OwnPlace::tails;
    }
    return slot_layout(out, 2 * r.m, 0).stride <= kBody;
}

// Elements that a slot has room for when so many nodes share a page.
constexpr uint32_t slot_nonzeros(int m, size_t per_page) {
    Profile p{};
    p.own = Own::sparse;
    p.place = OwnPlace::tails;
    p.m = static_cast<uint16_t>(m);
    const size_t bare = slot_layout(p, 2 * m, 0).stride;
    const size_t stride = kBody / per_page / 4 * 4;
    return stride > bare ? static_cast<uint32_t>((stride - bare) / kSparseElement) : 0;
}

// How many elements slots should have room for, when vectors have about as many as these do: so
// that slots and tails together take the fewest bytes. Of no vector nothing is known, and four
// nodes on a page are neither many nor few.
inline uint32_t choose_nonzeros(const uint32_t* sample, size_t count, int m) {
    constexpr size_t kUnknown = 4;
    constexpr size_t kMostPerPage = 40;
    uint32_t best = slot_nonzeros(m, kUnknown);
    double least = 0;
    for (size_t per_page = kMostPerPage; count > 0 && per_page >= 1; per_page--) {
        const uint32_t room = slot_nonzeros(m, per_page);
        if (room == 0) continue;
        double bytes = static_cast<double>(count) * kPageSize / static_cast<double>(per_page);
        for (size_t i = 0; i < count; i++) {
            const size_t rest = sample[i] > room ? (sample[i] - room) * kSparseElement : 0;
            bytes += static_cast<double>((rest + kTailBytes - 1) / kTailBytes * kPageSize);
        }
        if (least != 0 && bytes >= least) continue;
        least = bytes;
        best = room;
    }
    return best;
}

}  // namespace quiver::page
