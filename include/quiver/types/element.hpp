// What may be an element: a finite number of the stored type.
#pragma once

#include <cmath>  // std::isfinite, std::isnan

#include "quiver/base/number.hpp"
#include "quiver/base/status.hpp"
#include "quiver/types/dense.hpp"

namespace quiver {

// Rounds to the stored type; a finite float may become an infinite half.
template <class T>
inline T round_to(float value) noexcept;
template <>
inline F32 round_to<F32>(float value) noexcept {
    return {value};
}
template <>
inline F16 round_to<F16>(float value) noexcept {
    return to_half(value);
}

inline bool is_finite(float x) noexcept { return std::isfinite(x); }
inline bool is_finite(F32 x) noexcept { return std::isfinite(x.value); }
inline bool is_finite(F16 x) noexcept { return (x.bits & 0x7c00u) != 0x7c00u; }

// Why a number that is not finite was refused.
inline Status not_finite(float x, const char* type) noexcept {
    return {.code = std::isnan(x) ? Code::nan_element : Code::infinite_element, .type = type};
}

// Without an early exit, so that the compiler takes several elements at a time.
template <class T>
inline bool all_finite(const T* x, int n) noexcept {
    bool finite = true;
    for (int i = 0; i < n; i++) finite &= is_finite(x[i]);
    return finite;
}

// The first element that is not finite decides the error.
template <class T>
inline Status check_finite(const T* x, int n, const char* type) noexcept {
    if (all_finite(x, n)) [[likely]]
        return {};
    for (int i = 0; i < n; i++) {
        if (!is_finite(x[i])) [[unlikely]]
            return not_finite(to_float(x[i]), type);
    }
    return {};
}

// Fails when the number is finite and T cannot hold it. NaN and infinities are stored for
// check_finite to refuse.
template <class T>
inline Status store_float(float value, T& out) noexcept;
template <>
inline Status store_float<F32>(float value, F32& out) noexcept {
    out = value;
    return {};
}
template <>
inline Status store_float<F16>(float value, F16& out) noexcept {
    out = to_half(value);
    if (is_inf(out) && is_finite(value)) [[unlikely]]
        return {.code = Code::value_out_of_range, .type = kDenseTypeName<F16>, .value = value};
    return {};
}

}  // namespace quiver
