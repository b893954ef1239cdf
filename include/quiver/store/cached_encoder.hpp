// Writing all nodes of a graph: the encoder of node_writer.hpp with a memory of rotated vectors.
//
// A node is the neighbour of some thirty others, and rotating is most of the work of a code. The
// rotation is linear, so a residual is the difference of two rotated vectors, each of which is
// computed once as long as there is memory for all of them; with less, a node's place is taken by
// another one's and it is computed again.
//
// The difference of two rounded vectors is a good residual unless it is short: then the rounding
// counts, and the residual is computed from the vectors themselves.
#pragma once

#include <algorithm>  // std::clamp

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
          dims_(quant::rotated_dims(profile.dims)),
          places_(static_cast<uint32_t>(
              std::clamp<size_t>(bytes / (dims_ * sizeof(float)), 1, std::max(graph.size(), 1u)))),
          rotated_(arena.array<float>(places_ * dims_)),
          tenants_(arena.array<graph::NodeId>(places_)),
          owner_(arena.array<float>(dims_)),
          residual_(arena.array<float>(dims_)) {
        std::fill(tenants_, tenants_ + places_, graph::kNoNode);
    }

    // Sets the owner of the following edges.
    void owner(const std::byte* own) {
        own_ = own;
        exact_has_owner_ = false;
        // A copy: a neighbour may take its place.
        std::memcpy(owner_, rotated(own), dims_ * sizeof(float));
        owner_norm_ = kernels_->f32.inner_product(stored(owner_), stored(owner_), dims_);
    }

    void code(page::Slot slot, size_t at, const std::byte* own) {
        const float* const neighbour = rotated(own);
        for (size_t i = 0; i < dims_; i++) residual_[i] = neighbour[i] - owner_[i];
        const float squared =
            kernels_->f32.inner_product(stored(residual_), stored(residual_), dims_);
        // Also false for what is not a number or nearly none.
        if (squared >= kShort * owner_norm_ && squared > kSmallest && squared < kLargest) {
            const double along = inner_product_ ? kernels_->f32.inner_product(stored(residual_),
                                                                              stored(owner_), dims_)
                                                : 0;
            exact_.code(slot, at, quant::Residual{residual_, squared, owner_}, along);
            return;
        }
        if (!exact_has_owner_) exact_.owner(own_);
        exact_has_owner_ = true;
        exact_.code(slot, at, own);
    }

    // code() of this neighbour is next but one.
    [[gnu::always_inline]] void prefetch(const std::byte* own) {
        const float* const at = rotated_ + graph_.id_of(own) % places_ * dims_;
        for (size_t i = 0; i < dims_; i += 16) __builtin_prefetch(at + i, 0, 2);
    }

    void factors(page::Slot slot, size_t count) { exact_.factors(slot, count); }

private:
    // Against the squared length of the owner. Rounding moves a rotated vector by some 2^-22 of its
    // length: of a residual longer than a thirtieth, less than one part in 10^5.
    static constexpr float kShort = 1e-3f;
    // Squares outside of this have lost something to the ends of the range of numbers.
    static constexpr float kSmallest = 1e-20f;
    static constexpr float kLargest = 1e30f;

    const float* rotated(const std::byte* own) {
        const graph::NodeId id = graph_.id_of(own);
        const uint32_t place = id % places_;
        float* const at = rotated_ + place * dims_;
        if (tenants_[place] != id) {
            exact_.rotate(own, at);
            tenants_[place] = id;
        }
        return at;
    }
    static const F32* stored(const float* v) { return reinterpret_cast<const F32*>(v); }

    DenseEncoder<T> exact_;
    graph::MemoryGraph graph_;
    const kernels::KernelSet* kernels_;
    bool inner_product_;
    size_t dims_;
    uint32_t places_;
    float* rotated_;
    graph::NodeId* tenants_;  // whose vector is in a place
    float* owner_;
    float* residual_;
    float owner_norm_ = 0;
    const std::byte* own_ = nullptr;
    bool exact_has_owner_ = false;
};

}  // namespace quiver::store
