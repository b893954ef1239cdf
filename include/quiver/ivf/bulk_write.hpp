// Writing an index that is being built: the directory first, because workers read the centers from
// it; then the rows, list after list, each on consecutive pages; then where each list begins.
#pragma once

#include "quiver/ivf/directory.hpp"
#include "quiver/ivf/rows.hpp"

namespace quiver::ivf {

// centers: count of them in the stored form, ListLayout's stride apart. before: count <= lists.
template <store::PageAccess Pages>
inline void write_directory(Pages& pages, const Format& format, const std::byte* centers,
                            uint32_t count) {
    const ListLayout layout = ListLayout::of(format);
    page::BlockId first = 0;
    page::BlockId last = 0;
    for (uint32_t at = 0; at < count;) {
        pages.poll();
        const uint32_t n = std::min<uint32_t>(layout.per_page, count - at);
        const page::BlockId block = pages.extend(page::PageKind::lists, [&](std::byte* bytes) {
            block_header(bytes) = {
                .number = at, .used = static_cast<uint16_t>(n), .live = 0, .reserved = {}};
            std::memcpy(layout.vector(bytes, 0), centers + size_t{at} * layout.stride,
                        size_t{n} * layout.stride);
        });
        if (first == 0) first = block;
        if (last != 0)
            pages.modify(last, [&](std::byte* bytes) {
                page::special_of(bytes).next_free = block;
                return store::Commit::yes;
            });
        last = block;
        at += n;
    }
    pages.modify(page::kMetaBlock, [&](std::byte* bytes) {
        meta_of(bytes).directory = first;
        return store::Commit::yes;
    });
}

template <store::PageAccess Pages>
class RowWriter {
public:
    RowWriter(Arena arena, Pages& pages, const Format& format)
        : pages_(&pages),
          format_(format),
          layout_(RowLayout::of(format)),
          image_(arena.array<std::byte>(page::kPageSize)),
          heads_(arena.array<ListHead>(format.lists)) {
        for (uint32_t i = 0; i < format.lists; i++) heads_[i] = {};
    }

    // Lists in ascending order.
    void add(uint32_t list, const NewRow& row) {
        if (used_ == layout_.per_page || (used_ != 0 && list != list_)) flush();
        if (list != list_) last_ = 0;
        list_ = list;
        write_row(format_, layout_, image_, used_, row);
        used_++;
    }

    // After the last row.
    void finish() {
        if (used_ != 0) flush();
        const ListLayout layout = ListLayout::of(format_);
        page::BlockId next = first_directory(*pages_);
        while (next != 0) {
            pages_->poll();
            pages_->modify(next, [&](std::byte* bytes) {
                const uint32_t number = block_header(bytes).number;
                for (uint32_t i = 0; i < used_of(bytes, layout); i++)
                    layout.info(bytes, i) = heads_[number + i];
                next = page::special_of(bytes).next_free;
                return store::Commit::yes;
            });
        }
    }

private:
    void flush() {
        const page::BlockId block = pages_->extend(page::PageKind::rows, [&](std::byte* bytes) {
            block_header(bytes) = {.number = list_, .used = used_, .live = used_, .reserved = {}};
            const size_t end = page::kPageSize - page::kSpecial;
            std::memcpy(bytes + kVectors, image_ + kVectors, end - kVectors);
        });
        if (last_ != 0)
            pages_->modify(last_, [&](std::byte* bytes) {
                page::special_of(bytes).next_free = block;
                return store::Commit::yes;
            });
        else
            heads_[list_].first = block;
        heads_[list_].insert = block;
        last_ = block;
        used_ = 0;
        std::memset(image_, 0, page::kPageSize);
    }

    Pages* pages_;
    Format format_;
    RowLayout layout_;
    std::byte* image_;  // rows of the page that is being filled
    ListHead* heads_;
    uint32_t list_ = 0;
    uint16_t used_ = 0;
    page::BlockId last_ = 0;  // of the list
};

}  // namespace quiver::ivf
