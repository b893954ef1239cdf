// How the list of a node takes a newcomer, decided on the node's page alone: distances from the
// owner and from the newcomer to the list's members come from the codes that are there.
//
// A list may have holes, the edges that vacuum takes out; they take part in nothing and are filled
// first.
#pragma once

#include <algorithm>  // std::min, std::max_element
#include <cstdint>    // SIZE_MAX

#include "quiver/graph/metric.hpp"
#include "quiver/store/node_writer.hpp"

namespace quiver::store {

// How much a kept neighbour hides a candidate; below 0 not at all (graph/metric.hpp).
inline float occlusion(page::Metric metric, float to_owner, float to_kept) {
    return metric == page::Metric::inner_product ? graph::occlusion_by_rank(to_owner, to_kept)
                                                 : graph::occlusion_ratio(to_owner, to_kept);
}

// Whether a full list takes the newcomer only for something worse.
enum class Demand : bool { if_better, always };

// A node that wants to be in a list.
struct Newcomer {
    page::NodeId id;
    uint8_t generation;
    const std::byte* own;  // its stored form
    float distance;        // from the owner of the list, exact
};

// Where it would go.
struct Seat {
    static constexpr size_t kNone = SIZE_MAX;
    size_t at = kNone;
    bool filler = false;
    bool refused() const { return at == kNone; }
};

template <class Model>
class ListEditor {
public:
    using PageQuery = typename Model::Query;
    using Encoder = typename Model::Encoder;

    ListEditor(const page::Profile& profile, Encoder& encoder)
        : metric_(profile.metric), encoder_(&encoder) {}

    // Begins with the list of a slot. own: the owner's stored form; owner: the same as a query.
    void open(page::Slot slot, const std::byte* own, const PageQuery& owner) {
        slot_ = slot;
        own_ = own;
        encoding_ = false;
        holes_ = 0;
        count_ = std::min<size_t>(slot.header().edge_count, slot.layout->edges);
        if (count_ > 0) owner.estimate(view(), owner.exact(own), from_owner_);
        std::fill_n(hole_, count_, false);
    }

    size_t count() const { return count_ - holes_; }
    size_t room() const { return slot_.layout->edges - count(); }
    // The distance of member i from the owner, about.
    float distance(size_t i) const { return from_owner_[i]; }

    bool contains(page::NodeId id, uint8_t generation) const {
        const size_t at = find(id);
        return at < count_ && (slot_.tag()[at] & page::kGenerationMask) == generation;
    }
    // Makes a hole of an edge to a slot, if there is one. It meant another node than the one that
    // is about to enter, so it leads nowhere.
    void remove_stale(page::NodeId id) {
        const size_t at = find(id);
        if (at < count_) remove(at);
    }

    // Makes edge i a hole.
    void remove(size_t i) {
        hole_[i] = true;
        holes_++;
    }

    // Decides whether the newcomer enters, and instead of whom: a filler first, the farthest; else
    // whom the newcomer hides most; else the farthest.
    // before: !contains(newcomer)
    Seat judge(const PageQuery& newcomer, float distance, Demand demand) {
        const size_t count = count_;
        const bool full = room() == 0;
        Seat seat;
        if (count > 0) newcomer.estimate(view(), distance, from_newcomer_);
        size_t free = count;
        size_t farthest_filler = count;
        size_t most_hidden = count;
        size_t farthest = count;
        float most = 0;
        for (size_t i = 0; i < count; i++) {
            if (hole_[i]) {
                free = std::min(free, i);
                continue;
            }
            const bool is_filler = (slot_.tag()[i] & page::kFiller) != 0;
            if (is_filler) {
                if (farthest_filler == count || from_owner_[i] > from_owner_[farthest_filler])
                    farthest_filler = i;
            } else if (from_owner_[i] <= distance) {
                if (occlusion(metric_, distance, from_newcomer_[i]) >= 0) seat.filler = true;
                continue;
            }
            if (from_owner_[i] <= distance) continue;
            if (farthest == count || from_owner_[i] > from_owner_[farthest]) farthest = i;
            const float hidden = occlusion(metric_, from_owner_[i], from_newcomer_[i]);
            if (hidden >= most) {
                most = hidden;
                most_hidden = i;
            }
        }
        if (!full) {
            seat.at = free;
            return seat;
        }
        if (seat.filler && demand == Demand::if_better) {
            // Fillers of inner products are ranked by distance alone, so a nearer one gets in.
            if (metric_ == page::Metric::inner_product && farthest_filler != count &&
                distance < from_owner_[farthest_filler])
                seat.at = farthest_filler;
            return seat;
        }
        size_t victim = farthest_filler != count ? farthest_filler
                        : most_hidden != count   ? most_hidden
                                                 : farthest;
        if (victim == count && demand == Demand::always)
            victim = static_cast<size_t>(std::max_element(from_owner_, from_owner_ + count) -
                                         from_owner_);
        if (victim != count) seat.at = victim;
        return seat;
    }

