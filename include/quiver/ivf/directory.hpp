// The directory: all centers, and where the chain of each begins.
#pragma once

#include "quiver/base/arena_vector.hpp"
#include "quiver/ivf/chain.hpp"
#include "quiver/ivf/metric.hpp"

namespace quiver::ivf {

// A list, as the directory said when it was read.
struct ListRef {
    page::BlockId directory = 0;  // the page of the directory, and the place there
    uint32_t place = 0;
    uint32_t number = 0;
    ListHead head{};
    float distance = 0;  // of its center
};

// f(ListRef) for every list, with the distance of the query to its center. f is called under the
// lock of a page of the directory.
template <store::PageAccess Pages, class Metric, class F>
inline Walked score_lists(Pages& pages, page::BlockId directory, const Format& format,
                          const Metric& metric, const typename Metric::Query* query, F f) {
    const ListLayout layout = ListLayout::of(format);
    return walk(
        pages, directory, page::PageKind::lists, [&](page::BlockId block, const std::byte* bytes) {
            float distance[kMostPerPage];
            const auto used = static_cast<uint32_t>(score(metric, query, bytes, layout, distance));
            const uint32_t number = block_header(bytes).number;
            for (uint32_t i = 0; i < used; i++)
                f(ListRef{block, i, number + i, layout.info(bytes, i), distance[i]});
        });
}

// Changes the head of a list if it is still as it was read. Returns whether it was.
template <store::PageAccess Pages>
inline bool replace_head(Pages& pages, const ListLayout& layout, const ListRef& list,
                         ListHead head) {
    bool done = false;
    pages.modify(list.directory, [&](std::byte* bytes) {
        if (!page::is_page(bytes, page::PageKind::lists) || list.place >= used_of(bytes, layout))
            return store::Commit::no;
        ListHead& stored = layout.info(bytes, list.place);
        done = stored.first == list.head.first && stored.insert == list.head.insert;
        if (!done) return store::Commit::no;
        stored = head;
        return store::Commit::yes;
    });
    return done;
}

// All centers in memory: what a build compares every row with.
template <class Metric>
class CenterTable {
public:
    using Element = typename Metric::Element;

    // centers: count of them in the stored form, `stride` bytes apart.
    CenterTable(Arena arena, const Metric& metric, const std::byte* centers, size_t stride,
                uint32_t count)
        : metric_(metric),
          count_(count),
          rows_(arena.array<const Element*>(count)),
          distance_(arena.array<float>(count)) {
        for (uint32_t i = 0; i < count; i++)
            rows_[i] = reinterpret_cast<const Element*>(centers + i * stride);
    }

    // before: there is one.
    uint32_t nearest(const typename Metric::Query* query) const {
        metric_.distances(query, rows_, count_, distance_);
        return least_of(distance_, count_);
    }

private:
    Metric metric_;
    uint32_t count_;
    const Element** rows_;
    float* distance_;
};

// Reads the centers of a directory, layout.stride bytes apart. Returns how many were there; a
// directory that a build has just written has all.
template <store::PageAccess Pages>
inline uint32_t read_centers(Pages& pages, const Format& format, std::byte* centers) {
    const ListLayout layout = ListLayout::of(format);
    uint32_t count = 0;
    (void)walk(pages, first_directory(pages), page::PageKind::lists,
               [&](page::BlockId, const std::byte* bytes) {
                   const size_t used =
                       std::min<size_t>(used_of(bytes, layout), format.lists - count);
                   std::memcpy(centers + size_t{count} * layout.stride, layout.vector(bytes, 0),
                               used * layout.stride);
                   count += static_cast<uint32_t>(used);
               });
    return count;
}

}  // namespace quiver::ivf
