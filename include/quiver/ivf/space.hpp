// What k-means has to know of vectors: distances and means.
//
// Samples are vectors as an index stores them. Centers are float32 (bit strings: bits), rounded to
// the stored form only at the end. By inner product and by cosine, samples have length one and so
// have centers: then L2 orders them as the angle does.
#pragma once

#include <cstring>  // std::memcpy, std::memset

#include "quiver/base/arena.hpp"
#include "quiver/graph/metric.hpp"
#include "quiver/ivf/metric.hpp"
#include "quiver/kernels/dispatch.hpp"
#include "quiver/store/own.hpp"

namespace quiver::ivf {

enum class Centers {
    anywhere,
    of_length_one,
};

// T: what samples are made of.
template <class T>
class DenseSpace {
public:
    using Query = F32;
    using Sample = T;
    using Center = F32;

    DenseSpace(Arena arena, size_t dims, Centers centers)
        : dims_(dims), centers_(centers), sum_(arena.array<float>(dims)) {}

    size_t sample_bytes() const { return dims_ * sizeof(T); }
    size_t center_bytes() const { return dims_ * sizeof(F32); }
    size_t query_bytes() const { return dims_ * sizeof(F32); }

    const F32* query(const T* sample, void* room) const {
        store::widen_own(sample, static_cast<float*>(room), dims_);
        return static_cast<const F32*>(room);
    }
    // Distances in any unit that orders them; squared() is of lengths.
    void to_centers(const F32* query, const F32* const* centers, size_t count, float* out) const {
        kernels::active().f32.l2_squared_many(query, centers, count, dims_, out);
    }
    void to_samples(const F32* center, const T* const* samples, size_t count, float* out) const {
        kernels::float_kernels<F32, T>(kernels::active())
            .l2_squared_many(center, samples, count, dims_, out);
    }
    static float squared(float distance) { return distance; }

    void begin_sum() { std::memset(sum_, 0, dims_ * sizeof(float)); }
    void add(const F32* query) {
        for (size_t i = 0; i < dims_; i++) sum_[i] += query[i].value;
    }
    // The center stays where it is when the mean has no direction.
    void mean(size_t count, F32* center) {
        const float share = 1.0f / static_cast<float>(count);
        for (size_t i = 0; i < dims_; i++) sum_[i] *= share;
        if (centers_ == Centers::of_length_one && !store::normalize(sum_, dims_)) return;
        std::memcpy(center, sum_, dims_ * sizeof(float));
    }
    void as_center(const T* sample, F32* center) const { (void)query(sample, center); }

private:
    size_t dims_;
    Centers centers_;
    float* sum_;
};

class BitSpace {
public:
    using Query = uint8_t;
    using Sample = uint8_t;
    using Center = uint8_t;

    BitSpace(Arena arena, size_t bytes) : bytes_(bytes), ones_(arena.array<uint32_t>(bytes * 8)) {}

    size_t sample_bytes() const { return bytes_; }
    size_t center_bytes() const { return bytes_; }
    size_t query_bytes() const { return 0; }

    const uint8_t* query(const uint8_t* sample, void*) const { return sample; }
    void to_centers(const uint8_t* query, const uint8_t* const* centers, size_t count,
                    float* out) const {
        graph::HammingMetric(kernels::active(), bytes_).distances(query, centers, count, out);
    }
    void to_samples(const uint8_t* center, const uint8_t* const* samples, size_t count,
                    float* out) const {
        to_centers(center, samples, count, out);
    }
    static float squared(float distance) { return distance * distance; }

    void begin_sum() { std::memset(ones_, 0, bytes_ * 8 * sizeof(uint32_t)); }
    void add(const uint8_t* query) {
        for (size_t i = 0; i < bytes_; i++)
            for (size_t bit = 0; bit < 8; bit++) ones_[i * 8 + bit] += query[i] >> bit & 1;
    }
    void mean(size_t count, uint8_t* center) {
        for (size_t i = 0; i < bytes_; i++) {
            unsigned byte = 0;
            for (size_t bit = 0; bit < 8; bit++)
                byte |= unsigned{ones_[i * 8 + bit] * 2 > count} << bit;
            center[i] = static_cast<uint8_t>(byte);
        }
    }
    void as_center(const uint8_t* sample, uint8_t* center) const {
        std::memcpy(center, sample, bytes_);
    }

private:
    size_t bytes_;
    uint32_t* ones_;
};

// f(space) with the space of an index.
template <class F>
inline decltype(auto) with_space(const Format& format, Arena arena, F f) {
    const Centers centers =
        format.metric == page::Metric::l2 ? Centers::anywhere : Centers::of_length_one;
    if (format.own == page::Own::bits)
        return f(BitSpace(arena, page::own_bytes(profile_of(format))));
    if (format.own == page::Own::f16) return f(DenseSpace<F16>(arena, format.dims, centers));
    return f(DenseSpace<F32>(arena, format.dims, centers));
}

}  // namespace quiver::ivf
