// What the kernel tests feed and how they judge sums of float32.
#pragma once

#include <gtest/gtest.h>

#include <cfloat>   // FLT_MAX
#include <cmath>    // std::fabs, std::isnan
#include <cstddef>  // size_t
#include <cstdint>  // uint8_t
#include <cstring>  // std::memcpy
#include <limits>   // std::numeric_limits
#include <random>   // std::mt19937
#include <vector>   // std::vector

#include "quiver/base/number.hpp"

namespace quiver::test {

// Around the vector widths of every instruction set and its unrolled loops, odd numbers, and real
// dimensions.
inline std::vector<size_t> lengths() {
    std::vector<size_t> all = {0, 1, 2, 3, 5, 6};
    for (const size_t width : {4, 8, 16, 32, 64, 128})
        for (const size_t n : {width - 1, width, width + 1}) all.push_back(n);
    for (const size_t n : {11, 21, 29, 43, 45, 77, 100, 111, 191, 255, 257, 768, 769, 1536, 16000})
        all.push_back(n);
    return all;
}

inline void assign(F32& to, float value) { to = value; }
inline void assign(F16& to, float value) { to = to_half(value); }

enum class Kind { ordinary, integers, denormal, huge, negative_zero };

inline const char* kind_name(Kind kind) {
    switch (kind) {
        case Kind::ordinary:
            return "ordinary";
        case Kind::integers:
            return "integers";
        case Kind::denormal:
            return "denormal";
        case Kind::huge:
            return "huge";
        case Kind::negative_zero:
            return "negative zero";
    }
    return "";
}

inline constexpr Kind kKinds[] = {Kind::ordinary, Kind::integers, Kind::denormal, Kind::huge,
                                  Kind::negative_zero};

// Finite values of both signs. Denormal and huge are so in T.
template <class T>
std::vector<T> draw(Kind kind, size_t n, unsigned seed) {
    constexpr bool kHalf = sizeof(T) == sizeof(F16);
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<T> values(n);
    for (T& value : values) {
        switch (kind) {
            case Kind::ordinary:
                assign(value, normal(random));
                break;
            case Kind::integers:
                assign(value, static_cast<float>(static_cast<int>(random() % 17) - 8));
                break;
            case Kind::denormal:
                assign(value, normal(random) * (kHalf ? 1e-6f : 1e-39f));
                break;
            case Kind::huge:
                assign(value, (random() % 2 ? 1.0f : -1.0f) * (kHalf ? 65000.0f : 3e38f));
                break;
            case Kind::negative_zero:
                assign(value, random() % 2 ? -0.0f : 1.5f);
                break;
        }
    }
    return values;
}

// A copy that begins `offset` bytes after an address aligned to 64.
template <class T>
class Misaligned {
public:
    Misaligned(const std::vector<T>& values, size_t offset)
        : memory_(values.size() * sizeof(T) + 128) {
        const auto address = reinterpret_cast<uintptr_t>(memory_.data());
        uint8_t* start = memory_.data() + (64 - address % 64) % 64 + offset;
        if (!values.empty())
            std::memcpy(start, static_cast<const void*>(values.data()), values.size() * sizeof(T));
        data_ = reinterpret_cast<T*>(start);
    }
    const T* data() const { return data_; }

private:
    std::vector<uint8_t> memory_;
    T* data_;
};

// The bound of kernel_set.hpp. `magnitude` is the sum of the absolute values of the terms. Terms
// too small for float32 add half of its smallest number each. What exceeds float32 must be an
// infinity, not NaN.
inline ::testing::AssertionResult within_bound(float got, double want, double magnitude, size_t n) {
    const double bound =
        static_cast<double>(n + 8) * 0x1p-24 * magnitude + static_cast<double>(n) * 0x1p-149;
    if (want > FLT_MAX) {
        if (got == std::numeric_limits<float>::infinity()) return ::testing::AssertionSuccess();
    } else if (std::fabs(static_cast<double>(got) - want) <= bound) {
        return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure()
           << "got " << got << ", want " << want << " within " << bound;
}

}  // namespace quiver::test
