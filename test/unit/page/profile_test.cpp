// Page fit: what every profile must satisfy, and the sizes that the documentation promises.
#include "quiver/page/profile.hpp"

#include <gtest/gtest.h>

namespace quiver::page {
namespace {

ProfileRequest request(uint32_t dims, Own own, int m, Fit fit) {
    const Metric metric = own == Own::bits ? Metric::hamming : Metric::l2;
    return {dims, metric, own, m, 64, fit};
}

size_t parts(const Profile& p) {
    const SlotLayout base = layouts(p).base;
    return base.tail_parts(base.own_bytes);
}

void expect_sections(const Profile& p, const SlotLayout& s, int edges) {
    ASSERT_EQ(s.edges, edges);
    ASSERT_EQ(s.edges_padded % 16, 0);
    ASSERT_GE(s.edges_padded, s.edges);
    ASSERT_LT(s.edges_padded, s.edges + 16);
    ASSERT_LE(s.edges_padded, kMaxEdgesPadded);
    ASSERT_EQ(s.own_bytes, own_bytes(p));
    if (p.place == OwnPlace::tails) {
        ASSERT_TRUE(s.spans());
        ASSERT_EQ(s.tail, sizeof(SlotHeader));
        ASSERT_EQ(s.ids, s.tail + sizeof(TailRef));
        ASSERT_GE(s.tail_parts(s.own_bytes) * kTailBytes, s.own_bytes);
    } else {
        ASSERT_FALSE(s.spans());
        ASSERT_EQ(s.own, sizeof(SlotHeader));
        ASSERT_GE(s.ids, s.own + own_bytes(p));
    }
    const uint32_t factors = p.own == Own::bits ? 0 : s.edges_padded;
    ASSERT_EQ(s.ids % 4, 0u);
    ASSERT_EQ(s.add, s.ids + 4u * s.edges_padded);
    ASSERT_EQ(s.scale, s.add + 4u * factors);
    ASSERT_EQ(s.tag, s.scale + 2u * factors);
    ASSERT_EQ(s.codes, s.tag + 1u * s.edges_padded);
    ASSERT_GE(s.stride, s.codes + code_bytes_per_edge(p, s.code_dims) * s.edges_padded);
    ASSERT_EQ(s.stride % 4, 0u);
    ASSERT_GE(s.per_page, 1);
    ASSERT_LE(size_t{s.per_page} * s.stride, kBody);
}

TEST(PageFit, every_profile_keeps_to_its_page) {
    for (const Fit fit : {Fit::compact, Fit::fast}) {
        for (const Own own : {Own::f32, Own::f16, Own::i8, Own::bits}) {
            const uint32_t most = own == Own::bits ? 64000 : 16000;
            for (uint32_t dims = 1; dims <= most; dims += dims < 130    ? 1
                                                          : dims < 4200 ? 61
                                                                        : 1180) {
                for (const int m : {2, 3, 5, 8, 12, 16, 24, 31, 48, 64, 99, 100}) {
                    SCOPED_TRACE(::testing::Message() << "dims " << dims << " m " << m << " own "
                                                      << static_cast<int>(own));
                    Profile p;
                    ASSERT_TRUE(choose_profile(request(dims, own, m, fit), p));
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
                    ASSERT_TRUE(p.code_bits == 1 || own != Own::bits);
                    const Layouts both = layouts(p);
                    expect_sections(p, both.base, 2 * m);
                    expect_sections(p, both.upper, m);
                    ASSERT_GE(both.upper.per_page, both.base.per_page);
                    ASSERT_LE(both.upper.code_dims, p.code_dims);
                    ASSERT_GE(both.upper.code_dims * 8, p.code_dims * 7);
                }
            }
        }
    }
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

Profile chosen(uint32_t dims, Own own, int m, Fit fit = Fit::compact) {
    Profile p{};
    EXPECT_TRUE(choose_profile(request(dims, own, m, fit), p));
    return p;
}

// The most exact form of the own vector that leaves room for codes.
TEST(PageFit, forms_of_the_own_vector) {
    const auto expect = [](uint32_t dims, Own own, int m, Own form, OwnPlace place) {
        const Profile p = chosen(dims, own, m);
        EXPECT_EQ(p.own, form) << dims;
        EXPECT_EQ(p.place, place) << dims;
    };
    expect(64, Own::f32, 16, Own::f32, OwnPlace::slot);
    expect(768, Own::f16, 16, Own::f16, OwnPlace::slot);
    expect(2000, Own::f16, 16, Own::f16, OwnPlace::slot);
    expect(2000, Own::f16, 64, Own::f16, OwnPlace::slot);
    expect(2000, Own::f16, 100, Own::i8, OwnPlace::slot);
    expect(4000, Own::f16, 16, Own::i8, OwnPlace::slot);
    expect(5000, Own::f16, 16, Own::i8, OwnPlace::tails);
    expect(16000, Own::f16, 2, Own::i8, OwnPlace::tails);
    expect(16000, Own::f16, 100, Own::i8, OwnPlace::tails);
    expect(30000, Own::bits, 16, Own::bits, OwnPlace::slot);
    expect(64000, Own::bits, 16, Own::bits, OwnPlace::tails);
    expect(64000, Own::bits, 100, Own::bits, OwnPlace::tails);
    EXPECT_EQ(parts(chosen(8136, Own::f16, 16)), 1u);
    EXPECT_EQ(parts(chosen(8137, Own::f16, 16)), 2u);
    EXPECT_EQ(parts(chosen(16000, Own::f16, 16)), 2u);
    EXPECT_EQ(parts(chosen(64000, Own::bits, 16)), 1u);
}

TEST(PageFit, common_dimensions) {
    const auto expect = [](uint32_t dims, uint32_t code_dims, int base, int upper) {
        const Profile p = chosen(dims, Own::f16, 16);
        EXPECT_EQ(p.code_bits, 1) << dims;
        EXPECT_EQ(p.code_dims, code_dims) << dims;
        EXPECT_EQ(layouts(p).base.per_page, base) << dims;
        EXPECT_EQ(layouts(p).upper.per_page, upper) << dims;
    };
    expect(128, 128, 7, 11);
    expect(768, 536, 2, 3);
    expect(1024, 1024, 1, 2);
    expect(1536, 1176, 1, 1);
    expect(2000, 944, 1, 1);
    EXPECT_EQ(layouts(chosen(768, Own::f16, 16)).upper.code_dims, 488u);
}

TEST(PageFit, short_bit_strings_are_their_own_code) {
    for (const uint32_t dims : {1u, 8u, 64u, 256u, 768u, 1024u, 1536u}) {
        const Profile p = chosen(dims, Own::bits, 16);
        EXPECT_EQ(p.code_dims, padded_dims(dims));
        EXPECT_EQ(p.code_bits, 1);
    }
}

// With the default m, base pages are no more than pgvector's.
TEST(PageFit, is_no_larger_than_pgvector) {
    for (uint32_t dims = 512; dims <= 2000; ++dims)
        ASSERT_GE(static_cast<size_t>(per_page(dims, Own::f16, 16, Fit::compact)),
                  detail::pgvector_per_page(dims, 16))
            << dims;
    EXPECT_EQ(detail::pgvector_per_page(512, 16), 3u);
    EXPECT_EQ(detail::pgvector_per_page(768, 16), 2u);
    EXPECT_EQ(detail::pgvector_per_page(1536, 16), 1u);
}

// A larger vector or a longer list never makes room.
TEST(PageFit, is_monotonous) {
    for (int m = 2; m < 100; ++m)
        EXPECT_GE(per_page(256, Own::f16, m, Fit::compact),
                  per_page(256, Own::f16, m + 1, Fit::compact))
            << m;
    // From 512 dimensions on the size is compared with pgvector's.
    for (uint32_t dims = 257; dims < 2000; dims += 8) {
        if (dims < 512 && dims + 8 >= 512) continue;
        EXPECT_GE(per_page(dims, Own::f16, 16, Fit::compact),
                  per_page(dims + 8, Own::f16, 16, Fit::compact))
            << dims;
    }
}

}  // namespace
}  // namespace quiver::page
