// What a check of an index can find. A check never stops at the first finding.
#pragma once

#include <cstdint>  // uint32_t

#include "quiver/page/layout.hpp"

namespace quiver::store {

enum class FindingCode : uint8_t {
    meta_damaged,
    entry_invalid,
    page_damaged,  // neither empty nor of a known kind
    slot_header,
    own_vector,
    own_error,
    own_tail,  // the own vector is not where the slot says
    edge_self,
    edge_twice,
    edge_target,  // no such record
    edge_stale,   // the slot has been reused
    edge_code,
    edge_factors,
    down_invalid,  // an upper record does not lead to its node
    tid_chain,
    tid_invalid,
    unreachable,
    // found by comparing with the heap
    tid_twice,
    tid_beyond_heap,
    tid_missing,
};
inline constexpr int kFindingCodes = static_cast<int>(FindingCode::tid_missing) + 1;

constexpr const char* finding_name(FindingCode code) {
    constexpr const char* kNames[] = {
        "meta_damaged", "entry_invalid", "page_damaged", "slot_header",     "own_vector",
        "own_error",    "own_tail",      "edge_self",    "edge_twice",      "edge_target",
        "edge_stale",   "edge_code",     "edge_factors", "down_invalid",    "tid_chain",
        "tid_invalid",  "unreachable",   "tid_twice",    "tid_beyond_heap", "tid_missing"};
    static_assert(sizeof kNames / sizeof kNames[0] == kFindingCodes);
    return kNames[static_cast<int>(code)];
}

// Warnings cost recall or space and may also come from a crash or from writers at work; errors come
// from neither.
constexpr bool is_warning(FindingCode code) {
    return code == FindingCode::edge_stale || code == FindingCode::unreachable;
}

struct Finding {
    FindingCode code;
    page::BlockId block;
    int slot;  // -1: the page as a whole
    int edge;  // -1: not about an edge
    const char* detail;
};

}  // namespace quiver::store
