// A heap tuple id as the index stores it: 6 bytes, the server's ItemPointerData (asserted in
// src/pg).
#pragma once

#include <cstdint>  // uint16_t, uint64_t

namespace quiver::page {

struct HeapTid {
    uint16_t block_hi;
    uint16_t block_lo;
    uint16_t offset;  // from 1; 0 means no tuple

    friend bool operator==(const HeapTid&, const HeapTid&) = default;
    bool valid() const { return offset != 0; }
};
static_assert(sizeof(HeapTid) == 6 && alignof(HeapTid) == 2);

// One number, in the order of the heap: block << 16 | offset.
constexpr uint64_t number_of(HeapTid tid) {
    return uint64_t{tid.block_hi} << 32 | uint64_t{tid.block_lo} << 16 | tid.offset;
}
constexpr HeapTid tid_of(uint64_t number) {
    return {static_cast<uint16_t>(number >> 32), static_cast<uint16_t>(number >> 16),
            static_cast<uint16_t>(number)};
}

inline constexpr HeapTid kNoTid = {0xffff, 0xffff, 0};

}  // namespace quiver::page
