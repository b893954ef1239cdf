// Vectors of the members of lists, as far as they are at hand, so that who is how near is known
// exactly: those that an insertion's search visited, which is where the newcomer is and most of the
// lists it is offered to; and those that were read for the purpose.
//
// Without edge codes (the plain layout) there is no other way to tell, so all members are read
// before the page of the list is locked, one page at a time. When the list is looked at again under
// its lock, there may be a member that was not read: then the caller lets go and starts over.
#pragma once

#include <algorithm>  // std::min
#include <cstring>    // std::memcpy

#include "quiver/base/arena_vector.hpp"
#include "quiver/base/id_map.hpp"
#include "quiver/store/read_node.hpp"

namespace quiver::store {

class Members {
public:
    // Tables come from the arena and are used again after forget().
    explicit Members(Arena arena) : places_(arena, 128), members_(arena) {}

    void forget() {
        places_.reset();
        members_.clear();
    }

    // A vector that the caller has, and keeps until forget().
    void put(page::PageKind kind, page::NodeId id, uint8_t generation, const std::byte* own) {
        uint32_t& place = places_.at(id, kNone);
        if (place != kNone) {
            members_[place] = {kind, generation, own};
            return;
        }
        place = static_cast<uint32_t>(members_.size());
        members_.push_back({kind, generation, own});
    }

    struct Member {
        page::PageKind kind;
        uint8_t generation;
        const std::byte* own;  // null: there is no such record
    };

    // What is known of a record, null when it was neither put nor read.
    const Member* find(page::PageKind kind, page::NodeId id, uint8_t generation) const {
        const uint32_t* const place = places_.get(id);
        if (place == nullptr) return nullptr;
        const Member& member = members_[*place];
        return member.kind == kind && member.generation == generation ? &member : nullptr;
    }

    // Reads the members that are not known yet; `list` is a copy, of a page of that kind. The
    // vectors go into `room`, which has to last until forget().
    // before: no page is locked.
    template <PageAccess Pages>
    void read(Pages& pages, page::PageKind kind, page::ConstSlot list, Arena room) {
        const page::BlockId blocks = pages.blocks();
        NodeReader<Pages> reader(pages, *list.layout, kind, room);
        const size_t count = std::min<size_t>(list.header().edge_count, list.layout->edges);
        for (size_t i = 0; i < count; i++) {
            const page::NodeId id = list.ids()[i];
            const uint8_t generation = list.tag()[i] & page::kGenerationMask;
            if (find(kind, id, generation) != nullptr) continue;
            const std::byte* own = nullptr;
            if (page::block_of(id, *list.layout) < blocks) {
                pages.poll();
                (void)reader.read(id, generation, [&](page::ConstSlot slot, const std::byte* from) {
                    const size_t size = slot.layout->own_size(from);
                    auto* const copy = room.array<std::byte>(size);
                    std::memcpy(copy, from, size);
                    own = copy;
                });
            }
            put(kind, id, generation, own);
        }
    }

    // The same for the list of the record `of`, wherever that is.
    template <PageAccess Pages>
    void read(Pages& pages, page::NodeId of, const page::SlotLayout& layout, Arena room) {
        auto* const copy = room.array<std::byte>(layout.stride);
        auto kind = page::PageKind::meta;
        pages.read(page::block_of(of, layout), [&](const std::byte* bytes) {
            kind = page::special_of(bytes).kind;
            std::memcpy(copy, page::slot_of(bytes, of, layout).at, layout.stride);
        });
        if (kind == page::PageKind::base || kind == page::PageKind::upper)
            read(pages, kind, page::ConstSlot{copy, &layout}, room);
    }

private:
    static constexpr uint32_t kNone = 0xffffffffu;

    IdMap<uint32_t> places_;  // in members_
    ArenaVector<Member> members_;
};

}  // namespace quiver::store
