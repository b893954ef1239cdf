// Whether the codes of a node's edges say what the vectors of the two nodes say.
#pragma once

#include <cmath>    // std::isfinite, std::sqrt
#include <cstring>  // std::memcmp

#include "quiver/quant/edge_check.hpp"
#include "quiver/store/own.hpp"
#include "quiver/store/query.hpp"

namespace quiver::store {

// Owners and neighbours stored as T.
template <class T>
class DenseEdgeCheck {
public:
    static constexpr bool kCodes = true;
    static constexpr const char* kWrongVector = "a coordinate is not a finite number";

    DenseEdgeCheck(const page::Profile& profile, uint64_t seed, Arena arena)
        : profile_(profile),
          rotation_{seed, profile.dims},
          owner_(arena.array<float>(profile.dims)),
          neighbour_(arena.array<float>(profile.dims)),
          rotated_owner_(arena.array<float>(quant::rotated_dims(profile.dims))),
          residual_(arena.array<float>(quant::rotated_dims(profile.dims))),
          scratch_(arena.array<uint8_t>(page::code_bytes_per_edge(profile, profile.code_dims))) {}

    // Sets the owner of the following edges. False when a coordinate is not a finite number.
    bool owner(const std::byte* own) {
        const bool finite = widen(own, owner_);
        rotation_.apply(kernels::active().quant, stored(owner_), rotated_owner_);
        return finite;
    }

    quant::EdgeCheck check(page::ConstSlot slot, size_t at, const std::byte* own) {
        if (!widen(own, neighbour_)) return quant::EdgeCheck::ok;  // the neighbour's own finding
        const kernels::QuantKernels& k = kernels::active().quant;
        rotation_.apply_difference(k, stored(neighbour_), stored(owner_), residual_);
        const auto [squared, along] = difference(neighbour_, owner_, profile_.dims);
        return quant::check_edge(
            k, code_shape(profile_, *slot.layout),
            {slot.codes(), at, {slot.add()[at], slot.scale()[at]}, slot.header().scale_exponent},
            edge_metric(profile_.metric), {residual_, squared, rotated_owner_},
            profile_.metric == page::Metric::inner_product ? -along : squared, scratch_);
    }

    // The most that rounding can have taken from the stored vector; below 0: no bound.
    double largest_own_error(const std::byte* own) const {
        if (profile_.own == page::Own::f32) return 0;
        const auto* v = reinterpret_cast<const T*>(own);
        double sum = 0;
        for (uint32_t i = 0; i < profile_.dims; i++) {
            const double x = std::fabs(element(v, i));
            if constexpr (std::is_same_v<T, Affine8>) {
                // Half a step, or a whole one where the last code would not be finite.
                const double lost = v->step + x * 0x1p-23;
                sum += lost * lost;
                continue;
            }
            if (x >= quant::detail::kLargestHalf) return -1;  // cut off, not rounded
            const double lost = x * 0x1p-10 + 0x1p-24;
            sum += lost * lost;
        }
        return std::sqrt(sum);
    }

private:
    static const F32* stored(const float* v) { return reinterpret_cast<const F32*>(v); }
    bool widen(const std::byte* own, float* out) const {
        widen_own(reinterpret_cast<const T*>(own), out, profile_.dims);
        bool finite = true;
        for (uint32_t i = 0; i < profile_.dims; i++) finite = finite && std::isfinite(out[i]);
        return finite;
    }

    page::Profile profile_;
    quant::Rotation rotation_;
    float* owner_;
    float* neighbour_;
    float* rotated_owner_;
    float* residual_;
    uint8_t* scratch_;
};

// Edges without codes, nodes stored as T.
template <class T>
class PlainEdgeCheck {
public:
    static constexpr bool kCodes = false;
    static constexpr const char* kWrongVector = "a coordinate is not a finite number";

    PlainEdgeCheck(const page::Profile& profile, uint64_t, Arena) : dims_(profile.dims) {}

    bool owner(const std::byte* own) const {
        const auto* v = reinterpret_cast<const T*>(own);
        for (uint32_t i = 0; i < dims_; i++)
            if (!std::isfinite(element(v, i))) return false;
        return true;
    }
    quant::EdgeCheck check(page::ConstSlot, size_t, const std::byte*) const {
        return quant::EdgeCheck::ok;
    }
    // As of the L1 norm.
    double largest_own_error(const std::byte* own) const {
        if (std::is_same_v<T, F32>) return 0;
        const auto* v = reinterpret_cast<const T*>(own);
        double sum = 0;
        for (uint32_t i = 0; i < dims_; i++) {
            const double x = std::fabs(element(v, i));
            if (x >= quant::detail::kLargestHalf) return -1;  // cut off, not rounded
            sum += x * 0x1p-10 + 0x1p-24;
        }
        return sum;
    }

private:
    uint32_t dims_;
};

class SparseEdgeCheck {
public:
    static constexpr bool kCodes = false;
    static constexpr const char* kWrongVector = "its elements are out of order, or not finite";

    SparseEdgeCheck(const page::Profile& profile, uint64_t, Arena) : dims_(profile.dims) {}

    bool owner(const std::byte* own) const {
        const uint32_t most = page::most_nonzeros(dims_);
        if (page::nonzeros_of(own) > most) return false;
        const kernels::SparseArg v = page::sparse_arg(own, most);
        int64_t before = -1;
        for (size_t i = 0; i < v.n; i++) {
            const int64_t index = v.indices[i].value;
            if (index <= before || index >= int64_t{dims_} || !std::isfinite(v.values[i].value))
                return false;
            before = index;
        }
        return true;
    }
    quant::EdgeCheck check(page::ConstSlot, size_t, const std::byte*) const {
        return quant::EdgeCheck::ok;
    }
    double largest_own_error(const std::byte*) const { return 0; }

private:
    uint32_t dims_;
};

// Bit strings: the code is the neighbour's leading bits.
class BitEdgeCheck {
public:
    static constexpr bool kCodes = true;
    static constexpr const char* kWrongVector = "";

    BitEdgeCheck(const page::Profile& profile, uint64_t, Arena) : profile_(profile) {}

    bool owner(const std::byte*) { return true; }
    quant::EdgeCheck check(page::ConstSlot slot, size_t at, const std::byte* own) {
        const size_t bytes = slot.layout->code_dims / 8;
        const bool same = std::memcmp(slot.codes() + at * bytes, own,
                                      std::min(bytes, page::own_bytes(profile_))) == 0;
        return same ? quant::EdgeCheck::ok : quant::EdgeCheck::code;
    }
    double largest_own_error(const std::byte*) const { return 0; }

private:
    page::Profile profile_;
};

}  // namespace quiver::store
