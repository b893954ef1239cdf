// The reference set: the specification itself, with float32 sums. Runs everywhere.
#include "quiver/kernels/reference.hpp"

#include "kernels/families.hpp"
#include "quiver/kernels/quant_reference.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver::kernels {

template <class A, class B>
struct Float<arch::Scalar, A, B> {
    static float l2_squared(const A* a, const B* b, size_t n) noexcept {
        return reference::l2_squared<float>(a, b, n);
    }
    static float inner_product(const A* a, const B* b, size_t n) noexcept {
        return reference::inner_product<float>(a, b, n);
    }
    static CosineParts cosine_parts(const A* a, const B* b, size_t n) noexcept {
        const auto sums = reference::cosine_parts<float>(a, b, n);
        return {sums.dot, sums.norm_a, sums.norm_b};
    }
    static float l1(const A* a, const B* b, size_t n) noexcept {
        return reference::l1<float>(a, b, n);
    }

    static void l2_squared_many(const A* query, const B* const* rows, size_t count, size_t n,
                                float* out) noexcept {
        for (size_t r = 0; r < count; ++r) out[r] = l2_squared(query, rows[r], n);
    }
    static void inner_product_many(const A* query, const B* const* rows, size_t count, size_t n,
                                   float* out) noexcept {
        for (size_t r = 0; r < count; ++r) out[r] = inner_product(query, rows[r], n);
    }
    static void l1_many(const A* query, const B* const* rows, size_t count, size_t n,
                        float* out) noexcept {
        for (size_t r = 0; r < count; ++r) out[r] = l1(query, rows[r], n);
    }
};

template <class A>
struct SquaredNorm<arch::Scalar, A> {
    static double squared_norm(const A* a, size_t n) noexcept {
        return reference::squared_norm(a, n);
    }
};

template <>
struct Bits<arch::Scalar> {
    static uint64_t hamming(const uint8_t* a, const uint8_t* b, size_t bytes) noexcept {
        return reference::hamming(a, b, bytes);
    }
    static BitOverlap overlap(const uint8_t* a, const uint8_t* b, size_t bytes) noexcept {
        return reference::overlap(a, b, bytes);
    }
    static void hamming_many(const uint8_t* query, const uint8_t* const* rows, size_t count,
                             size_t bytes, uint64_t* out) noexcept {
        for (size_t r = 0; r < count; ++r) out[r] = hamming(query, rows[r], bytes);
    }
};

template <>
struct Sparse<arch::Scalar> {
    static float l2_squared(SparseArg a, SparseArg b) noexcept {
        return reference::sparse_l2_squared<float>(a, b);
    }
    static float inner_product(SparseArg a, SparseArg b) noexcept {
        return reference::sparse_inner_product<float>(a, b);
    }
    static float l1(SparseArg a, SparseArg b) noexcept { return reference::sparse_l1<float>(a, b); }
    static float l2_squared_table(const SparseTable& a, SparseArg b) noexcept {
        return reference::sparse_l2_squared_table(a, b);
    }
    static float inner_product_table(const SparseTable& a, SparseArg b) noexcept {
        return reference::sparse_inner_product_table(a, b);
    }
    static float l1_table(const SparseTable& a, SparseArg b) noexcept {
        return reference::sparse_l1_table(a, b);
    }
};

template <>
struct Int8<arch::Scalar> {
    static int32_t l2_squared(const int8_t* a, const int8_t* b, size_t n) noexcept {
        return reference::int8_l2_squared(a, b, n);
    }
    static int32_t inner_product(const int8_t* a, const int8_t* b, size_t n) noexcept {
        return reference::int8_inner_product(a, b, n);
    }
    static void inner_product_many(const int8_t* query, const int8_t* const* rows, size_t count,
                                   size_t n, int32_t* out) noexcept {
        for (size_t r = 0; r < count; ++r) out[r] = inner_product(query, rows[r], n);
    }
};

template <>
struct Order<arch::Scalar> {
    static size_t smallest(const F32* v, size_t n) noexcept { return reference::smallest(v, n); }
    static size_t count_at_most(const F32* v, size_t n, float x) noexcept {
        return reference::count_at_most(v, n, x);
    }
};

template <>
struct Convert<arch::Scalar> {
    static void half_to_float(const F16* in, F32* out, size_t n) noexcept {
        reference::half_to_float(in, out, n);
    }
    static void float_to_half(const F32* in, F16* out, size_t n) noexcept {
        reference::float_to_half(in, out, n);
    }
    static void affine_to_float(const Affine8* in, F32* out, size_t n) noexcept {
        reference::affine_to_float(in, out, n);
    }
};

template <>
struct Quant<arch::Scalar> {
    static void rotate(uint64_t seed, size_t n, const F32* a, const F32* b, float* out) noexcept {
        reference::rotate(seed, n, a, b, out);
    }
    static float residual(const int16_t* a, float step, const float* b, float* out,
                          size_t n) noexcept {
        return reference::residual(a, step, b, out, n);
    }
    static CodeDots encode(const EncodeArgs& args) noexcept { return reference::encode(args); }
    static LutFactors build_lut(const float* q, size_t n, uint8_t* lut) noexcept {
        return reference::build_lut(q, n, lut);
    }
    static void sums(const CodeView& view, const uint8_t* lut, uint32_t* out) noexcept {
        reference::code_sums(view, lut, out);
    }
    static void estimate(const CodeView& view, const uint8_t* lut, const EdgeTerms& terms,
                         float* out) noexcept {
        reference::estimate(view, lut, terms, out);
    }
};

constinit const KernelSet scalar_set = make_set<arch::Scalar>(Isa::scalar);

}  // namespace quiver::kernels
