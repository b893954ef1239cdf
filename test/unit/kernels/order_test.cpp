// The order of numbers, on every instruction set: exact.
#include "kernels/guarded_buffer.hpp"
#include "kernels/inputs.hpp"
#include "quiver/kernels/reference.hpp"
#include "support/isa_fixture.hpp"

namespace quiver::test {
namespace {

namespace reference = kernels::reference;

class OrderKernel : public IsaTest {
protected:
    static void expect_as_reference(const F32* v, size_t n, float x) {
        if (n > 0) {
            EXPECT_EQ(set().order.smallest(v, n), reference::smallest(v, n)) << "n = " << n;
        }
        EXPECT_EQ(set().order.count_at_most(v, n, x), reference::count_at_most(v, n, x))
            << "n = " << n << ", x = " << x;
    }
    static void expect_as_reference(const std::vector<F32>& v) {
        for (const float x : {-1.0f, 0.0f, 0.25f}) expect_as_reference(v.data(), v.size(), x);
        if (!v.empty()) expect_as_reference(v.data(), v.size(), v[v.size() / 2].value);
    }
};
QUIVER_INSTANTIATE_PER_ISA(OrderKernel);

TEST_P(OrderKernel, is_exact_at_every_length) {
    for (const size_t n : lengths())
        for (const Kind kind : kKinds) expect_as_reference(draw<F32>(kind, n, 1));
}

TEST_P(OrderKernel, finds_the_smallest_wherever_it_is) {
    for (size_t n = 1; n <= 70; ++n) {
        for (size_t at = 0; at < n; ++at) {
            std::vector<F32> v(n);
            for (F32& x : v) x = std::numeric_limits<float>::infinity();
            v[at] = -std::numeric_limits<float>::max();
            EXPECT_EQ(set().order.smallest(v.data(), n), at) << "n = " << n;
            EXPECT_EQ(set().order.count_at_most(v.data(), n, 0), 1u) << "n = " << n;
        }
    }
}

TEST_P(OrderKernel, finds_the_first_of_equal_ones) {
    for (size_t n = 1; n <= 70; ++n) {
        for (size_t first = 0; first < n; ++first) {
            std::vector<F32> v(n);
            for (size_t i = 0; i < n; ++i) v[i] = i < first ? 2.0f : 1.0f;
            EXPECT_EQ(set().order.smallest(v.data(), n), first) << "n = " << n;
            EXPECT_EQ(set().order.count_at_most(v.data(), n, 1), n - first) << "n = " << n;
        }
    }
}

TEST_P(OrderKernel, takes_infinities) {
    for (const size_t n : {1, 5, 16, 33}) {
        std::vector<F32> v(n);
        for (F32& x : v) x = std::numeric_limits<float>::infinity();
        EXPECT_EQ(set().order.smallest(v.data(), n), 0u);
        EXPECT_EQ(set().order.count_at_most(v.data(), n, std::numeric_limits<float>::max()), 0u);
        EXPECT_EQ(set().order.count_at_most(v.data(), n, std::numeric_limits<float>::infinity()),
                  n);
    }
}

TEST_P(OrderKernel, stays_inside_its_inputs) {
    GuardedBuffer memory(150 * sizeof(F32));
    for (size_t n = 0; n <= 150; ++n) {
        const auto v = draw<F32>(Kind::ordinary, n, 2);
        expect_as_reference(memory.at_start(v.data(), n), n, 0.5f);
        expect_as_reference(memory.at_end(v.data(), n), n, 0.5f);
    }
}

}  // namespace
}  // namespace quiver::test
