// Where everything lies in the pages of an ivfflat index: format version 1. README.md beside this
// file has the diagrams.
//
// A page of vectors is one block for the kernels: all vectors behind each other with a fixed
// stride, and what belongs to each of them behind them all.
#pragma once

#include <cstddef>  // std::byte, size_t
#include <cstdint>  // uint16_t, uint32_t

#include "quiver/page/node.hpp"
#include "quiver/store/own.hpp"

namespace quiver::ivf {

inline constexpr uint32_t kMagic = 0x31495651;  // "QVI1"
inline constexpr uint16_t kFormatVersion = 1;
inline constexpr uint32_t kMostLists = 32768;

// What a user chooses and the data demands; frozen when the index is created.
struct Format {
    uint32_t dims;
    uint32_t lists;  // at most; an index that was created without rows gets them as rows come
    page::Metric metric;
    page::Own own;
    uint16_t reserved;
};
static_assert(sizeof(Format) == 12);

// Block 0.
struct Meta {
    uint32_t magic;
    uint16_t version;
    uint16_t flags;  // 0
    Format format;
    page::BlockId directory;  // the first page of lists; 0: there are no lists yet
};
static_assert(sizeof(Meta) == 24);

// How own vectors are written (store/own.hpp).
constexpr page::Profile profile_of(const Format& f) {
    return {.dims = f.dims,
            .code_dims = 0,
            .m = 0,
            .ef_construction = 0,
            .metric = f.metric,
            .own = f.own,
            .code_bits = 0,
            .place = page::OwnPlace::slot};
}

// The start of the body of a page of lists or of rows.
struct BlockHeader {
    uint32_t number;  // lists: of the page's first list; rows: of the list
    uint16_t used;    // vectors [0, used) are set
    uint16_t live;    // rows: those with a heap TID
    uint32_t reserved[2];
};
static_assert(sizeof(BlockHeader) == 16);

// Of a center: its chain of pages of rows.
struct ListHead {
    page::BlockId first;   // 0: the list is empty
    page::BlockId insert;  // there is no free place before this page
};
static_assert(sizeof(ListHead) == 8);

// Of a row's vector.
struct RowInfo {
    page::HeapTid tid;  // kNoTid: a free place
    uint16_t reserved;
    float error;  // norm of what rounding took from the vector
};
static_assert(sizeof(RowInfo) == 12);

// Vectors begin at a cache line, so that those of 64 bytes and multiples of it never cross one.
inline constexpr size_t kVectors = 64;
static_assert(kVectors >= page::kPageHeader + sizeof(BlockHeader));

template <class Info>
struct BlockLayout {
    uint32_t stride;
    uint32_t infos;  // offset in the page
    uint16_t per_page;

    static constexpr BlockLayout of(const Format& f) {
        const size_t stride = page::round_up(page::own_bytes(profile_of(f)), 4);
        const size_t end = page::kPageSize - page::kSpecial;
        const size_t count = (end - kVectors) / (stride + sizeof(Info));
        return {static_cast<uint32_t>(stride), static_cast<uint32_t>(end - count * sizeof(Info)),
                static_cast<uint16_t>(count)};
    }

    template <class Byte>
    Byte* vector(Byte* page, size_t i) const {
        return page + kVectors + i * stride;
    }
    Info& info(std::byte* page, size_t i) const { return reinterpret_cast<Info*>(page + infos)[i]; }
    const Info& info(const std::byte* page, size_t i) const {
        return reinterpret_cast<const Info*>(page + infos)[i];
    }
};
using ListLayout = BlockLayout<ListHead>;
using RowLayout = BlockLayout<RowInfo>;

// The most vectors a page can have.
inline constexpr size_t kMostPerPage =
    (page::kPageSize - page::kSpecial - kVectors) / (4 + sizeof(ListHead));

// The largest vectors fill a page.
static_assert(RowLayout::of({2000, 1, page::Metric::l2, page::Own::f32, 0}).per_page == 1);
static_assert(RowLayout::of({4000, 1, page::Metric::l2, page::Own::f16, 0}).per_page == 1);
static_assert(RowLayout::of({64000, 1, page::Metric::hamming, page::Own::bits, 0}).per_page == 1);
static_assert(RowLayout::of({128, 1, page::Metric::l2, page::Own::f16, 0}).per_page == 30);

template <class Byte>
inline auto& block_header(Byte* page) {
    if constexpr (std::is_const_v<Byte>)
        return *reinterpret_cast<const BlockHeader*>(page + page::kPageHeader);
    else
        return *reinterpret_cast<BlockHeader*>(page + page::kPageHeader);
}

template <class Byte>
inline auto& meta_of(Byte* page) {
    if constexpr (std::is_const_v<Byte>)
        return *reinterpret_cast<const Meta*>(page + page::kPageHeader);
    else
        return *reinterpret_cast<Meta*>(page + page::kPageHeader);
}

// Whether a format read from a page can be one: everything that layouts are computed from.
constexpr bool plausible(const Format& f) {
    if (f.lists < 1 || f.lists > kMostLists || f.dims < 1 || f.dims > 64000) return false;
    if (f.metric > page::Metric::hamming || f.own > page::Own::bits) return false;
    if ((f.own == page::Own::bits) != (f.metric == page::Metric::hamming)) return false;
    return RowLayout::of(f).per_page >= 1;
}

// The set part of a page of vectors, however damaged its header is.
template <class Info>
inline size_t used_of(const std::byte* page, const BlockLayout<Info>& layout) {
    const size_t used = block_header(page).used;
    return used < layout.per_page ? used : layout.per_page;
}

}  // namespace quiver::ivf
