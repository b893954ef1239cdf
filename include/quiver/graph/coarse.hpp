// Distances of a build, from vectors rounded to 8 bits.
//
// A search of a build measures about a thousand vectors, each from another place in memory, so what
// a distance costs is above all what it reads. Behind its stored form the graph therefore keeps a
// vector rotated and rounded to one byte a dimension. The rotation spreads what is in it over all
// dimensions, so that one step serves them all, whatever the data.
//
// With a step of s, rounding moves a vector of D dimensions by about s sqrt(D / 12). A distance
// many times that is off by a fraction of a percent, which no neighbour's choice depends on. What
// seems nearer than kNear such errors is measured exactly, so vectors that are nearly alike are
// told apart as well as their stored forms tell them.
#pragma once

#include <cmath>    // std::fabs, std::isfinite
#include <cstddef>  // std::byte, size_t
#include <cstdint>  // int8_t, int32_t
#include <cstring>  // std::memcpy, std::memset
#include <limits>   // std::numeric_limits

#include "quiver/graph/metric.hpp"
#include "quiver/graph/params.hpp"
#include "quiver/quant/rotation.hpp"

namespace quiver::graph {

// A vector as the graph keeps it: the stored form, the codes, the head.
struct CoarseHead {
    float step;
    // The squared length of what was rounded, without what rounding adds to it on average.
    float square;
};

// Shorter vectors have no coarse form: they are read as fast as they are, and rounding would tell
// on them.
inline constexpr size_t kLeastCoarseDims = 65;

constexpr size_t coarse_bytes(size_t stored_bytes, size_t dims) {
    return stored_bytes + quant::rotated_dims(dims) + sizeof(CoarseHead);
}

// Exact: the metric of the stored forms, L2Metric<T> or InnerProductMetric<T>.
template <class Exact>
class CoarseMetric {
public:
    using Element = std::byte;
    // Either a vector of the graph or one that keep() made.
    struct Query {
        const std::byte* kept;
        // Room for the exact form, which is made when it is needed.
        void* exact_room;
        mutable const typename Exact::Query* exact;
    };
    static constexpr bool kLinksToFillers = Exact::kLinksToFillers;

    // Of a graph with these parameters: without measured_at it has stored forms alone, which are
    // measured then.
    CoarseMetric(const kernels::KernelSet& set, const quant::Rotation& rotation,
                 const Params& params)
        : exact_(set, rotation.dims),
          kernels_(&set),
          rotation_(rotation),
          codes_(params.measured_at == 0 ? 0 : quant::rotated_dims(rotation.dims)),
          codes_at_(params.measured_at),
          vector_bytes_(params.vector_bytes),
          noise_(kNear * kNear * static_cast<float>(codes_) / 12) {}

    size_t vector_bytes() const { return vector_bytes_; }

    // Room for keep(): the kept form, and the vector as float32, before and after the rotation.
    size_t keep_bytes() const { return floats_at() + (rotation_.dims + codes_) * sizeof(float); }
    // A stored form as the graph keeps it, in `room`, unless it is kept as it is.
    const std::byte* keep(const std::byte* stored, std::byte* room) const {
        if (codes_ == 0) return stored;
        float* const wide = reinterpret_cast<float*>(room + floats_at());
        float* const rotated = wide + rotation_.dims;
        const auto* const as_query = exact_.query(exact_element(stored), wide);
        rotation_.apply(kernels_->quant, as_query, rotated);
        std::memcpy(room, stored, codes_at_);
        round(rotated, room);
        return room;
    }

    size_t query_bytes() const { return sizeof(Query) + rotation_.dims * sizeof(float); }
    const Query* query(const std::byte* kept, void* room) const {
        auto* const query = static_cast<Query*>(room);
        *query = {kept, query + 1, nullptr};
        return query;
    }

