// Everything that can be wrong with the pages of an index. A check never stops at the first
// finding.
#pragma once

#include <cmath>  // std::isfinite

#include "quiver/ivf/directory.hpp"
#include "quiver/store/finding.hpp"
#include "quiver/types/element.hpp"

namespace quiver::ivf {

// Report: (const store::Finding&). OnTid: (page::HeapTid, page::BlockId, int place).
template <store::PageAccess Pages, class Report, class OnTid>
class Check {
public:
    Check(Arena arena, Pages& pages, Report report, OnTid on_tid)
        : pages_(&pages),
          report_(report),
          on_tid_(on_tid),
          end_(pages.blocks()),
          reached_(arena.array<bool>(end_)),
          lists_in_order_(arena) {
        for (page::BlockId i = 0; i < end_; i++) reached_[i] = false;
    }

    void run() {
        if (!check_meta()) return;
        check_directory();
        for (const ListRef& list : lists_in_order_) check_list(list);
        check_others();
    }

private:
    using Code = store::FindingCode;

    void put(Code code, page::BlockId block, size_t place, const char* detail) {
        report_(store::Finding{code, block, static_cast<int>(place), -1, detail});
    }
    void put(Code code, page::BlockId block, const char* detail) {
        report_(store::Finding{code, block, -1, -1, detail});
    }

    bool check_meta() {
        const char* wrong = nullptr;
        if (end_ == 0) {
            put(Code::meta_damaged, 0, "there is no metapage");
            return false;
        }
        pages_->read(page::kMetaBlock, [&](const std::byte* bytes) {
            const Meta& meta = meta_of(bytes);
            if (!page::is_page(bytes, page::PageKind::meta))
                wrong = "is not a metapage";
            else if (meta.magic != kMagic || meta.version != kFormatVersion)
                wrong = "is not of this format";
            else if (!plausible(meta.format))
                wrong = "has impossible dimensions or lists";
            format_ = meta.format;
            directory_ = meta.directory;
        });
        if (wrong != nullptr) {
            put(Code::meta_damaged, page::kMetaBlock, wrong);
            return false;
        }
        lists_ = ListLayout::of(format_);
        rows_ = RowLayout::of(format_);
        return true;
    }

    // Whether the page is a new one for this check; f(bytes) with it.
    template <class F>
    bool take(page::BlockId block, page::PageKind kind, F f) {
        pages_->poll();
        if (block >= end_) {
            // Pages that came after the check began are the next one's.
            if (block >= pages_->blocks())
                put(Code::page_damaged, block, "a chain leads to it, and it does not exist");
            return false;
        }
        if (reached_[block]) {
            put(Code::page_damaged, block, "chains lead to it twice");
            return false;
        }
        reached_[block] = true;
        bool ours = false;
        pages_->read(block, [&](const std::byte* bytes) {
            ours = page::is_page(bytes, kind);
            if (ours) f(bytes);
        });
        if (!ours) put(Code::page_damaged, block, "is of another kind than its chain");
        return ours;
    }

    void check_directory() {
        uint32_t number = 0;
        for (page::BlockId block = directory_; block != 0;) {
            page::BlockId next = 0;
            const char* wrong = nullptr;
            const bool taken = take(block, page::PageKind::lists, [&](const std::byte* bytes) {
                const BlockHeader& header = block_header(bytes);
                next = page::special_of(bytes).next_free;
                if (header.used > lists_.per_page || header.used == 0)
                    wrong = "has an impossible number of lists";
                else if (header.number != number)
                    wrong = "does not go on where the page before ended";
                const auto used = static_cast<uint32_t>(used_of(bytes, lists_));
                for (uint32_t i = 0; i < used; i++) {
                    if (!is_vector(lists_.vector(bytes, i)))
                        put(Code::own_vector, block, i, "the center is not finite");
                    lists_in_order_.push_back({.directory = block,
                                               .place = i,
                                               .number = header.number + i,
                                               .head = lists_.info(bytes, i)});
                }
                number = header.number + used;
            });
            if (!taken) return;
            if (wrong != nullptr) put(Code::page_damaged, block, wrong);
            block = next;
        }
        if (number > format_.lists)
            put(Code::meta_damaged, page::kMetaBlock, "there are more lists than it says");
    }

