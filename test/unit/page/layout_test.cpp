// The page format, byte by byte: these numbers are on disks.
#include "quiver/page/layout.hpp"

#include <gtest/gtest.h>

#include <cstddef>  // offsetof
#include <cstring>  // std::memcpy
#include <vector>   // std::vector

#include "quiver/page/node.hpp"

namespace quiver::page {
namespace {

template <class T>
std::vector<int> bytes_of(const T& value) {
    std::vector<int> out;
    const auto* at = reinterpret_cast<const unsigned char*>(&value);
    for (size_t i = 0; i < sizeof(T); ++i) out.push_back(at[i]);
    return out;
}
using Bytes = std::vector<int>;

constexpr HeapTid kTid = {0x0102, 0x0304, 0x0506};

TEST(PageFormat, constants) {
    EXPECT_EQ(kMagic, 0x31525651u);
    EXPECT_EQ(kPageMagic, 0x5651u);
    EXPECT_EQ(kHasDead, 1);
    EXPECT_EQ(kHasGrown, 2);
    EXPECT_EQ(kFormatVersion, 1);
    EXPECT_EQ(kBody, 8160u);
    EXPECT_EQ(static_cast<int>(PageKind::meta), 1);
    EXPECT_EQ(static_cast<int>(PageKind::base), 2);
    EXPECT_EQ(static_cast<int>(PageKind::upper), 3);
    EXPECT_EQ(static_cast<int>(PageKind::tids), 4);
    EXPECT_EQ(static_cast<int>(PageKind::tail), 5);
    EXPECT_EQ(static_cast<int>(SlotState::live), 1);
    EXPECT_EQ(static_cast<int>(SlotState::dead), 2);
    EXPECT_EQ(static_cast<int>(Metric::l2), 0);
    EXPECT_EQ(static_cast<int>(Metric::inner_product), 1);
    EXPECT_EQ(static_cast<int>(Metric::cosine), 2);
    EXPECT_EQ(static_cast<int>(Metric::hamming), 3);
    EXPECT_EQ(static_cast<int>(Metric::jaccard), 4);
    EXPECT_EQ(static_cast<int>(Own::f32), 0);
    EXPECT_EQ(static_cast<int>(Own::f16), 1);
    EXPECT_EQ(static_cast<int>(Own::bits), 2);
    EXPECT_EQ(static_cast<int>(Own::i8), 3);
    EXPECT_EQ(static_cast<int>(OwnPlace::slot), 0);
    EXPECT_EQ(static_cast<int>(OwnPlace::tails), 1);
    EXPECT_EQ(kTailBytes, 8144u);
    EXPECT_EQ(static_cast<int>(ChunkUse::free), 0);
    EXPECT_EQ(static_cast<int>(ChunkUse::open), 1);
    EXPECT_EQ(static_cast<int>(ChunkUse::closed), 2);
    EXPECT_EQ(insert_block_of(PageKind::base), 0);
    EXPECT_EQ(insert_block_of(PageKind::upper), 1);
    EXPECT_EQ(insert_block_of(PageKind::tids), 2);
    EXPECT_EQ(kChunksPerPage, 127);
}

TEST(PageFormat, special) {
    EXPECT_EQ(bytes_of(PageSpecial{PageKind::upper, kPageMagic, 0x04030201}),
              (Bytes{3, 0, 'Q', 'V', 1, 2, 3, 4}));
}

TEST(PageFormat, slot_header) {
    const SlotHeader header = {.state = SlotState::live,
                               .generation = 5,
                               .level = 3,
                               .edge_count = 200,
                               .scale_exponent = -2,
                               .tid_count = 2,
                               .down_generation = 7,
                               .layer = 1,
                               .down = 0x04030201,
                               .more_tids = 0x14131211,
                               .own_error = 1.0f,
                               .tids = {kTid, kNoTid}};
    EXPECT_EQ(bytes_of(header), (Bytes{1,    5,    3,    200,  254,  2,    7,    1,     //
                                       0x01, 0x02, 0x03, 0x04, 0x11, 0x12, 0x13, 0x14,  //
                                       0,    0,    0x80, 0x3f, 0x02, 0x01, 0x04, 0x03,  //
                                       0x06, 0x05, 0xff, 0xff, 0xff, 0xff, 0,    0}));
}

TEST(PageFormat, tid_chunk) {
    const TidChunk chunk = {.next = 0x04030201,
                            .owner = 0x14131211,
                            .order = 0x24232221,
                            .count = 8,
                            .use = ChunkUse::open,
                            .owner_generation = 5,
                            .generation = 6,
                            .tids = {kTid}};
    Bytes expected = {1,    2, 3, 4, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23,
                      0x24, 8, 1, 5, 6,    0x02, 0x01, 0x04, 0x03, 0x06, 0x05};
    expected.resize(64);
    EXPECT_EQ(bytes_of(chunk), expected);
}

TEST(PageFormat, profile) {
    const Profile profile = {.dims = 768,
                             .code_dims = 512,
                             .m = 16,
                             .ef_construction = 64,
                             .metric = Metric::cosine,
                             .own = Own::f16,
                             .code_bits = 1,
                             .place = OwnPlace::tails};
    EXPECT_EQ(bytes_of(profile), (Bytes{0, 3, 0, 0, 0, 2, 0, 0, 16, 0, 64, 0, 2, 1, 1, 1}));
}

TEST(PageFormat, meta) {
    EXPECT_EQ(sizeof(Meta), 72u);
    EXPECT_EQ(offsetof(Meta, magic), 0u);
    EXPECT_EQ(offsetof(Meta, version), 4u);
    EXPECT_EQ(offsetof(Meta, flags), 6u);
    EXPECT_EQ(offsetof(Meta, profile), 8u);
    EXPECT_EQ(offsetof(Meta, rotation_seed), 24u);
    EXPECT_EQ(offsetof(Meta, entry), 32u);
    EXPECT_EQ(offsetof(Meta, entry_level), 36u);
    EXPECT_EQ(offsetof(Meta, entry_generation), 37u);
    EXPECT_EQ(offsetof(Meta, reserved), 38u);
    EXPECT_EQ(offsetof(Meta, insert_block), 40u);
    EXPECT_EQ(offsetof(Meta, reserved2), 52u);
    EXPECT_EQ(offsetof(Meta, base_nodes), 56u);
    EXPECT_EQ(offsetof(Meta, upper_nodes), 64u);
}

TEST(PageFormat, sections_of_a_slot) {
    const Profile p = {.dims = 100,
                       .code_dims = 104,
                       .m = 10,
                       .ef_construction = 64,
                       .metric = Metric::l2,
                       .own = Own::f16,
                       .code_bits = 2,
                       .place = OwnPlace::slot};
    const SlotLayout base = layouts(p).base;
    EXPECT_EQ(base.edges, 20);
    EXPECT_EQ(base.edges_padded, 32);
    EXPECT_EQ(base.own, 32u);
    EXPECT_EQ(base.ids, 232u);
    EXPECT_EQ(base.add, 360u);
    EXPECT_EQ(base.scale, 488u);
    EXPECT_EQ(base.tag, 552u);
    EXPECT_EQ(base.codes, 584u);
    EXPECT_EQ(base.stride, 584u + 26 * 32);
    EXPECT_EQ(base.per_page, 5);
    const SlotLayout upper = layouts(p).upper;
    EXPECT_EQ(upper.edges, 10);
    EXPECT_EQ(upper.edges_padded, 16);
    EXPECT_EQ(upper.stride, 32u + 200 + 11 * 16 + 26 * 16);
}

TEST(PageFormat, tail) {
    const TailRef ref = {.first = 0x04030201, .owner = 0x14131211, .generation = 7, .reserved = {}};
    EXPECT_EQ(bytes_of(ref), (Bytes{1, 2, 3, 4, 0x11, 0x12, 0x13, 0x14, 7, 0, 0, 0}));
    const TailHeader header = {
        .owner = 0x04030201, .next = 0x14131211, .generation = 7, .part = 1, .reserved = {}};
    EXPECT_EQ(bytes_of(header),
              (Bytes{1, 2, 3, 4, 0x11, 0x12, 0x13, 0x14, 7, 1, 0, 0, 0, 0, 0, 0}));
}

TEST(PageFormat, sections_of_a_slot_with_tails) {
    const Profile p = {.dims = 16000,
                       .code_dims = 1936,
                       .m = 16,
                       .ef_construction = 64,
                       .metric = Metric::l2,
                       .own = Own::i8,
                       .code_bits = 1,
                       .place = OwnPlace::tails};
    const SlotLayout base = layouts(p).base;
    EXPECT_EQ(base.own_bytes, 16008u);
    EXPECT_EQ(base.tail_parts(base.own_bytes), 2u);
    EXPECT_EQ(base.own, 0u);
    EXPECT_EQ(base.tail, 32u);
    EXPECT_EQ(base.ids, 44u);
    EXPECT_EQ(base.add, 172u);
    EXPECT_EQ(base.scale, 300u);
    EXPECT_EQ(base.tag, 364u);
    EXPECT_EQ(base.codes, 396u);
    EXPECT_EQ(base.stride, 396u + 242 * 32);
    const SlotLayout upper = layouts(p).upper;
    EXPECT_EQ(upper.code_dims, 1928u);
    EXPECT_EQ(upper.per_page, 2);
}

TEST(PageFormat, sections_of_a_slot_of_bits) {
    const Profile p = {.dims = 100,
                       .code_dims = 104,
                       .m = 16,
                       .ef_construction = 64,
                       .metric = Metric::hamming,
                       .own = Own::bits,
                       .code_bits = 1,
                       .place = OwnPlace::slot};
    const SlotLayout base = layouts(p).base;
    EXPECT_EQ(base.own, 32u);
    EXPECT_EQ(base.ids, 48u);
    EXPECT_EQ(base.add, 176u);
    EXPECT_EQ(base.scale, 176u);
    EXPECT_EQ(base.tag, 176u);
    EXPECT_EQ(base.codes, 208u);
    EXPECT_EQ(base.stride, 208u + 13 * 32);
}

TEST(PageFormat, ids) {
    SlotLayout s{};
    s.per_page = 5;
    s.stride = 1416;
    EXPECT_EQ(block_of(4711 * 5 + 3, s), 4711u);
    EXPECT_EQ(slot_offset(4711 * 5 + 3, s), 24u + 3 * 1416);
    EXPECT_EQ(slot_offset(4711 * 5, s), 24u);
}

}  // namespace
}  // namespace quiver::page