    void distances(const Query* query, const std::byte* const* rows, size_t count,
                   float* out) const {
        if (codes_ == 0) return exact(query, rows, count, out);
        const CoarseHead q = head(query->kept);
        const float near = q.step * q.step;
        for (size_t done = 0; done < count;) {
            const int8_t* codes[kBatch];
            int32_t dots[kBatch];
            const size_t n = count - done < kBatch ? count - done : kBatch;
            for (size_t i = 0; i < n; ++i) codes[i] = this->codes(rows[done + i]);
            kernels_->int8.inner_product_many(this->codes(query->kept), codes, n, codes_, dots);
            for (size_t i = 0; i < n; ++i) {
                const CoarseHead row = head(rows[done + i]);
                const float product = q.step * row.step * static_cast<float>(dots[i]);
                const float square = q.square + row.square - 2 * product;
                out[done + i] = kInnerProduct ? -product : square;
                // Also when it is not a number.
                if (!(square > noise_ * (near + row.step * row.step)))
                    exact(query, rows + done + i, 1, out + done + i);
            }
            done += n;
        }
    }
    // By the stored forms, however far apart.
    float exact_distance(const Query* query, const std::byte* row) const {
        float distance;
        exact(query, &row, 1, &distance);
        return distance;
    }
    static float occlusion(float to_owner, float to_kept) noexcept {
        return Exact::occlusion(to_owner, to_kept);
    }

private:
    // In rounding errors.
    static constexpr float kNear = 8;
    static constexpr size_t kBatch = 32;
    static constexpr bool kInnerProduct = requires { typename Exact::IsInnerProduct; };

    static const typename Exact::Element* exact_element(const std::byte* kept) {
        return reinterpret_cast<const typename Exact::Element*>(kept);
    }
    const int8_t* codes(const std::byte* kept) const {
        return reinterpret_cast<const int8_t*>(kept + codes_at_);
    }
    CoarseHead head(const std::byte* kept) const {
        CoarseHead head;
        std::memcpy(&head, kept + codes_at_ + codes_, sizeof head);
        return head;
    }
    size_t floats_at() const { return (vector_bytes_ + 7) / 8 * 8; }

    void round(const float* rotated, std::byte* kept) const {
        auto* const codes = reinterpret_cast<int8_t*>(kept + codes_at_);
        float most = 0;
        bool finite = true;
        for (size_t i = 0; i < codes_; ++i) {
            const float size = std::fabs(rotated[i]);
            finite &= std::isfinite(size);
            most = size > most ? size : most;
        }
        CoarseHead head{most / 127, 0};
        const float per_step = 127 / most;
        if (!finite || !std::isfinite(per_step)) {
            std::memset(codes, 0, codes_);
            // Zero, or so short or long that nothing but the stored form will do.
            head.square = most == 0 ? 0 : std::numeric_limits<float>::quiet_NaN();
        } else {
            int32_t squares = 0;
            for (size_t i = 0; i < codes_; ++i) {
                const float x = rotated[i] * per_step;
                const auto code = static_cast<int32_t>(x + (x < 0 ? -0.5f : 0.5f));
                codes[i] = static_cast<int8_t>(code);
                squares += code * code;
            }
            head.square = head.step * head.step *
                          (static_cast<float>(squares) - static_cast<float>(codes_) / 12);
        }
        std::memcpy(kept + codes_at_ + codes_, &head, sizeof head);
    }

    [[gnu::noinline]] void exact(const Query* query, const std::byte* const* rows, size_t count,
                                 float* out) const {
        if (query->exact == nullptr)
            query->exact = exact_.query(exact_element(query->kept), query->exact_room);
        exact_.distances(query->exact,
                         reinterpret_cast<const typename Exact::Element* const*>(rows), count, out);
    }

    Exact exact_;
    const kernels::KernelSet* kernels_;
    quant::Rotation rotation_;
    size_t codes_;  // of a vector, or 0
    size_t codes_at_;
    size_t vector_bytes_;
    float noise_;  // of one unit of step squared, times kNear squared
};

}  // namespace quiver::graph
