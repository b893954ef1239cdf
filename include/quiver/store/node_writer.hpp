// Writing a node record: header, own vector, edges with their codes.
#pragma once

#include <algorithm>  // std::min, std::max
#include <cmath>      // std::fabs
#include <cstring>    // std::memcpy

#include "quiver/base/arena.hpp"
#include "quiver/store/own.hpp"
#include "quiver/store/page_access.hpp"
#include "quiver/store/query.hpp"

namespace quiver::store {

// An edge to be written.
struct NewEdge {
    page::NodeId id;
    uint8_t generation;
    bool filler;
    const std::byte* own;  // the neighbour's stored form
};

// Encodes edges of owners whose stored form is T. Scratch is allocated once.
template <class T>
class DenseEncoder {
public:
    DenseEncoder(const page::Profile& profile, const quant::Rotation& rotation, Arena arena)
        : profile_(profile),
          rotation_(rotation),
          kernels_(&kernels::active()),
          owner_(arena.array<float>(profile.dims)),
          neighbour_(arena.array<float>(profile.dims)),
          rotated_owner_(arena.array<float>(quant::rotated_dims(profile.dims))),
          residual_(arena.array<float>(quant::rotated_dims(profile.dims))),
          parts_(arena.array<quant::EdgeParts>(page::kMaxEdgesPadded)),
          constants_(arena.array<double>(page::kMaxEdgesPadded)) {}

    // Sets the owner of the following edges.
    void owner(const std::byte* own) {
        widen(own, owner_);
        rotation_.apply(kernels_->quant, stored(owner_), rotated_owner_);
    }

    // Writes the code of edge `at`; its factors follow with factors().
    void code(page::Slot slot, size_t at, const std::byte* own) {
        widen(own, neighbour_);
        rotation_.apply_difference(kernels_->quant, stored(neighbour_), stored(owner_), residual_);
        const auto [squared, along] = difference(neighbour_, owner_, profile_.dims);
        code(slot, at, {residual_, squared, rotated_owner_}, along);
    }

    // The same from a residual that somebody else computed; along = <v - u, u>.
    void code(page::Slot slot, size_t at, const quant::Residual& residual, double along) {
        const quant::CodeShape shape = code_shape(profile_, *slot.layout);
        parts_[at] = quant::encode_edge(kernels_->quant, shape, at, residual, slot.codes());
        constants_[at] =
            profile_.metric == page::Metric::inner_product ? -along : residual.squared_length;
    }

    // A stored form, rotated.
    void rotate(const std::byte* own, float* out) {
        widen(own, neighbour_);
        rotation_.apply(kernels_->quant, stored(neighbour_), out);
    }

    // before: code() was called for edges [0, count). Chooses the node's exponent and writes all
    // factors.
    void factors(page::Slot slot, size_t count) {
        const quant::EdgeMetric metric = edge_metric(profile_.metric);
        float largest = 0;
        for (size_t i = 0; i < count; i++)
            largest = std::max(largest, std::fabs(quant::edge_scale(metric, parts_[i])));
        const int8_t exponent = quant::pick_exponent(largest);
        slot.header().scale_exponent = exponent;
        for (size_t i = 0; i < count; i++) put(slot, i, exponent);
    }

    // before: code() was called for edge `at` of a node that has edges. Keeps the node's exponent
    // if it can.
    void factors_of(page::Slot slot, size_t at) {
        page::SlotHeader& header = slot.header();
        const float scale = quant::edge_scale(edge_metric(profile_.metric), parts_[at]);
        if (!quant::scale_fits(scale, header.scale_exponent)) {
            const int8_t exponent = quant::pick_exponent(std::fabs(scale));
            quant::change_exponent(slot.scale(), slot.layout->edges_padded, header.scale_exponent,
                                   exponent);
            header.scale_exponent = exponent;
        }
        put(slot, at, header.scale_exponent);
    }

    // Copies code and factors of an edge to another place.
    void move(page::Slot slot, size_t from, size_t to) {
        const quant::CodeShape shape = code_shape(profile_, *slot.layout);
        uint8_t* row = slot.codes();
        for (size_t i = 0; i < quant::code_rows(shape) * static_cast<size_t>(shape.bits);
             i++, row += shape.edges)
            row[to] = row[from];
        slot.add()[to] = slot.add()[from];
        slot.scale()[to] = slot.scale()[from];
    }

private:
    void put(page::Slot slot, size_t at, int8_t exponent) {
        const quant::EdgeFactors f =
            quant::edge_factors(edge_metric(profile_.metric), parts_[at], constants_[at], exponent);
        slot.add()[at] = f.add;
        slot.scale()[at] = f.scale;
    }

    static const F32* stored(const float* v) { return reinterpret_cast<const F32*>(v); }
    void widen(const std::byte* own, float* out) const {
        widen_own(reinterpret_cast<const T*>(own), out, profile_.dims);
    }

    page::Profile profile_;
    quant::Rotation rotation_;
    const kernels::KernelSet* kernels_;
    float* owner_;
    float* neighbour_;
    float* rotated_owner_;
    float* residual_;
    quant::EdgeParts* parts_;
    double* constants_;
};

// Bit strings: the code of an edge is the neighbour's leading bits.
class BitEncoder {
public:
    explicit BitEncoder(const page::Profile& profile) : profile_(profile) {}

    void owner(const std::byte*) {}
    void code(page::Slot slot, size_t at, const std::byte* own) {
        const size_t bytes = slot.layout->code_dims / 8;
        const size_t whole = page::own_bytes(profile_);
        uint8_t* out = slot.codes() + at * bytes;
        std::memset(out, 0, bytes);
        std::memcpy(out, own, std::min(bytes, whole));
    }
    void factors(page::Slot, size_t) {}
    void factors_of(page::Slot, size_t) {}
    void move(page::Slot slot, size_t from, size_t to) {
        const size_t bytes = slot.layout->code_dims / 8;
        std::memcpy(slot.codes() + to * bytes, slot.codes() + from * bytes, bytes);
    }

private:
    page::Profile profile_;
};

// The plain layout: edges have no codes.
class NoCodes {
public:
    void owner(const std::byte*) {}
    void code(page::Slot, size_t, const std::byte*) {}
    void factors(page::Slot, size_t) {}
    void factors_of(page::Slot, size_t) {}
    void move(page::Slot, size_t, size_t) {}
};

// Fills a slot of a zeroed page or a free one. `own` is the node's stored form with its error
// behind it. Where nodes span pages the caller sets slot.tail() afterwards.
template <class Encoder>
inline void write_node(page::Slot slot, const page::Profile& profile,
                       const page::SlotHeader& header, const std::byte* own, const NewEdge* edges,
                       size_t count, Encoder& encoder) {
    std::memset(slot.at, 0, slot.layout->stride);
    slot.header() = header;
    slot.header().edge_count = static_cast<uint8_t>(count);
    slot.header().own_error = own_error(profile, own);
    std::memcpy(slot.own(), own, std::min<size_t>(slot.layout->own_inline, own_size(profile, own)));
    encoder.owner(own);
    for (size_t i = 0; i < count; i++) {
        slot.ids()[i] = edges[i].id;
        slot.tag()[i] =
            static_cast<uint8_t>(edges[i].generation | (edges[i].filler ? page::kFiller : 0));
        if constexpr (requires { encoder.prefetch(own); }) {
            if (i + 2 < count) encoder.prefetch(edges[i + 2].own);
        }
        encoder.code(slot, i, edges[i].own);
    }
    encoder.factors(slot, count);
}

}  // namespace quiver::store
