// A scan.
#include "quiver/store/scan.hpp"
#include "support/stored_index.hpp"

namespace quiver::test {

std::vector<Hit> StoredIndex::scan(const Vectors& queries, size_t q, size_t ef, Widen widen,
                                   size_t limit, size_t sweep_room) {
    std::vector<Hit> hits;
    with_model([&](const auto& model) {
        HeapArena memory;
        const auto query = [&] {
            if constexpr (requires { model.make_query(queries.floats(q), memory.arena()); })
                return model.make_query(queries.floats(q), memory.arena());
            else
                return model.make_query(queries.record(q), memory.arena());
        }();
        store::Counters counters;
        store::Scan scan(memory.arena(), pages_, query, page::layouts(profile_), counters, ef,
                         sweep_room, widen == Widen::yes);
        store::Found node;
        while (hits.size() < limit && scan.next(node)) {
            for (int i = 0; i < node.tid_count; ++i)
                hits.push_back({node.tids[i], node.dist, counters.rounds});
            page::TidChunk chunk;
            store::ChainReader chain({node.id, node.generation}, node.more_tids);
            while (chain.next(pages_, page::layouts(profile_).base, chunk)) {
                for (int i = 0; i < chunk.count; ++i)
                    hits.push_back({chunk.tids[i], node.dist, counters.rounds});
            }
        }
    });
    return hits;
}

}  // namespace quiver::test
