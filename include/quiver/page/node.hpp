// A slot seen through its layout: typed access to the sections of one node record.
#pragma once

#include <cstddef>  // std::byte
#include <cstdint>  // uint8_t

#include "quiver/base/number.hpp"
#include "quiver/page/layout.hpp"

namespace quiver::page {

// Stored numbers may be read at any address, so a slot needs no alignment.
struct [[gnu::packed]] StoredId {
    uint32_t value;
    operator uint32_t() const { return value; }
    StoredId& operator=(uint32_t v) {
        value = v;
        return *this;
    }
};

template <class Byte>  // std::byte or const std::byte
struct BasicSlot {
    Byte* at;
    const SlotLayout* layout;

    template <class T>
    auto* section(uint32_t offset) const {
        if constexpr (std::is_const_v<Byte>)
            return reinterpret_cast<const T*>(at + offset);
        else
            return reinterpret_cast<T*>(at + offset);
    }

    auto& header() const { return *section<SlotHeader>(0); }
    // The own vector, as far as the slot has it.
    Byte* own() const { return at + layout->own; }
    // before: layout->spans()
    auto& tail() const { return *section<TailRef>(layout->tail); }
    auto* ids() const { return section<StoredId>(layout->ids); }
    auto* add() const { return section<F32>(layout->add); }
    auto* scale() const { return section<F16>(layout->scale); }
    auto* tag() const { return section<uint8_t>(layout->tag); }
    auto* codes() const { return section<uint8_t>(layout->codes); }
};

using Slot = BasicSlot<std::byte>;
using ConstSlot = BasicSlot<const std::byte>;

template <class Byte>
inline BasicSlot<Byte> slot_of(Byte* page, NodeId id, const SlotLayout& layout) {
    return {page + slot_offset(id, layout), &layout};
}

// The header of a tail page.
template <class Byte>
inline auto& tail_header_of(Byte* page) {
    if constexpr (std::is_const_v<Byte>)
        return *reinterpret_cast<const TailHeader*>(page + kPageHeader);
    else
        return *reinterpret_cast<TailHeader*>(page + kPageHeader);
}

// The bytes of the own vector on a tail page.
template <class Byte>
inline Byte* tail_part_of(Byte* page) {
    return page + kPageHeader + sizeof(TailHeader);
}

// before: header is of an upper record. The base record of its node, which is freed after it.
inline NodeId base_of(const SlotHeader& header) { return header.more_tids; }

// before: page has kPageSize bytes.
template <class Byte>
inline auto& special_of(Byte* page) {
    if constexpr (std::is_const_v<Byte>)
        return *reinterpret_cast<const PageSpecial*>(page + kPageSize - kSpecial);
    else
        return *reinterpret_cast<PageSpecial*>(page + kPageSize - kSpecial);
}

// Whether the page is one of ours, and of that kind.
inline bool is_page(const std::byte* page, PageKind kind) {
    const PageSpecial& special = special_of(page);
    return special.magic == kPageMagic && special.kind == kind;
}

// Frees a slot: edges that still lead to it name a generation that it does not have any more.
// What is behind the header stays: the next node in the slot takes over the tails.
inline void free_slot(SlotHeader& header) {
    const uint8_t generation = header.generation;
    header = {};
    header.generation = static_cast<uint8_t>((generation + 1) & kGenerationMask);
}

}  // namespace quiver::page
