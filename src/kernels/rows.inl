// A row of any element type as the loops of float.inl see it: a position, and float32 registers
// read from there. F32 and F16 rows are pointers; an Affine8 row carries its header along.
#pragma once

#include "kernels/families.hpp"
#include "kernels/xsimd_shim.hpp"

namespace quiver::kernels {

template <class Arch>
struct AffineRow {
    using L = Lanes<Arch>;
    using Floats = typename L::Floats;
    Floats lo;
    Floats step;
    const uint8_t* codes;

    [[gnu::always_inline]] AffineRow operator+(size_t n) const noexcept {
        return {lo, step, codes + n};
    }
    [[gnu::always_inline]] AffineRow& operator+=(size_t n) noexcept {
        codes += n;
        return *this;
    }
    [[gnu::always_inline]] Floats load() const noexcept {
        return xsimd::fma(step, L::load(codes), lo);
    }
    // Zeros behind the first r elements, not lo: they are to add nothing.
    [[gnu::always_inline]] Floats load_tail(size_t r) const noexcept {
        F32 all[L::kWidth];
        L::store(all, lo);
        return xsimd::fma(step, L::load_tail(codes, r), L::load_tail(all, r));
    }
};

template <class Arch, class B>
[[gnu::always_inline]] inline const B* row_at(const B* row) noexcept {
    return row;
}
template <class Arch>
[[gnu::always_inline]] inline AffineRow<Arch> row_at(const Affine8* row) noexcept {
    using Floats = typename Lanes<Arch>::Floats;
    return {Floats(row->lo), Floats(row->step), reinterpret_cast<const uint8_t*>(row + 1)};
}

template <class Arch, class B>
[[gnu::always_inline]] inline auto load_row(const B* p) noexcept {
    return Lanes<Arch>::load(p);
}
template <class Arch>
[[gnu::always_inline]] inline auto load_row(AffineRow<Arch> row) noexcept {
    return row.load();
}

template <class Arch, class B>
[[gnu::always_inline]] inline auto load_row_tail(const B* p, size_t r) noexcept {
    return Lanes<Arch>::load_tail(p, r);
}
template <class Arch>
[[gnu::always_inline]] inline auto load_row_tail(AffineRow<Arch> row, size_t r) noexcept {
    return row.load_tail(r);
}

}  // namespace quiver::kernels
