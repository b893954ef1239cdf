// Choosing a list anew, where vacuum closes a gap in it: from the members that are left and from
// candidates, by the rule by which a new node's list is chosen (graph/select.hpp).
//
// Members that the rule gives up leave, or lists would slowly become short-sighted: what lies near
// a dead neighbour is mostly hidden by what is there, and fillers that are merely near replace, gap
// after gap, edges that led somewhere else.
#pragma once

#include <algorithm>  // std::any_of

#include "quiver/graph/select.hpp"
#include "quiver/store/node_writer.hpp"

namespace quiver::store {

// A node that may be in a list.
struct Choice {
    static constexpr size_t kNew = SIZE_MAX;
    page::NodeId id;
    uint8_t generation;
    size_t at;             // its place in the list, kNew: it has none
    const std::byte* own;  // its stored form
};

// Stored forms by number, for graph/select.hpp.
template <class M>
struct OwnVectors {
    using Metric = M;
    using Element = typename Metric::Element;
    using Query = typename Metric::Query;

    const std::byte* const* own;
    const Metric* metric;

    const Element* row(graph::NodeId i) const { return reinterpret_cast<const Element*>(own[i]); }
};

template <class Model>
class ListChooser {
public:
    using Metric = typename Model::Metric;
    using Encoder = typename Model::Encoder;

    // most: choices that a list may have.
    ListChooser(const Model& model, Encoder& encoder, Arena arena, size_t most)
        : metric_(model.metric()),
          encoder_(&encoder),
          most_(most),
          choices_(arena.array<Choice>(most)),
          own_(arena.array<const std::byte*>(most)),
          distances_(arena.array<float>(most)),
          nearest_(arena.array<graph::Candidate>(most)),
          chosen_(arena.array<graph::Edge>(page::kMaxEdgesPadded)),
          room_{arena.array<const Element*>(page::kMaxEdgesPadded),
                arena.array<float>(page::kMaxEdgesPadded),
                arena.array<typename graph::SelectRoom<Metric>::Hidden>(most),
                arena.array<std::byte>(metric_.query_bytes() + 1)} {}

    void begin() { count_ = 0; }
    size_t count() const { return count_; }
    bool full() const { return count_ == most_; }
    bool contains(page::NodeId id) const {
        return std::any_of(choices_, choices_ + count_,
                           [&](const Choice& choice) { return choice.id == id; });
    }
    // before: !full() and !contains(choice.id). Its own vector stays where it is until choose().
    void add(const Choice& choice) {
        choices_[count_] = choice;
        own_[count_] = choice.own;
        count_++;
    }

    // Writes the list of a node whose stored form is `own`; who stays keeps place and code. Returns
    // how many edges it has.
    size_t choose(page::Slot slot, const std::byte* own) {
        const size_t count = select(own, slot.layout->edges);
        bool used[page::kMaxEdgesPadded] = {};
        size_t stay = 0;
        for (size_t i = 0; i < count; i++) {
            const Choice& choice = choices_[chosen_[i].id];
            if (choice.at == Choice::kNew) continue;
            used[choice.at] = true;
            slot.tag()[choice.at] = tag_of(i);
            stay++;
        }
        if (stay < count) encoder_->owner(own);
        size_t at = 0;
        for (size_t i = 0; i < count; i++) {
            const Choice& choice = choices_[chosen_[i].id];
            if (choice.at != Choice::kNew) continue;
            while (used[at]) at++;
            used[at] = true;
            slot.ids()[at] = choice.id;
            slot.tag()[at] = tag_of(i);
            encoder_->code(slot, at, choice.own);
            if (stay > 0) encoder_->factors_of(slot, at);
        }
        if (stay == 0) encoder_->factors(slot, count);
        close(slot, used, count);
        return count;
    }

private:
    using Element = typename Metric::Element;

    // The numbers of the choices that make the list, in chosen_.
    size_t select(const std::byte* own, size_t edges) {
        metric_.distances(metric_.query(reinterpret_cast<const Element*>(own), room_.query),
                          reinterpret_cast<const Element* const*>(own_), count_, distances_);
        graph::Beam beam(nearest_, static_cast<uint32_t>(count_));
        beam.clear(static_cast<uint32_t>(count_));
        for (size_t i = 0; i < count_; i++)
            beam.offer(distances_[i], static_cast<graph::NodeId>(i));
        return graph::select_neighbours(OwnVectors<Metric>{own_, &metric_}, beam,
                                        static_cast<uint32_t>(edges), room_, chosen_);
    }

    uint8_t tag_of(size_t i) const {
        return static_cast<uint8_t>(choices_[chosen_[i].id].generation |
                                    (chosen_[i].filler() ? page::kFiller : 0));
    }

    // Moves edges to the places that are left free among the first `count`.
    void close(page::Slot slot, bool* used, size_t count) {
        size_t last = page::kMaxEdgesPadded;
        for (size_t at = 0; at < count; at++) {
            if (used[at]) continue;
            do last--;
            while (!used[last]);
            slot.ids()[at] = slot.ids()[last].value;
            slot.tag()[at] = slot.tag()[last];
            encoder_->move(slot, last, at);
        }
        slot.header().edge_count = static_cast<uint8_t>(count);
    }

    Metric metric_;
    Encoder* encoder_;
    size_t most_;
    size_t count_ = 0;
    Choice* choices_;
    const std::byte** own_;
    float* distances_;
    graph::Candidate* nearest_;
    graph::Edge* chosen_;
    graph::SelectRoom<Metric> room_;
};

}  // namespace quiver::store
