// Population counts of bit strings, on every instruction set: exact.
#include "kernels/guarded_buffer.hpp"
#include "kernels/inputs.hpp"
#include "quiver/kernels/reference.hpp"
#include "support/isa_fixture.hpp"

namespace quiver::test {
namespace {

namespace reference = kernels::reference;

std::vector<uint8_t> draw_bytes(size_t n, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<uint8_t> bytes(n);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    return bytes;
}

TEST(BitReference, counts_bit_by_bit) {
    for (const size_t n : {0, 1, 7, 8, 9, 40}) {
        const auto a = draw_bytes(n, 1);
        const auto b = draw_bytes(n, 2);
        uint64_t differ = 0;
        uint64_t both = 0;
        uint64_t any = 0;
        for (size_t i = 0; i < 8 * n; ++i) {
            const int x = a[i / 8] >> i % 8 & 1;
            const int y = b[i / 8] >> i % 8 & 1;
            differ += x != y;
            both += x && y;
            any += x || y;
        }
        EXPECT_EQ(reference::hamming(a.data(), b.data(), n), differ) << n;
        EXPECT_EQ(reference::overlap(a.data(), b.data(), n).both, both) << n;
        EXPECT_EQ(reference::overlap(a.data(), b.data(), n).any, any) << n;
    }
}

class BitKernel : public IsaTest {
protected:
    static void expect_as_reference(const uint8_t* a, const uint8_t* b, size_t n) {
        EXPECT_EQ(set().bits.hamming(a, b, n), reference::hamming(a, b, n)) << "n = " << n;
        EXPECT_EQ(set().bits.overlap(a, b, n).both, reference::overlap(a, b, n).both)
            << "n = " << n;
        EXPECT_EQ(set().bits.overlap(a, b, n).any, reference::overlap(a, b, n).any) << "n = " << n;
    }
};
QUIVER_INSTANTIATE_PER_ISA(BitKernel);

TEST_P(BitKernel, is_exact_at_every_length) {
    for (const size_t n : lengths())
        expect_as_reference(draw_bytes(n, 1).data(), draw_bytes(n, 2).data(), n);
}

TEST_P(BitKernel, counts_all_ones_without_overflow) {
    for (const size_t n : lengths()) {
        const std::vector<uint8_t> ones(n, 0xff);
        const std::vector<uint8_t> zeros(n, 0);
        EXPECT_EQ(set().bits.hamming(ones.data(), zeros.data(), n), 8 * n);
        EXPECT_EQ(set().bits.overlap(ones.data(), ones.data(), n).both, 8 * n);
        EXPECT_EQ(set().bits.overlap(ones.data(), zeros.data(), n).any, 8 * n);
    }
}

TEST_P(BitKernel, ignores_alignment) {
    const auto a = draw_bytes(200, 3);
    const auto b = draw_bytes(200, 4);
    for (size_t offset = 0; offset < 64; ++offset)
        expect_as_reference(Misaligned<uint8_t>(a, offset).data(),
                            Misaligned<uint8_t>(b, 63 - offset).data(), 200);
}

TEST_P(BitKernel, stays_inside_its_inputs) {
    GuardedBuffer memory_a(300);
    GuardedBuffer memory_b(300);
    for (size_t n = 0; n <= 300; ++n) {
        const auto a = draw_bytes(n, 5);
        const auto b = draw_bytes(n, 6);
        expect_as_reference(memory_a.at_start(a.data(), n), memory_b.at_start(b.data(), n), n);
        expect_as_reference(memory_a.at_end(a.data(), n), memory_b.at_end(b.data(), n), n);
    }
}

TEST_P(BitKernel, one_to_many_gives_each_row_its_distance) {
    for (const size_t n : lengths()) {
        const auto query = draw_bytes(n, 7);
        std::vector<std::vector<uint8_t>> rows;
        for (unsigned r = 0; r < 5; ++r) rows.push_back(draw_bytes(n, 8 + r));
        for (size_t count = 0; count <= rows.size(); ++count) {
            const uint8_t* pointers[5];
            for (size_t r = 0; r < count; ++r) pointers[r] = rows[r].data();
            uint64_t out[6] = {99, 99, 99, 99, 99, 99};
            set().bits.hamming_many(query.data(), pointers, count, n, out);
            for (size_t r = 0; r < count; ++r)
                EXPECT_EQ(out[r], reference::hamming(query.data(), rows[r].data(), n))
                    << "n = " << n;
            EXPECT_EQ(out[count], 99u) << "wrote beyond " << count << " rows";
        }
    }
}

}  // namespace
}  // namespace quiver::test
