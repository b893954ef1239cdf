#include "support/check_graph.hpp"

#include <gtest/gtest.h>

#include <cstring>  // std::memcmp
#include <vector>   // std::vector

#include "quiver/quant/edge_check.hpp"

namespace quiver::test {

namespace {

class GraphChecker {
public:
    GraphChecker(const StoredIndex& index, Chains chains, Stale stale)
        : index_(index),
          profile_(index.profile()),
          layouts_(page::layouts(profile_)),
          chains_(chains),
          stale_(stale) {}

    GraphFacts run() {
        collect();
        check_levels();
        for (const auto& [id, record] : base_) check_record(id, record);
        for (const auto& [id, record] : upper_) check_record(id, record);
        check_entry();
        reach();
        return facts_;
    }

private:
    struct Record {
        page::ConstSlot slot;
        page::PageKind kind;
        int layer;
        page::NodeId base;  // the node it belongs to
        const page::SlotHeader& header() const { return slot.header(); }
    };
    using Records = std::map<page::NodeId, Record>;

    const page::SlotLayout& layout(page::PageKind kind) const {
        return kind == page::PageKind::base ? layouts_.base : layouts_.upper;
    }
    const Records& records(int layer) const { return layer == 0 ? base_ : upper_; }

    void collect() {
        const ArrayPages& pages = index_.pages();
        ASSERT_EQ(page::special_of(pages.bytes(0)).kind, page::PageKind::meta);
        for (page::BlockId block = 1; block < pages.blocks(); ++block) {
            const page::PageSpecial& special = page::special_of(pages.bytes(block));
            ASSERT_EQ(special.magic, page::kPageMagic);
            if (special.kind == page::PageKind::tids || special.kind == page::PageKind::tail)
                continue;
            ASSERT_TRUE(special.kind == page::PageKind::base ||
                        special.kind == page::PageKind::upper);
            const page::SlotLayout& layout = this->layout(special.kind);
            for (uint32_t i = 0; i < layout.per_page; ++i) {
                const page::NodeId id = block * layout.per_page + i;
                const page::ConstSlot slot = page::slot_of(pages.bytes(block), id, layout);
                ASSERT_LE(static_cast<int>(slot.header().state), 2);
                if (slot.header().state == page::SlotState::free) continue;
                if (special.kind == page::PageKind::base)
                    base_.emplace(id, Record{slot, special.kind, 0, id});
                else
                    upper_.emplace(id, Record{slot, special.kind, -1, page::kNoNode});
            }
        }
        facts_.upper = upper_.size();
    }

    // Every upper record leads down, one layer at a time, to a node of its level with its vector.
    void check_levels() {
        std::map<page::NodeId, std::set<int>> layers;
        for (auto& [id, record] : upper_) {
            int layer = 0;
            const Record* at = &record;
            page::NodeId at_id = id;
            while (at->kind == page::PageKind::upper) {
                const page::NodeId down = at->header().down;
                const Record* below = record_below(*at);
                ASSERT_NE(below, nullptr) << "record " << at_id << " leads down to nothing";
                ASSERT_EQ(below->header().generation, at->header().down_generation);
                ASSERT_LE(++layer, 16);
                at = below;
                at_id = down;
            }
            ASSERT_LE(layer, record.header().level);
            ASSERT_TRUE(layers[at_id].insert(layer).second) << "two records of one layer";
            ASSERT_EQ(record.header().tid_count, 0);
            ASSERT_EQ(page::base_of(record.header()), at_id);
            ASSERT_EQ(record.header().layer, layer);
            record.layer = layer;
            record.base = at_id;
        }
        if (chains_ == Chains::incomplete) return;
        for (const auto& [id, record] : base_)
            ASSERT_EQ(layers[id].size(), record.header().level) << "node " << id;
    }

    // The record one layer below. A search knows the layer and with it what kind of record an id
    // means; here the vector and the level tell, which all records of a node share.
    const Record* record_below(const Record& record) const {
        const page::NodeId id = record.header().down;
        for (const Records* records : {&base_, &upper_}) {
            const auto found = records->find(id);
            if (found == records->end()) continue;
            const Record& below = found->second;
            if (below.header().level == record.header().level && &below != &record &&
                index_.own_of(below.slot) == index_.own_of(record.slot))
                return &below;
        }
        return nullptr;
    }
    bool is_kind(page::BlockId block, page::PageKind kind) const {
        return block < index_.pages().blocks() &&
               page::special_of(index_.pages().bytes(block)).kind == kind;
    }