    void check_list(const ListRef& list) {
        if ((list.head.first == 0) != (list.head.insert == 0))
            put(Code::slot_header, list.directory, list.place, "the list has only one end");
        bool insert_seen = list.head.insert == 0;
        for (page::BlockId block = list.head.first; block != 0;) {
            insert_seen = insert_seen || block == list.head.insert;
            page::BlockId next = 0;
            const bool taken = take(block, page::PageKind::rows, [&](const std::byte* bytes) {
                next = page::special_of(bytes).next_free;
                check_rows(block, bytes, list.number);
            });
            if (!taken) return;
            block = next;
        }
        if (!insert_seen)
            put(Code::slot_header, list.directory, list.place,
                "insertion begins at a page that is not in the list");
    }

    void check_rows(page::BlockId block, const std::byte* bytes, uint32_t list) {
        const BlockHeader& header = block_header(bytes);
        if (header.number != list) put(Code::page_damaged, block, "is of another list");
        if (header.used > rows_.per_page) put(Code::page_damaged, block, "has too many rows");
        const size_t used = used_of(bytes, rows_);
        size_t live = 0;
        for (size_t i = 0; i < used; i++) {
            const RowInfo& info = rows_.info(bytes, i);
            if (!info.tid.valid()) {
                if (!(info.tid == page::kNoTid))
                    put(Code::tid_invalid, block, i, "has a heap TID that cannot be one");
                continue;
            }
            live++;
            on_tid_(info.tid, block, static_cast<int>(i));
            if (!is_vector(rows_.vector(bytes, i)))
                put(Code::own_vector, block, i, "the vector is not finite");
            if (!(info.error >= 0) || !std::isfinite(info.error))
                put(Code::own_error, block, i, "the rounding error is impossible");
        }
        if (live != header.live) put(Code::page_damaged, block, "counts its rows wrongly");
    }

    bool is_vector(const std::byte* vector) const {
        switch (format_.own) {
            case page::Own::f16:
                return quiver::all_finite(reinterpret_cast<const F16*>(vector),
                                          static_cast<int>(format_.dims));
            case page::Own::f32:
                return quiver::all_finite(reinterpret_cast<const F32*>(vector),
                                          static_cast<int>(format_.dims));
            default:
                break;
        }
        // The bits behind the last one.
        const unsigned spare = (8 - format_.dims % 8) % 8;
        return (static_cast<unsigned>(vector[(format_.dims - 1) / 8]) & ((1u << spare) - 1)) == 0;
    }

    // Pages that no chain leads to: a crash can leave them behind.
    void check_others() {
        for (page::BlockId block = 1; block < end_; block++) {
            if (reached_[block]) continue;
            pages_->poll();
            bool ours = false;
            bool empty = true;
            pages_->read(block, [&](const std::byte* bytes) {
                ours = page::is_page(bytes, page::PageKind::rows) ||
                       page::is_page(bytes, page::PageKind::lists);
                for (size_t i = 0; i < page::kPageSize; i++)
                    empty = empty && bytes[i] == std::byte{0};
            });
            if (ours)
                put(Code::unreachable, block, "no chain leads to the page");
            else if (!empty)
                put(Code::page_damaged, block, "is neither empty nor of a known kind");
        }
    }

    Pages* pages_;
    Report report_;
    OnTid on_tid_;
    page::BlockId end_;
    bool* reached_;
    ArenaVector<ListRef> lists_in_order_;
    Format format_{};
    page::BlockId directory_ = 0;
    ListLayout lists_{};
    RowLayout rows_{};
};

}  // namespace quiver::ivf
