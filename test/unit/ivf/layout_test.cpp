// Where vectors and what belongs to them lie in a page.
#include "quiver/ivf/layout.hpp"

#include <gtest/gtest.h>

namespace quiver::test {
namespace {

ivf::Format format_of(uint32_t dims, page::Own own) {
    const page::Metric metric = own == page::Own::bits ? page::Metric::hamming : page::Metric::l2;
    return {dims, 100, metric, own, 0};
}

template <class Layout>
void expect_fits(const ivf::Format& format, size_t info_bytes) {
    const Layout layout = Layout::of(format);
    ASSERT_GE(layout.per_page, 1);
    EXPECT_LE(layout.per_page, ivf::kMostPerPage);
    EXPECT_GE(layout.stride, page::own_bytes(ivf::profile_of(format)));
    EXPECT_LE(ivf::kVectors + layout.per_page * size_t{layout.stride}, layout.infos);
    EXPECT_EQ(layout.infos + layout.per_page * info_bytes, page::kPageSize - page::kSpecial);
    // Not one more would have fitted.
    EXPECT_GT(ivf::kVectors + (layout.per_page + 1u) * (layout.stride + info_bytes),
              page::kPageSize - page::kSpecial);
}

TEST(IvfLayout, SectionsFillThePageAndDoNotOverlap) {
    for (const page::Own own : {page::Own::f32, page::Own::f16, page::Own::bits}) {
        const uint32_t most = own == page::Own::f32 ? 2000 : own == page::Own::f16 ? 4000 : 64000;
        for (uint32_t dims = 1; dims <= most; dims += dims < 300 ? 1 : 97) {
            const ivf::Format format = format_of(dims, own);
            ASSERT_TRUE(ivf::plausible(format));
            expect_fits<ivf::RowLayout>(format, sizeof(ivf::RowInfo));
            expect_fits<ivf::ListLayout>(format, sizeof(ivf::ListHead));
        }
    }
}

TEST(IvfLayout, ImplausibleFormatsAreRefused) {
    const ivf::Format good = format_of(3, page::Own::f32);
    EXPECT_TRUE(ivf::plausible(good));
    for (const auto& change :
         {+[](ivf::Format& f) { f.dims = 0; }, +[](ivf::Format& f) { f.lists = 0; },
          +[](ivf::Format& f) { f.lists = ivf::kMostLists + 1; },
          +[](ivf::Format& f) { f.dims = 3000; },
          +[](ivf::Format& f) { f.metric = page::Metric::hamming; },
          +[](ivf::Format& f) { f.own = page::Own::bits; },
          +[](ivf::Format& f) { f.own = page::Own::i8; },
          +[](ivf::Format& f) { f.metric = static_cast<page::Metric>(77); }}) {
        ivf::Format bad = good;
        change(bad);
        EXPECT_FALSE(ivf::plausible(bad));
    }
}

TEST(IvfLayout, ADamagedHeaderDoesNotLeadBeyondThePage) {
    alignas(16) std::byte page[page::kPageSize]{};
    const auto layout = ivf::RowLayout::of(format_of(3, page::Own::f32));
    ivf::block_header(page).used = 65535;
    EXPECT_EQ(ivf::used_of(static_cast<const std::byte*>(page), layout), layout.per_page);
}

}  // namespace
}  // namespace quiver::test
