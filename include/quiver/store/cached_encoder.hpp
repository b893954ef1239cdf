// Writing all nodes of a graph: the encoder of node_writer.hpp with a memory of rotated vectors.
//
// A node is the neighbour of some thirty others, and rotating is most of the work of a code. The
// rotation is linear, so a residual is the difference of two rotated vectors, each of which is
// computed once as long as there is memory for all of them; with less, a node's place is taken by
// another one's and it is computed again.
//
// They are kept in 16 bits a coordinate, because reading them is what takes the time. The
// difference to one is a good residual unless it is short: then the rounding counts, and the
// residual is computed from the vectors themselves.
#pragma once

#include <algorithm>  // std::clamp, std::max
#include <cmath>      // std::fabs, std::frexp, std::ldexp
#include <limits>     // std::numeric_limits

#include "quiver/graph/memory_graph.hpp"
#include "quiver/store/node_writer.hpp"

namespace quiver::store {

template <class T>
class CachedEncoder {
public:
    // Of vectors in the graph; the cache takes about `bytes`.
    CachedEncoder(const page::Profile& profile, const quant::Rotation& rotation,
                  const graph::MemoryGraph& graph, size_t bytes, Arena arena)
        : exact_(profile, rotation, arena),
          graph_(graph),
          kernels_(&kernels::active()),
          inner_product_(profile.metric == page::Metric::inner_product),
          vector_dims_(profile.dims),
          dims_(quant::rotated_dims(profile.dims)),
          short_(dims_ < kFewDims ? (inner_product_ ? kNever : kShortOfFew) : kShort),
          places_(static_cast<uint32_t>(std::clamp<size_t>(bytes / (dims_ * sizeof(int16_t)), 1,
                                                           std::max(graph.size(), 1u)))),
          rotated_(arena.array<int16_t>(places_ * dims_)),
          tenants_(arena.array<Tenant>(places_)),
          owner_(arena.array<float>(dims_)),
          wide_owner_(arena.array<float>(profile.dims)),
          residual_(arena.array<float>(dims_)) {
        std::fill(tenants_, tenants_ + places_, Tenant{graph::kNoNode, 0});
    }

    // Sets the owner of the following edges.
    void owner(const std::byte* own) {
        own_ = own;
        exact_has_owner_ = false;
        exact_.rotate(own, owner_);
        owner_norm_ = kernels_->f32.inner_product(stored(owner_), stored(owner_), dims_);
        if (!inner_product_) return;
        widen_own(reinterpret_cast<const T*>(own), wide_owner_, vector_dims_);
        owner_square_ = product_with_owner(own);
    }

    void code(page::Slot slot, size_t at, const std::byte* own) {
        const uint32_t place = place_of(own);
        const float squared = kernels_->quant.residual(
            rotated_ + place * dims_, tenants_[place].step, owner_, residual_, dims_);
        // Also false for what is not a number or nearly none.
        if (squared >= short_ * owner_norm_ && squared > kSmallest && squared < kLargest) {
            // <u, v - u> can be next to nothing beside what rounding adds to it, which is in
            // proportion to the owner, not to the residual; so from the vectors themselves.
            const double along = inner_product_ ? product_with_owner(own) - owner_square_ : 0;
            exact_.code(slot, at, quant::Residual{residual_, squared, owner_}, along);
            return;
        }
        if (!exact_has_owner_) exact_.owner(own_);
        exact_has_owner_ = true;
        exact_.code(slot, at, own);
    }

    // code() of this neighbour is next but one.
    [[gnu::always_inline]] void prefetch(const std::byte* own) {
        const int16_t* const at = rotated_ + graph_.id_of(own) % places_ * dims_;
        for (size_t i = 0; i < dims_; i += 32) __builtin_prefetch(at + i, 0, 2);
    }

    void factors(page::Slot slot, size_t count) { exact_.factors(slot, count); }

private:
    // Against the squared length of the owner. Rounding moves a rotated vector by some 2^-14 of its
    // length: less than a thousandth of a residual that is longer than a tenth. Of that, a
    // residual's length and its products feel one part in sqrt(dims), so few dimensions need longer
    // ones.
    static constexpr float kShort = 1e-2f;
    static constexpr float kShortOfFew = 1;
    static constexpr float kNever = std::numeric_limits<float>::infinity();
    static constexpr size_t kFewDims = 64;
    // Squares outside of this have lost something to the ends of the range of numbers.
    static constexpr float kSmallest = 1e-20f;
    static constexpr float kLargest = 1e30f;

    // Whose vector is in a place, and what its numbers count.
    struct Tenant {
        graph::NodeId id;
        float step;  // a power of two
    };

    uint32_t place_of(const std::byte* own) {
        const graph::NodeId id = graph_.id_of(own);
        const uint32_t place = id % places_;
        if (tenants_[place].id != id) {
            exact_.rotate(own, residual_);
            tenants_[place] = {id, round(residual_, rotated_ + place * dims_)};
        }
        return place;
    }

    // The step, which is not a number if that does not work.
    float round(const float* rotated, int16_t* out) const {
        float most = 0;
        bool usable = true;
        for (size_t i = 0; i < dims_; i++) {
            const float size = std::fabs(rotated[i]);
            usable &= size <= kLargest;  // also false for a NaN
            most = std::max(most, size);
        }
        int exponent;
        (void)std::frexp(most, &exponent);
        // Numbers up to 2^15, which only rounding reaches.
        const float step = std::ldexp(1.0f, exponent - 15);
        const float per_step = std::ldexp(1.0f, 15 - exponent);
        if (!usable || step < kSmallest) {
            std::fill(out, out + dims_, int16_t{0});
            return std::numeric_limits<float>::quiet_NaN();
        }
        for (size_t i = 0; i < dims_; i++) {
            const float x = rotated[i] * per_step;
            const auto number = static_cast<int32_t>(x + (x < 0 ? -0.5f : 0.5f));
            out[i] = static_cast<int16_t>(std::clamp(number, -32767, 32767));
        }
        return step;
    }
    double product_with_owner(const std::byte* own) const {
        return kernels::float_kernels<F32, T>(*kernels_).inner_product(
            stored(wide_owner_), reinterpret_cast<const T*>(own), vector_dims_);
    }
    static const F32* stored(const float* v) { return reinterpret_cast<const F32*>(v); }

    DenseEncoder<T> exact_;
    graph::MemoryGraph graph_;
    const kernels::KernelSet* kernels_;
    bool inner_product_;
    size_t vector_dims_;
    size_t dims_;  // rotated
    float short_;
    uint32_t places_;
    int16_t* rotated_;
    Tenant* tenants_;
    float* owner_;
    float* wide_owner_;  // as it is stored, not rotated
    float* residual_;
    float owner_norm_ = 0;
    double owner_square_ = 0;  // of the stored form; inner product only
    const std::byte* own_ = nullptr;
    bool exact_has_owner_ = false;
};

}  // namespace quiver::store
