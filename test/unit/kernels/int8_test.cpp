// Distances of 8-bit codes, on every instruction set: exact.
#include "kernels/guarded_buffer.hpp"
#include "kernels/inputs.hpp"
#include "quiver/kernels/reference.hpp"
#include "support/isa_fixture.hpp"

namespace quiver::test {
namespace {

namespace reference = kernels::reference;

std::vector<int8_t> draw_codes(size_t n, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<int8_t> codes(n);
    for (int8_t& code : codes) code = static_cast<int8_t>(random());
    return codes;
}

class Int8Kernel : public IsaTest {
protected:
    static void expect_as_reference(const int8_t* a, const int8_t* b, size_t n) {
        EXPECT_EQ(set().int8.l2_squared(a, b, n), reference::int8_l2_squared(a, b, n))
            << "n = " << n;
        EXPECT_EQ(set().int8.inner_product(a, b, n), reference::int8_inner_product(a, b, n))
            << "n = " << n;
    }
};
QUIVER_INSTANTIATE_PER_ISA(Int8Kernel);

TEST_P(Int8Kernel, is_exact_at_every_length) {
    for (const size_t n : lengths())
        expect_as_reference(draw_codes(n, 1).data(), draw_codes(n, 2).data(), n);
}

TEST_P(Int8Kernel, is_exact_at_the_extremes_up_to_the_greatest_length) {
    for (const int x : {-128, -127, -1, 0, 1, 127}) {
        for (const int y : {-128, -127, -1, 0, 1, 127}) {
            for (const size_t n : {1, 15, 16, 17, 63, 64, 65, 255, 32768}) {
                const std::vector<int8_t> a(n, static_cast<int8_t>(x));
                const std::vector<int8_t> b(n, static_cast<int8_t>(y));
                const auto length = static_cast<int32_t>(n);
                EXPECT_EQ(set().int8.l2_squared(a.data(), b.data(), n), (x - y) * (x - y) * length)
                    << x << ", " << y;
                EXPECT_EQ(set().int8.inner_product(a.data(), b.data(), n), x * y * length)
                    << x << ", " << y;
            }
        }
    }
}

TEST_P(Int8Kernel, multiplies_every_pair_of_codes) {
    std::vector<int8_t> a;
    std::vector<int8_t> b;
    for (int x = -128; x < 128; ++x) {
        a.assign(256, static_cast<int8_t>(x));
        b.clear();
        for (int y = -128; y < 128; ++y) b.push_back(static_cast<int8_t>(y));
        expect_as_reference(a.data(), b.data(), 256);
        expect_as_reference(b.data(), a.data(), 256);
        for (int y = 0; y < 256; ++y) expect_as_reference(a.data(), b.data() + y, 1);
    }
}

TEST_P(Int8Kernel, ignores_alignment) {
    const auto a = draw_codes(200, 3);
    const auto b = draw_codes(200, 4);
    for (size_t offset = 0; offset < 64; ++offset)
        expect_as_reference(Misaligned<int8_t>(a, offset).data(),
                            Misaligned<int8_t>(b, 63 - offset).data(), 200);
}

TEST_P(Int8Kernel, stays_inside_its_inputs) {
    GuardedBuffer memory_a(300);
    GuardedBuffer memory_b(300);
    for (size_t n = 0; n <= 300; ++n) {
        const auto a = draw_codes(n, 5);
        const auto b = draw_codes(n, 6);
        expect_as_reference(memory_a.at_start(a.data(), n), memory_b.at_start(b.data(), n), n);
        expect_as_reference(memory_a.at_end(a.data(), n), memory_b.at_end(b.data(), n), n);
    }
}

}  // namespace
}  // namespace quiver::test