    void check_record(page::NodeId id, const Record& record) {
        const page::SlotHeader& header = record.header();
        ASSERT_LE(header.level, 16);
        ASSERT_EQ(header.generation & ~page::kGenerationMask, 0);
        ASSERT_LE(header.edge_count, record.slot.layout->edges);
        ASSERT_EQ(header.layer, record.layer);
        check_tails(id, record);
        if (record.layer == 0) {
            ASSERT_EQ(header.down, page::kNoNode);
            check_tids(id, header);
            (header.state == page::SlotState::live ? facts_.live : facts_.dead)++;
            facts_.edges += header.edge_count;
        }
        std::set<page::NodeId> seen;
        for (size_t i = 0; i < header.edge_count; ++i) {
            const page::NodeId target = record.slot.ids()[i];
            const uint8_t tag = record.slot.tag()[i];
            if (record.layer == 0) facts_.fillers += (tag & page::kFiller) != 0;
            ASSERT_NE(target, id) << "edge to itself";
            ASSERT_TRUE(seen.insert(target).second) << "edge twice";
            const Records& others = records(record.layer);
            const auto found = others.find(target);
            if (stale_ == Stale::allowed &&
                (found == others.end() || is_stale(found->second, tag))) {
                facts_.stale++;
                continue;
            }
            ASSERT_NE(found, others.end()) << "edge of " << id << " to nothing: " << target;
            ASSERT_EQ(found->second.layer, record.layer);
            ASSERT_EQ(found->second.header().generation, tag & page::kGenerationMask);
            check_code(id, record, i, index_.own_of(found->second.slot).data());
        }
    }

    // A record that an interrupted insertion left, dead and without edges, may lack its tails.
    void check_tails(page::NodeId id, const Record& record) {
        if (!record.slot.layout->spans()) return;
        const page::TailRef& ref = record.slot.tail();
        if (index_.own_of(record.slot).empty()) {
            ASSERT_EQ(record.header().state, page::SlotState::dead) << "node " << id;
            ASSERT_EQ(record.header().edge_count, 0) << "node " << id;
            return;
        }
        if (!store::has_tails(record.slot)) return;
        ASSERT_EQ(ref.owner, record.base);
        if (record.layer == 0) {
            ASSERT_EQ(ref.generation, record.header().generation);
            for (page::BlockId block = ref.first; block != page::kMetaBlock;
                 block = page::tail_header_of(index_.pages().bytes(block)).next)
                ASSERT_TRUE(tails_.insert(block).second) << "tail of two nodes";
        }
    }

    static bool is_stale(const Record& target, uint8_t tag) {
        return target.header().generation != (tag & page::kGenerationMask);
    }

    void check_tids(page::NodeId id, const page::SlotHeader& header) {
        ASSERT_LE(header.tid_count, page::kInlineTids);
        size_t count = 0;
        const auto take = [&](page::HeapTid tid) {
            ASSERT_TRUE(tid.valid());
            ASSERT_TRUE(facts_.tids.insert(key_of(tid)).second) << "TID twice";
            facts_.row_of_node[id] = row_of(tid);
            ++count;
        };
        for (int i = 0; i < header.tid_count; ++i) take(header.tids[i]);
        uint64_t below = uint64_t{1} << 32;
        for (uint32_t at = header.more_tids; at != page::kNoNode;) {
            ASSERT_TRUE(chunks_.insert(at).second) << "chunk in two chains";
            ASSERT_TRUE(is_kind(at / page::kChunksPerPage, page::PageKind::tids));
            const page::TidChunk& chunk =
                store::chunk_of(index_.pages().bytes(at / page::kChunksPerPage), at);
            ASSERT_TRUE(store::owns({id, header.generation}, chunk));
            ASSERT_LT(chunk.order, below);
            below = chunk.order;
            ASSERT_LE(chunk.count, page::kTidsPerChunk);
            for (int i = 0; i < chunk.count; ++i) take(chunk.tids[i]);
            at = chunk.next;
        }
        if (header.state == page::SlotState::live)
            ASSERT_GT(count, 0u) << "live without a TID";
        else
            ASSERT_EQ(count, 0u) << "dead with a TID";
    }

