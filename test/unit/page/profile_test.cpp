// Page fit: what every profile must satisfy, and the sizes that the documentation promises.
#include "quiver/page/profile.hpp"

#include <gtest/gtest.h>

namespace quiver::page {
namespace {

ProfileRequest request(uint32_t dims, Own own, int m, Fit fit) {
    const Metric metric = own == Own::bits ? Metric::hamming : Metric::l2;
    return {dims, metric, own, m, 64, fit};
}

void expect_sections(const Profile& p, const SlotLayout& s, int edges) {
    ASSERT_EQ(s.edges, edges);
    ASSERT_EQ(s.edges_padded % 16, 0);
    ASSERT_GE(s.edges_padded, s.edges);
    ASSERT_LT(s.edges_padded, s.edges + 16);
    ASSERT_LE(s.edges_padded, kMaxEdgesPadded);
    ASSERT_EQ(s.own, sizeof(SlotHeader));
    ASSERT_GE(s.ids, s.own + own_bytes(p));
    ASSERT_EQ(s.ids % 4, 0u);
    ASSERT_EQ(s.add, s.ids + 4u * s.edges_padded);
    ASSERT_EQ(s.scale, s.add + 4u * s.edges_padded);
    ASSERT_EQ(s.tag, s.scale + 2u * s.edges_padded);
    ASSERT_EQ(s.codes, s.tag + 1u * s.edges_padded);
    ASSERT_GE(s.stride, s.codes + code_bytes_per_edge(p) * s.edges_padded);
    ASSERT_EQ(s.stride % 4, 0u);
    ASSERT_GE(s.per_page, 1);
    ASSERT_LE(size_t{s.per_page} * s.stride, kBody);
}

TEST(PageFit, every_profile_keeps_to_its_page) {
    int fitting = 0;
    int refused = 0;
    for (const Fit fit : {Fit::compact, Fit::fast}) {
        for (const Own own : {Own::f32, Own::f16, Own::bits}) {
            for (uint32_t dims = 1; dims <= 4200; dims += dims < 130 ? 1 : 61) {
                for (const int m : {2, 3, 5, 8, 12, 16, 24, 31, 48, 64, 99, 100}) {
                    SCOPED_TRACE(::testing::Message() << "dims " << dims << " m " << m << " own "
                                                      << static_cast<int>(own));
                    Profile p;
                    if (!choose_profile(request(dims, own, m, fit), p)) {
                        ++refused;
                        continue;
                    }
                    ++fitting;
                    ASSERT_EQ(p.dims, dims);
                    ASSERT_EQ(p.m, m);
                    ASSERT_EQ(p.ef_construction, 64);
                    ASSERT_GT(p.code_dims, 0u);
                    ASSERT_EQ(p.code_dims % 8, 0u);
                    ASSERT_LE(p.code_dims, padded_dims(dims));
                    ASSERT_GE(p.code_bits, 1);
                    ASSERT_LE(p.code_bits, kMaxCodeBits);
                    // More than one bit only when all coordinates have one.
                    ASSERT_TRUE(p.code_bits == 1 || p.code_dims == padded_dims(dims));
                    const Layouts both = layouts(p);
                    expect_sections(p, both.base, 2 * m);
                    expect_sections(p, both.upper, m);
                    ASSERT_GE(both.upper.per_page, both.base.per_page);
                }
            }
        }
    }
    EXPECT_GT(fitting, 1000);
    EXPECT_GT(refused, 100);
}

int per_page(uint32_t dims, Own own, int m, Fit fit) {
    Profile p;
    return choose_profile(request(dims, own, m, fit), p) ? layouts(p).base.per_page : 0;
}

TEST(PageFit, nodes_per_page) {
    EXPECT_EQ(per_page(768, Own::f16, 16, Fit::compact), 2);
    EXPECT_EQ(per_page(768, Own::f16, 16, Fit::fast), 1);
    EXPECT_EQ(per_page(128, Own::f16, 16, Fit::compact), 7);
    EXPECT_LT(per_page(128, Own::f16, 16, Fit::fast), 7);
    EXPECT_EQ(per_page(1536, Own::f16, 16, Fit::compact), 1);
}

TEST(PageFit, what_does_not_fit_is_refused) {
    EXPECT_EQ(per_page(2000, Own::f16, 16, Fit::compact), 1);
    EXPECT_EQ(per_page(2000, Own::f16, 16, Fit::fast), 1);
    EXPECT_EQ(per_page(2000, Own::f16, 100, Fit::compact), 0);
    EXPECT_EQ(per_page(2000, Own::f32, 16, Fit::compact), 0);
    EXPECT_EQ(per_page(4000, Own::f16, 16, Fit::compact), 0);
    EXPECT_EQ(per_page(1, Own::f32, 100, Fit::fast) > 0, true);
}

// A larger vector or a longer list never makes room.
TEST(PageFit, is_monotonous) {
    for (int m = 2; m < 100; ++m)
        EXPECT_GE(per_page(256, Own::f16, m, Fit::compact),
                  per_page(256, Own::f16, m + 1, Fit::compact))
            << m;
    for (uint32_t dims = 257; dims < 2000; dims += 8)
        EXPECT_GE(per_page(dims, Own::f16, 16, Fit::compact),
                  per_page(dims + 8, Own::f16, 16, Fit::compact))
            << dims;
}

}  // namespace
}  // namespace quiver::page
