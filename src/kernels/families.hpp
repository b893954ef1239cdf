// The kernel families as declarations, and the assembly of a KernelSet from them.
//
// A family is a class template of static functions on an instruction set's tag. Its definition (the
// .inl file of the same name) is included only by the file of that instruction set, which also
// instantiates it; any other file may take the functions' addresses. That is how one set borrows a
// family from another without compiling it twice.
#pragma once

#include <cstddef>  // size_t
#include <cstdint>  // int32_t

#include "quiver/kernels/kernel_set.hpp"

namespace quiver::kernels {

namespace arch {
struct Scalar;
struct Sse2;
struct Avx2;
struct Avx512;
struct Avx512Vnni;
struct Neon;
}  // namespace arch

template <class Arch, class A, class B>
struct Float {
    static float l2_squared(const A* a, const B* b, size_t n) noexcept;
    static float inner_product(const A* a, const B* b, size_t n) noexcept;
    static CosineParts cosine_parts(const A* a, const B* b, size_t n) noexcept;
    static float l1(const A* a, const B* b, size_t n) noexcept;
    static void l2_squared_many(const A* query, const B* const* rows, size_t count, size_t n,
                                float* out) noexcept;
    static void inner_product_many(const A* query, const B* const* rows, size_t count, size_t n,
                                   float* out) noexcept;
    static void l1_many(const A* query, const B* const* rows, size_t count, size_t n,
                        float* out) noexcept;
};

template <class Arch, class A>
struct SquaredNorm {
    static double squared_norm(const A* a, size_t n) noexcept;
};

template <class Arch>
struct Bits {
    static uint64_t hamming(const uint8_t* a, const uint8_t* b, size_t bytes) noexcept;
    static BitOverlap overlap(const uint8_t* a, const uint8_t* b, size_t bytes) noexcept;
    static void hamming_many(const uint8_t* query, const uint8_t* const* rows, size_t count,
                             size_t bytes, uint64_t* out) noexcept;
};

template <class Arch>
struct Sparse {
    static float l2_squared(SparseArg a, SparseArg b) noexcept;
    static float inner_product(SparseArg a, SparseArg b) noexcept;
    static float l1(SparseArg a, SparseArg b) noexcept;
    static float l2_squared_table(const SparseTable& a, SparseArg b) noexcept;
    static float inner_product_table(const SparseTable& a, SparseArg b) noexcept;
    static float l1_table(const SparseTable& a, SparseArg b) noexcept;
};

template <class Arch>
struct Int8 {
    static int32_t l2_squared(const int8_t* a, const int8_t* b, size_t n) noexcept;
    static int32_t inner_product(const int8_t* a, const int8_t* b, size_t n) noexcept;
    static void inner_product_many(const int8_t* query, const int8_t* const* rows, size_t count,
                                   size_t n, int32_t* out) noexcept;
};

template <class Arch>
struct Order {
    static size_t smallest(const F32* v, size_t n) noexcept;
    static size_t count_at_most(const F32* v, size_t n, float x) noexcept;
};

template <class Arch>
struct Convert {
    static void half_to_float(const F16* in, F32* out, size_t n) noexcept;
    static void float_to_half(const F32* in, F16* out, size_t n) noexcept;
    static void affine_to_float(const Affine8* in, F32* out, size_t n) noexcept;
};

template <class Arch>
struct Quant {
    static void rotate(uint64_t seed, size_t n, const F32* a, const F32* b, float* out) noexcept;
    static float residual(const int16_t* a, float step, const float* b, float* out,
                          size_t n) noexcept;
    static CodeDots encode(const EncodeArgs& args) noexcept;
    static LutFactors build_lut(const float* q, size_t n, uint8_t* lut) noexcept;
    static void sums(const CodeView& view, const uint8_t* lut, uint32_t* out) noexcept;
    static void estimate(const CodeView& view, const uint8_t* lut, const EdgeTerms& terms,
                         float* out) noexcept;
};

template <class Arch, class A, class B>
consteval FloatKernels<A, B> float_table() {
    using K = Float<Arch, A, B>;
    return {K::l2_squared,      K::inner_product,      K::cosine_parts, K::l1,
            K::l2_squared_many, K::inner_product_many, K::l1_many};
}

template <class Arch>
consteval BitKernels bit_table() {
    using K = Bits<Arch>;
    return {K::hamming, K::overlap, K::hamming_many};
}

template <class Arch>
consteval SparseKernels sparse_table() {
    using K = Sparse<Arch>;
    return {K::l2_squared,       K::inner_product,       K::l1,
            K::l2_squared_table, K::inner_product_table, K::l1_table};
}

template <class Arch>
consteval Int8Kernels int8_table() {
    using K = Int8<Arch>;
    return {K::l2_squared, K::inner_product, K::inner_product_many};
}

template <class Arch>
consteval OrderKernels order_table() {
    using K = Order<Arch>;
    return {K::smallest, K::count_at_most};
}

template <class Arch>
consteval ConvertKernels convert_table() {
    using K = Convert<Arch>;
    return {K::half_to_float, K::float_to_half, K::affine_to_float};
}

template <class Arch>
consteval QuantKernels quant_table() {
    using K = Quant<Arch>;
    return {K::rotate, K::encode, K::build_lut, K::sums, K::estimate, K::residual};
}

// All families of one instruction set; those on bytes may come from another.
template <class Arch, class BytesArch = Arch>
consteval KernelSet make_set(Isa isa) {
    return {
        .isa = isa,
        .f32 = float_table<Arch, F32, F32>(),
        .f16 = float_table<Arch, F16, F16>(),
        .f32_f16 = float_table<Arch, F32, F16>(),
        .f32_affine8 = float_table<Arch, F32, Affine8>(),
        .squared_norm_f32 = SquaredNorm<Arch, F32>::squared_norm,
        .squared_norm_f16 = SquaredNorm<Arch, F16>::squared_norm,
        .bits = bit_table<BytesArch>(),
        .sparse = sparse_table<Arch>(),
        .int8 = int8_table<BytesArch>(),
        .order = order_table<Arch>(),
        .convert = convert_table<Arch>(),
        .quant = quant_table<Arch>(),
    };
}

extern const KernelSet scalar_set;
#if defined(__x86_64__)
extern const KernelSet sse2_set;
extern const KernelSet avx2_set;
extern const KernelSet avx512_set;
extern const KernelSet avx512vnni_set;
#elif defined(__aarch64__)
extern const KernelSet neon_set;
#endif

}  // namespace quiver::kernels
