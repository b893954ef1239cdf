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

// Rows of a batch are those alone, whatever their number and where they lie.
TEST_P(Int8Kernel, many_rows_are_as_exact_as_one) {
    for (const size_t n : {0, 1, 7, 16, 63, 64, 100, 128, 200, 768, 1000}) {
        const auto query = draw_codes(n, 7);
        for (size_t count = 0; count <= 9; ++count) {
            std::vector<Misaligned<int8_t>> rows;
            std::vector<const int8_t*> at;
            for (size_t r = 0; r < count; ++r)
                rows.emplace_back(draw_codes(n, static_cast<unsigned>(8 + r)), r);
            for (const auto& row : rows) at.push_back(row.data());
            std::vector<int32_t> out(count + 1, -7);
            set().int8.inner_product_many(query.data(), at.data(), count, n, out.data());
            for (size_t r = 0; r < count; ++r)
                EXPECT_EQ(out[r], reference::int8_inner_product(query.data(), at[r], n))
                    << "row " << r << " of " << count << ", n = " << n;
            EXPECT_EQ(out[count], -7);
        }
    }
}

TEST_P(Int8Kernel, many_rows_are_exact_at_the_extremes) {
    constexpr size_t kLongest = 32768;
    for (const int x : {-128, 127}) {
        for (const int y : {-128, 127}) {
            const std::vector<int8_t> query(kLongest, static_cast<int8_t>(x));
            const std::vector<int8_t> row(kLongest, static_cast<int8_t>(y));
            const int8_t* const rows[5] = {row.data(), row.data(), row.data(), row.data(),
                                           row.data()};
            int32_t out[5];
            set().int8.inner_product_many(query.data(), rows, 5, kLongest, out);
            for (const int32_t product : out)
                EXPECT_EQ(product, x * y * static_cast<int32_t>(kLongest)) << x << ", " << y;
        }
    }
}

TEST_P(Int8Kernel, many_rows_stay_inside_their_inputs) {
    GuardedBuffer memory_query(150);
    GuardedBuffer memory_row(150);
    for (size_t n = 0; n <= 150; ++n) {
        const auto query = draw_codes(n, 5);
        const auto codes = draw_codes(n, 6);
        const int8_t* const row = memory_row.at_end(codes.data(), n);
        const int8_t* const rows[5] = {row, row, row, row, row};
        int32_t out[5];
        set().int8.inner_product_many(memory_query.at_end(query.data(), n), rows, 5, n, out);
        for (const int32_t product : out)
            EXPECT_EQ(product, reference::int8_inner_product(query.data(), codes.data(), n));
    }
}

}  // namespace
}  // namespace quiver::test
