// Distances of a float32 query from rows of 8 bits, and the rows as float32, on every instruction
// set, against the reference in double.
#include "kernels/guarded_buffer.hpp"
#include "kernels/inputs.hpp"
#include "quiver/kernels/reference.hpp"
#include "support/isa_fixture.hpp"

namespace quiver::test {
namespace {

namespace reference = kernels::reference;
using Row = std::vector<uint8_t>;  // a header and a byte for each element

Row draw_row(float lo, float step, size_t n, unsigned seed) {
    std::mt19937 random(seed);
    const Affine8 header = {lo, step};
    Row row(sizeof header + n);
    std::memcpy(row.data(), &header, sizeof header);
    for (size_t i = 0; i < n; ++i) row[sizeof header + i] = static_cast<uint8_t>(random());
    return row;
}
const Affine8* row_of(const uint8_t* bytes) { return reinterpret_cast<const Affine8*>(bytes); }

class Affine8Kernel : public IsaTest {
protected:
    static void expect_close_to_reference(const F32* q, const Affine8* row, size_t n) {
        const auto& k = set().f32_affine8;
        const double l2 = reference::l2_squared<double>(q, row, n);
        EXPECT_TRUE(within_bound(k.l2_squared(q, row, n), l2, l2, n)) << "l2_squared";
        const double l1 = reference::l1<double>(q, row, n);
        EXPECT_TRUE(within_bound(k.l1(q, row, n), l1, l1, n)) << "l1";
        double magnitude = 0;
        for (size_t i = 0; i < n; ++i)
            magnitude += std::fabs(static_cast<double>(q[i]) * element(row, i));
        const double dot = reference::inner_product<double>(q, row, n);
        EXPECT_TRUE(within_bound(k.inner_product(q, row, n), dot, magnitude, n)) << "product";
        const auto parts = k.cosine_parts(q, row, n);
        const auto want = reference::cosine_parts<double>(q, row, n);
        EXPECT_TRUE(within_bound(parts.dot, want.dot, magnitude, n)) << "cosine_parts.dot";
        EXPECT_TRUE(within_bound(parts.norm_a, want.norm_a, want.norm_a, n)) << "norm_a";
        EXPECT_TRUE(within_bound(parts.norm_b, want.norm_b, want.norm_b, n)) << "norm_b";
    }
};
QUIVER_INSTANTIATE_PER_ISA(Affine8Kernel);

// Steps of at most 16 significant bits, as writers make them.
constexpr struct {
    float lo;
    float step;
} kHeaders[] = {{-1.7f, 0x1.a3p-7f},
                {0.0f, 1.0f},
                {3.25f, 0.0f},
                {-0x1p-149f, 0x1p-141f},
                {-1e15f, 0x1.0fp43f}};

TEST_P(Affine8Kernel, is_within_the_bound_at_every_length) {
    for (const auto& header : kHeaders) {
        for (const size_t n : lengths()) {
            SCOPED_TRACE(::testing::Message() << "lo " << header.lo << ", n = " << n);
            const auto q = draw<F32>(Kind::ordinary, n, 1);
            const Row row = draw_row(header.lo, header.step, n, 2);
            expect_close_to_reference(q.data(), row_of(row.data()), n);
        }
    }
}

TEST_P(Affine8Kernel, elements_have_the_same_bits_everywhere) {
    for (const auto& header : kHeaders) {
        for (const size_t n : lengths()) {
            const Row row = draw_row(header.lo, header.step, n, 3);
            std::vector<F32> got(n);
            set().convert.affine_to_float(row_of(row.data()), got.data(), n);
            for (size_t i = 0; i < n; ++i) {
                const double want = static_cast<double>(header.lo) +
                                    static_cast<double>(header.step) * row[sizeof(Affine8) + i];
                ASSERT_EQ(got[i].value, static_cast<float>(want)) << n << ", " << i;
            }
        }
    }
}

TEST_P(Affine8Kernel, a_row_among_many_has_the_same_bits) {
    for (const size_t n : lengths()) {
        const auto q = draw<F32>(Kind::ordinary, n, 4);
        std::vector<Row> rows;
        std::vector<const Affine8*> at;
        for (unsigned r = 0; r < 5; ++r) rows.push_back(draw_row(-2, 0x1.01p-6f, n, r));
        for (const Row& row : rows) at.push_back(row_of(row.data()));
        float l2[5];
        float dot[5];
        set().f32_affine8.l2_squared_many(q.data(), at.data(), 5, n, l2);
        set().f32_affine8.inner_product_many(q.data(), at.data(), 5, n, dot);
        for (int r = 0; r < 5; ++r) {
            EXPECT_EQ(l2[r], set().f32_affine8.l2_squared(q.data(), at[r], n));
            EXPECT_EQ(dot[r], set().f32_affine8.inner_product(q.data(), at[r], n));
        }
    }
}

TEST_P(Affine8Kernel, ignores_alignment) {
    const auto q = draw<F32>(Kind::ordinary, 200, 5);
    const Row row = draw_row(-1, 0x1.8p-7f, 200, 6);
    const float want = set().f32_affine8.l2_squared(q.data(), row_of(row.data()), 200);
    for (size_t offset = 0; offset < 64; ++offset)
        EXPECT_EQ(
            set().f32_affine8.l2_squared(Misaligned<F32>(q, offset).data(),
                                         row_of(Misaligned<uint8_t>(row, 63 - offset).data()), 200),
            want);
}

TEST_P(Affine8Kernel, stays_inside_its_inputs) {
    GuardedBuffer memory_q(300 * sizeof(F32));
    GuardedBuffer memory_row(300 + sizeof(Affine8));
    GuardedBuffer memory_out(300 * sizeof(F32));
    for (size_t n = 0; n <= 300; ++n) {
        const auto q = draw<F32>(Kind::ordinary, n, 7);
        const Row row = draw_row(-1, 0x1.8p-7f, n, 8);
        const std::vector<F32> out(n);
        expect_close_to_reference(memory_q.at_end(q.data(), n),
                                  row_of(memory_row.at_end(row.data(), row.size())), n);
        set().convert.affine_to_float(row_of(memory_row.at_start(row.data(), row.size())),
                                      memory_out.at_end(out.data(), n), n);
    }
}

}  // namespace
}  // namespace quiver::test
