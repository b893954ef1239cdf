// A heap tuple id as the index stores it: 6 bytes, the server's ItemPointerData (asserted in
// src/pg).
#pragma once

#include <cstdint>  // uint16_t

namespace quiver::page {

struct HeapTid {
    uint16_t block_hi;
    uint16_t block_lo;
    uint16_t offset;  // from 1; 0 means no tuple

    friend bool operator==(const HeapTid&, const HeapTid&) = default;
    bool valid() const { return offset != 0; }
};
static_assert(sizeof(HeapTid) == 6 && alignof(HeapTid) == 2);

inline constexpr HeapTid kNoTid = {0xffff, 0xffff, 0};

}  // namespace quiver::page