    void check_code(page::NodeId id, const Record& record, size_t edge, const std::byte* own) {
        if (page::is_plain(profile_)) return;
        if (profile_.own == page::Own::bits) {
            const size_t bytes = record.slot.layout->code_dims / 8;
            const uint8_t* code = record.slot.codes() + edge * bytes;
            const size_t whole = std::min(bytes, page::own_bytes(profile_));
            ASSERT_EQ(std::memcmp(code, own, whole), 0);
            return;
        }
        std::vector<float> owner(profile_.dims);
        std::vector<float> neighbour(profile_.dims);
        double squared = 0;
        double along = 0;
        const Bytes record_own = index_.own_of(record.slot);
        for (uint32_t i = 0; i < profile_.dims; ++i) {
            owner[i] = static_cast<float>(element(profile_, record_own.data(), i));
            neighbour[i] = static_cast<float>(element(profile_, own, i));
            const double d = double{neighbour[i]} - owner[i];
            squared += d * d;
            along += d * owner[i];
        }
        const kernels::QuantKernels& k = kernels::active().quant;
        const quant::Rotation rotation{StoredIndex::seed(), profile_.dims};
        std::vector<float> residual(quant::rotated_dims(profile_.dims));
        std::vector<float> rotated(residual.size());
        const auto* const owner_at = reinterpret_cast<const F32*>(owner.data());
        rotation.apply(k, owner_at, rotated.data());
        rotation.apply_difference(k, reinterpret_cast<const F32*>(neighbour.data()), owner_at,
                                  residual.data());
        const quant::CodeShape shape = store::code_shape(profile_, *record.slot.layout);
        std::vector<uint8_t> scratch(quant::code_bytes(shape));
        const bool inner_product = profile_.metric == page::Metric::inner_product;
        const quant::StoredEdge stored{record.slot.codes(),
                                       edge,
                                       {record.slot.add()[edge], record.slot.scale()[edge]},
                                       record.header().scale_exponent};
        const quant::EdgeCheck check =
            quant::check_edge(k, shape, stored, store::edge_metric(profile_.metric),
                              {residual.data(), squared, rotated.data()},
                              inner_product ? -along : squared, scratch.data());
        ASSERT_EQ(static_cast<int>(check), static_cast<int>(quant::EdgeCheck::ok))
            << "edge " << edge << " of " << id << " on layer " << record.layer;
    }

    void check_entry() {
        const page::Meta meta = index_.meta();
        ASSERT_EQ(meta.magic, page::kMagic);
        ASSERT_EQ(meta.version, page::kFormatVersion);
        if (meta.entry == page::kNoNode) return;
        const Records& others = records(meta.entry_level);
        const auto found = others.find(meta.entry);
        ASSERT_NE(found, others.end()) << "the entry is no record";
        ASSERT_EQ(found->second.layer, meta.entry_level);
        ASSERT_GE(found->second.header().level, meta.entry_level);
        ASSERT_EQ(found->second.header().generation, meta.entry_generation);
        entry_ = found->second.base;
    }

    void reach() {
        std::set<page::NodeId> reached;
        std::vector<page::NodeId> queue;
        if (entry_ != page::kNoNode) {
            reached.insert(entry_);
            queue.push_back(entry_);
        }
        for (size_t at = 0; at < queue.size(); ++at) {
            const auto record = base_.find(queue[at]);
            ASSERT_NE(record, base_.end());
            for (size_t i = 0; i < record->second.header().edge_count; ++i) {
                const page::NodeId target = record->second.slot.ids()[i];
                const auto found = base_.find(target);
                if (found == base_.end() || is_stale(found->second, record->second.slot.tag()[i]))
                    continue;
                if (reached.insert(target).second) queue.push_back(target);
            }
        }
        for (const auto& [id, record] : base_) {
            if (!reached.contains(id)) facts_.unreached.insert(id);
        }
    }

    const StoredIndex& index_;
    const page::Profile profile_;
    const page::Layouts layouts_;
    const Chains chains_;
    const Stale stale_;
    Records base_;
    Records upper_;
    std::set<uint32_t> chunks_;
    std::set<page::BlockId> tails_;
    page::NodeId entry_ = page::kNoNode;
    GraphFacts facts_;
};

}  // namespace

GraphFacts check_graph(const StoredIndex& index, Chains chains, Stale stale) {
    return GraphChecker(index, chains, stale).run();
}

}  // namespace quiver::test