    // Writes the newcomer where judge() put it. Whom a kept newcomer hides becomes a filler.
    // before: the last judge() was about it, or the seat is a filler's.
    void put(const Newcomer& newcomer, const Seat& seat) {
        if (!seat.filler) {
            for (size_t i = 0; i < count_; i++) {
                if (!hole_[i] && from_owner_[i] > newcomer.distance &&
                    occlusion(metric_, from_owner_[i], from_newcomer_[i]) >= 0)
                    slot_.tag()[i] |= page::kFiller;
            }
        }
        if (!encoding_) encoder_->owner(own_);
        encoding_ = true;
        encoder_->code(slot_, seat.at, newcomer.own);
        if (count_ == 0)
            encoder_->factors(slot_, 1);
        else
            encoder_->factors_of(slot_, seat.at);
        slot_.ids()[seat.at] = newcomer.id;
        slot_.tag()[seat.at] =
            static_cast<uint8_t>(newcomer.generation | (seat.filler ? page::kFiller : 0));
        from_owner_[seat.at] = newcomer.distance;
        if (seat.at == count_) {
            hole_[count_++] = false;
            slot_.header().edge_count = static_cast<uint8_t>(count_);
        } else if (hole_[seat.at]) {
            hole_[seat.at] = false;
            holes_--;
        }
    }

    // A seat in a hole or at the end. before: room() > 0
    Seat free_seat() const {
        size_t at = 0;
        while (at < count_ && !hole_[at]) at++;
        return {at, true};
    }

    // Moves the last edges into the holes that are left.
    void close() {
        for (size_t i = 0; holes_ > 0; i++) {
            while (holes_ > 0 && hole_[count_ - 1]) drop_last();
            if (i >= count_ || !hole_[i]) continue;
            const size_t last = count_ - 1;
            slot_.ids()[i] = slot_.ids()[last].value;
            slot_.tag()[i] = slot_.tag()[last];
            encoder_->move(slot_, last, i);
            from_owner_[i] = from_owner_[last];
            hole_[i] = false;
            hole_[last] = true;
        }
        slot_.header().edge_count = static_cast<uint8_t>(count_);
    }

private:
    page::ConstSlot view() const { return {slot_.at, slot_.layout}; }
    size_t find(page::NodeId id) const {
        size_t at = 0;
        while (at < count_ && (hole_[at] || slot_.ids()[at] != id)) at++;
        return at;
    }
    void drop_last() {
        count_--;
        holes_--;
    }

    page::Metric metric_;
    Encoder* encoder_;
    page::Slot slot_{};
    const std::byte* own_ = nullptr;
    bool encoding_ = false;  // whether the encoder knows the owner
    size_t count_ = 0;       // with holes
    size_t holes_ = 0;
    bool hole_[page::kMaxEdgesPadded];
    float from_owner_[page::kMaxEdgesPadded];
    float from_newcomer_[page::kMaxEdgesPadded];
};

// What became of an offer.
enum class Offer : uint8_t {
    gone,     // there is no such record any more
    refused,  // the list has better ones
    dead,     // taken, by a node that is only a way
    taken,
};

// Offers a node to the list of record `to`, whose stored form is `own`; the page is locked for the
// decision and the change.
// before: no page is locked. newcomer: the query of who.own; owner: that of own.
template <PageAccess Pages, class Model>
inline Offer offer(Pages& pages, ListEditor<Model>& editor, const page::SlotLayout& layout,
                   page::NodeId to, uint8_t generation, const std::byte* own,
                   const typename Model::Query& owner, const typename Model::Query& newcomer,
                   const Newcomer& who, Demand demand) {
    Offer result = Offer::gone;
    pages.modify(page::block_of(to, layout), [&](std::byte* bytes) {
        const page::Slot slot = page::slot_of(bytes, to, layout);
        const page::SlotHeader& header = slot.header();
        if (header.state == page::SlotState::free || header.generation != generation)
            return Commit::no;
        const Offer taken = header.state == page::SlotState::live ? Offer::taken : Offer::dead;
        result = taken;
        editor.open(slot, own, owner);
        if (editor.contains(who.id, who.generation)) return Commit::no;
        editor.remove_stale(who.id);
        const Seat seat = editor.judge(newcomer, who.distance, demand);
        if (seat.refused()) {
            result = Offer::refused;
            return Commit::no;
        }
        editor.put(who, seat);
        return Commit::yes;
    });
    return result;
}

}  // namespace quiver::store
