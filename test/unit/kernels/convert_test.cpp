// Conversions between float32 and float16, on every instruction set: bit for bit those of
// base/number.hpp, which has its own independent test.
#include <bit>  // std::bit_cast

#include "kernels/guarded_buffer.hpp"
#include "kernels/inputs.hpp"
#include "quiver/base/number.hpp"
#include "support/isa_fixture.hpp"

namespace quiver::test {
namespace {

class ConvertKernel : public IsaTest {
protected:
    static void expect_widened(const std::vector<F16>& in) {
        std::vector<F32> out(in.size());
        set().convert.half_to_float(in.data(), out.data(), in.size());
        for (size_t i = 0; i < in.size(); ++i) {
            ASSERT_EQ(std::bit_cast<uint32_t>(out[i].value),
                      std::bit_cast<uint32_t>(to_float(in[i])))
                << std::hex << in[i].bits << " at " << i << " of " << in.size();
        }
    }

    static void expect_narrowed(const std::vector<F32>& in) {
        std::vector<F16> out(in.size());
        set().convert.float_to_half(in.data(), out.data(), in.size());
        for (size_t i = 0; i < in.size(); ++i) {
            const uint32_t bits = std::bit_cast<uint32_t>(in[i].value);
            ASSERT_EQ(+out[i].bits, +to_half(in[i].value).bits)
                << std::hex << bits << " at " << i << " of " << in.size();
        }
    }
};
QUIVER_INSTANTIATE_PER_ISA(ConvertKernel);

TEST_P(ConvertKernel, widens_every_half) {
    std::vector<F16> all;
    for (uint32_t bits = 0; bits <= 0xffff; ++bits) all.push_back({static_cast<uint16_t>(bits)});
    expect_widened(all);
    // The same values through the tail: three at a time.
    for (size_t i = 0; i + 3 <= all.size(); i += 3)
        expect_widened({all[i], all[i + 1], all[i + 2]});
}

TEST_P(ConvertKernel, narrows_every_half_every_midpoint_and_their_neighbours) {
    std::vector<F32> in;
    for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
        const uint32_t exact = std::bit_cast<uint32_t>(to_float(F16{static_cast<uint16_t>(bits)}));
        // A half's unit in the last place is 2^13 of float32's (more for subnormals): the midpoint
        // is half of it on.
        for (const uint32_t delta : {0u, 1u, ~0u, 0xfffu, 0x1000u, 0x1001u})
            in.push_back({std::bit_cast<float>(exact + delta)});
        if ((bits & 0x7fff) < 0x400) {
            const float middle = to_float(F16{static_cast<uint16_t>(bits)}) +
                                 std::copysign(0x1p-25f, bits & 0x8000 ? -1.0f : 1.0f);
            in.push_back({middle});
            in.push_back({std::nextafter(middle, 0.0f)});
            in.push_back({std::nextafter(middle, middle * 2)});
        }
    }
    expect_narrowed(in);
}

TEST_P(ConvertKernel, narrows_arbitrary_bits) {
    std::mt19937 random(1);
    std::vector<F32> in;
    for (int i = 0; i < 1 << 20; ++i)
        in.push_back({std::bit_cast<float>(static_cast<uint32_t>(random()))});
    expect_narrowed(in);
    for (size_t i = 0; i + 7 < 70000; i += 7) expect_narrowed({in.begin() + i, in.begin() + i + 7});
}

TEST_P(ConvertKernel, reads_and_writes_inside_its_arrays) {
    GuardedBuffer halves(300 * sizeof(F16));
    GuardedBuffer floats(300 * sizeof(F32));
    for (size_t n = 0; n <= 150; ++n) {
        const auto h = draw<F16>(Kind::ordinary, n, 2);
        const std::vector<F32> zeros(n);
        const F16* in = halves.at_end(h.data(), n);
        F32* out = floats.at_end(zeros.data(), n);
        set().convert.half_to_float(in, out, n);
        for (size_t i = 0; i < n; ++i) EXPECT_EQ(out[i].value, to_float(h[i])) << "n = " << n;

        const std::vector<F16> blank(n);
        F16* back = halves.at_end(blank.data(), n);
        set().convert.float_to_half(out, back, n);
        for (size_t i = 0; i < n; ++i) EXPECT_EQ(+back[i].bits, +h[i].bits) << "n = " << n;
    }
}

TEST_P(ConvertKernel, writes_no_more_than_asked) {
    for (const size_t n : lengths()) {
        const auto h = draw<F16>(Kind::ordinary, n, 3);
        const auto f = draw<F32>(Kind::ordinary, n, 4);
        std::vector<F32> out_floats(n + 1, F32{-7.0f});
        std::vector<F16> out_halves(n + 1, F16{0x1234});
        set().convert.half_to_float(h.data(), out_floats.data(), n);
        set().convert.float_to_half(f.data(), out_halves.data(), n);
        EXPECT_EQ(out_floats[n].value, -7.0f) << "n = " << n;
        EXPECT_EQ(+out_halves[n].bits, 0x1234) << "n = " << n;
    }
}

}  // namespace
}  // namespace quiver::test
