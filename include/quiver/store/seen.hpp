// Nodes whose stored forms are at hand, by id, so that a list in which they are is judged by these
// instead of by its codes: what an insertion's search visited, which is where the newcomer is and
// most of the lists it is offered to; the members of a list that a vacuum repairs.
#pragma once

#include <cstddef>  // std::byte

#include "quiver/base/id_map.hpp"
#include "quiver/page/layout.hpp"

namespace quiver::store {

class Seen {
public:
    Seen(Arena arena, size_t expected) : nodes_(arena, expected) {}

    // own: stays where it is.
    void add(page::NodeId id, uint8_t generation, const std::byte* own) {
        nodes_.at(id, kNothing) = {own, generation};
    }

    // The stored form of a node, null when it is not at hand.
    const std::byte* own(page::NodeId id, uint8_t generation) const {
        const Node* const node = nodes_.find(id);
        return node != nullptr && node->generation == generation ? node->own : nullptr;
    }

private:
    struct Node {
        const std::byte* own;
        uint32_t generation;
    };
    static constexpr Node kNothing = {nullptr, 0};

    IdMap<Node> nodes_;
};

}  // namespace quiver::store
