// Writing a graph: the codes are right however much the encoder remembers and wherever the vectors
// lie, and base pages can be filled in any order.
#include "quiver/store/bulk_write.hpp"

#include <string>  // std::string

#include "quiver/graph/finish.hpp"
#include "support/store_test.hpp"

namespace quiver::test {
namespace {

constexpr uint32_t kRows = 400;

class BulkWrite : public StoreTest {
protected:
    // Rows so far from zero that their residuals must not come from rounded rotations, with some
    // that are nearly or exactly alike.
    Vectors far_rows() const {
        const Vectors near = vectors(kRows);
        Vectors far(index.profile(), 0, 0);
        for (uint32_t row = 0; row < kRows; ++row) {
            if (index.profile().own == page::Own::bits) {
                far.add_bits(reinterpret_cast<const uint8_t*>(near.record(row)));
                continue;
            }
            std::vector<float> v(near.floats(row), near.floats(row) + index.profile().dims);
            for (float& x : v) x = 100 + 0.01f * x * static_cast<float>(row % 3);
            if (index.profile().metric == page::Metric::cosine)
                store::normalize(v.data(), v.size());
            far.add(v);
        }
        return far;
    }

    static std::string findings(StoredIndex& fresh) {
        std::string all;
        for (const store::Finding& f : fresh.findings())
            all += std::string(store::finding_name(f.code)) + ": " + f.detail + "; ";
        return all;
    }
};

QUIVER_INSTANTIATE_PER_MODEL(BulkWrite);

TEST_P(BulkWrite, codes_are_right_with_every_cache) {
    for (const size_t bytes : {size_t{0}, size_t{10000}, size_t{1} << 24}) {
        for (const Vectors& rows : {vectors(kRows), far_rows()}) {
            StoredIndex fresh(GetParam());
            fresh.set_cache_bytes(bytes);
            fresh.build(rows, kRows);
            EXPECT_EQ(findings(fresh), "") << bytes << " bytes";
        }
    }
}

TEST_P(BulkWrite, base_pages_in_any_order) {
    const page::Profile& profile = index.profile();
    const Vectors rows = vectors(kRows);
    index.with_model([&](const auto& model) {
        HeapArena memory;
        const graph::Params params = index.graph_params();
        const size_t bytes = 2 * graph::MemoryGraph::bytes_for(kRows, params) + (1 << 20);
        const auto metric = model.build_metric(params);
        graph::Inserter inserter(
            graph::MemoryGraph::create(memory.arena().template array<std::byte>(bytes), bytes,
                                       params),
            metric, memory.arena(), graph::NoHost{});
        for (uint32_t row = 0; row < kRows; ++row) {
            for (uint16_t copy = 1; copy <= 1 + row % 7 * 3; ++copy) {
                ASSERT_NE(inserter.insert(rows.record(row), tid_of(row, copy)),
                          graph::Inserted::full);
            }
        }
        graph::fill_lists(inserter);
        (void)graph::order_nodes(inserter, memory.arena().template array<graph::NodeId>(kRows));

        ArrayPages pages;
        pages.extend(page::PageKind::meta, [](std::byte*) {});
        auto encoder = model.make_encoder(inserter.graph(), 1 << 20, memory.arena());
        store::BulkWriter whole(pages, inserter.graph(), profile, encoder, memory.arena());
        (void)whole.run();

        auto other_encoder = model.make_encoder(inserter.graph(), 5000, memory.arena());
        store::BulkWriter part(pages, inserter.graph(), profile, other_encoder, memory.arena());
        ASSERT_GT(part.base_pages(), 1u);
        for (page::BlockId block = part.base_pages(); block >= 1; --block) {
            PageImage image{};
            part.fill_base_page(block, image.bytes);
            EXPECT_EQ(std::memcmp(image.bytes + page::kPageHeader,
                                  pages.bytes(block) + page::kPageHeader, page::kBody),
                      0)
                << "block " << block;
        }
    });
}

}  // namespace
}  // namespace quiver::test
