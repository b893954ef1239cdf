// How the list of a node takes a newcomer, decided with the node's page alone: distances from the
// owner and from the newcomer to members that are at hand are exact (members.hpp), to the others
// they come from the codes that are there.
//
// A list may have holes, edges to records that are gone; they take part in nothing and are filled
// first.
#pragma once

#include <algorithm>  // std::min, std::max
#include <cstdint>    // SIZE_MAX
#include <limits>     // std::numeric_limits

#include "quiver/graph/metric.hpp"
#include "quiver/graph/select.hpp"
#include "quiver/store/members.hpp"
#include "quiver/store/node_writer.hpp"
#include "quiver/store/search.hpp"

namespace quiver::store {

// Whether a full list takes the newcomer only for something worse.
enum class Demand : uint8_t {
    if_better,
    always,  // else in place of the farthest
    keep,    // in place of the farthest filler, and not as one, so that others leave first
};

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
    using Metric = typename Model::Metric;

    ListEditor(const Model& model, Encoder& encoder, Arena arena)
        : metric_(model.profile().metric),
          exact_(model.metric()),
          room_(arena.array<std::byte>(exact_.query_bytes() + 1)),
          encoder_(&encoder),
          members_(arena) {}

    // What is known of the members of lists; without codes it has to be all of them.
    Members& members() { return members_; }

    // Begins with the list of a slot of that kind. own: the owner's stored form; owner: the same as
    // a query. False when there are no codes, and a member that members() does not know.
    bool open(page::PageKind kind, page::Slot slot, const std::byte* own, const PageQuery& owner) {
        slot_ = slot;
        own_ = own;
        encoding_ = false;
        holes_ = 0;
        count_ = std::min<size_t>(slot.header().edge_count, slot.layout->edges);
        std::fill_n(hole_, count_, false);
        std::fill_n(stays_, count_, false);
        for (size_t i = 0; i < count_; i++) {
            const Members::Member* const member =
                members_.find(kind, slot.ids()[i], slot.tag()[i] & page::kGenerationMask);
            if (!CodeQuery<PageQuery> && member == nullptr) return false;
            known_[i] = member != nullptr ? member->own : nullptr;
        }
        if (count_ > 0) measure(owner, owner.exact(own), from_owner_);
        return true;
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

    // Members for which stays(id) holds do not leave for a newcomer.
    template <class Stays>
    void pin(Stays stays) {
        for (size_t i = 0; i < count_; i++) stays_[i] = stays(slot_.ids()[i]);
    }

    // Makes edge i a hole.
    void remove(size_t i) {
        hole_[i] = true;
        holes_++;
    }

    // Decides whether the newcomer enters, and instead of whom: of whatever is hidden, the newcomer
    // included, the most hidden stays outside; if nothing is, the farthest.
    // before: !contains(newcomer)
    Seat judge(const PageQuery& newcomer, float distance, Demand demand) {
        if (count_ > 0) measure(newcomer, distance, from_newcomer_);

        float hidden = kNotHidden;
        for (size_t i = 0; i < count_; i++)
            if (is_kept(i) && from_owner_[i] <= distance)
                hidden = std::max(hidden, Metric::occlusion(distance, from_newcomer_[i]));
        Seat seat;
        seat.filler = hidden >= 0 && demand != Demand::keep;
        if (room() > 0) {
            seat.at = free_place();
            return seat;
        }

        size_t farthest = count_;
        size_t most_hidden = count_;
        float most = hidden;
        size_t last = count_;  // whoever it is nearer to
        size_t last_filler = count_;
        for (size_t i = 0; i < count_; i++) {
            if (stays_[i]) continue;
            if (last == count_ || from_owner_[i] > from_owner_[last]) last = i;
            if (!is_kept(i) && (last_filler == count_ || from_owner_[i] > from_owner_[last_filler]))
                last_filler = i;
            const bool beyond = from_owner_[i] > distance;
            if (beyond && (farthest == count_ || from_owner_[i] > from_owner_[farthest]))
                farthest = i;
            float by = is_kept(i) ? kNotHidden : std::max(filler_hiddenness(i), 0.0f);
            if (beyond && !seat.filler)
                by = std::max(by, Metric::occlusion(from_owner_[i], from_newcomer_[i]));
            const bool farther = most_hidden != count_ && from_owner_[i] > from_owner_[most_hidden];
            if (by >= 0 && (by > most || (by == most && farther))) {
                most = by;
                most_hidden = i;
            }
        }
        if (demand == Demand::keep)
            seat.at = last_filler != count_ ? last_filler : last != count_ ? last : seat.at;
        else if (most_hidden != count_)
            seat.at = most_hidden;
        else if (!seat.filler && farthest != count_)
            seat.at = farthest;
        else if (demand == Demand::always && last != count_)
            seat.at = last;
        return seat;
    }

    // Writes the newcomer where judge() put it. Whom a kept newcomer hides becomes a filler.
    // before: the last judge() was about it. newcomer.own stays where it is while the list is open.
    void put(const Newcomer& newcomer, const Seat& seat) {
        if (!seat.filler) {
            for (size_t i = 0; i < count_; i++) {
                if (!hole_[i] && from_owner_[i] > newcomer.distance &&
                    Metric::occlusion(from_owner_[i], from_newcomer_[i]) >= 0)
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
        known_[seat.at] = newcomer.own;
        if (seat.at == count_) {
            stays_[count_] = false;
            hole_[count_++] = false;
            slot_.header().edge_count = static_cast<uint8_t>(count_);
        } else if (hole_[seat.at]) {
            hole_[seat.at] = false;
            holes_--;
        }
    }

    // Whether nobody has to leave for it. before: not refused.
    bool is_free(const Seat& seat) const { return seat.at == count_ || hole_[seat.at]; }

    // A hole or the end. before: room() > 0
    size_t free_place() const {
        size_t at = 0;
        while (at < count_ && !hole_[at]) at++;
        return at;
    }

private:
    bool is_kept(size_t i) const { return !hole_[i] && (slot_.tag()[i] & page::kFiller) == 0; }

    // Distances of all members from the query, which is `base` from the owner.
    void measure(const PageQuery& query, float base, float* out) const {
        if constexpr (CodeQuery<PageQuery>)
            query.estimate(view(), own_, base, out);
        else
            std::fill_n(out, count_,
                        std::numeric_limits<float>::max());  // of records that are gone
        for (size_t i = 0; i < count_; i++)
            if (known_[i] != nullptr) out[i] = query.exact(known_[i]);
    }

    // How much filler i is hidden. By inner product that depends on nothing but its distance.
    float filler_hiddenness(size_t i) {
        return metric_ == page::Metric::inner_product ? graph::hidden_by_rank(from_owner_[i])
                                                      : hiddenness(i);
    }

    // How much the kept members that are at hand hide member i; not at all if it is not itself.
    float hiddenness(size_t i) {
        if (known_[i] == nullptr) return kNotHidden;
        const typename Metric::Element* rows[page::kMaxEdgesPadded];
        size_t count = 0;
        for (size_t j = 0; j < count_; j++)
            if (is_kept(j) && known_[j] != nullptr && from_owner_[j] <= from_owner_[i])
                rows[count++] = reinterpret_cast<const typename Metric::Element*>(known_[j]);
        if (count == 0) return kNotHidden;
        float apart[page::kMaxEdgesPadded];
        exact_.distances(
            exact_.query(reinterpret_cast<const typename Metric::Element*>(known_[i]), room_), rows,
            count, apart);
        float most = kNotHidden;
        for (size_t j = 0; j < count; j++)
            most = std::max(most, Metric::occlusion(from_owner_[i], apart[j]));
        return most;
    }

    page::ConstSlot view() const { return {slot_.at, slot_.layout}; }
    size_t find(page::NodeId id) const {
        size_t at = 0;
        while (at < count_ && (hole_[at] || slot_.ids()[at] != id)) at++;
        return at;
    }

    static constexpr float kNotHidden = graph::kNotHidden;

    page::Metric metric_;
    Metric exact_;
    std::byte* room_;  // for a query of exact_
    Encoder* encoder_;
    Members members_;
    page::Slot slot_{};
    const std::byte* own_ = nullptr;
    bool encoding_ = false;  // whether the encoder knows the owner
    size_t count_ = 0;       // with holes
    size_t holes_ = 0;
    bool hole_[page::kMaxEdgesPadded];
    bool stays_[page::kMaxEdgesPadded];
    const std::byte* known_[page::kMaxEdgesPadded];  // stored forms, null where they are not
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

struct Offered {
    Offer outcome = Offer::gone;
    // Who left the list for the newcomer; kNoNode: nobody.
    page::NodeId evicted = page::kNoNode;
    uint8_t evicted_generation = 0;
};

// An offer is repeated so often when the list that was read has changed before it was locked.
inline constexpr int kMostOffers = 16;

// Any member of a list may leave it for a newcomer.
struct NobodyStays {
    bool operator()(page::NodeId) const { return false; }
};

// Offers a node to the list of record `to` of that kind, whose stored form is `own`; the page is
// locked for the decision and the change.
// before: no page is locked. newcomer: the query of who.own; owner: that of own. room: for what
// members() has to keep. stays(id): who is not to leave for it.
template <PageAccess Pages, class Model, class Stays = NobodyStays>
inline Offered offer(Pages& pages, ListEditor<Model>& editor, page::PageKind kind,
                     const page::SlotLayout& layout, page::NodeId to, uint8_t generation,
                     const std::byte* own, const typename Model::Query& owner,
                     const typename Model::Query& newcomer, const Newcomer& who, Demand demand,
                     Arena room, Stays stays = {}) {
    Offered result;
    bool changed = true;
    for (int tries = 0; changed && tries < kMostOffers; tries++) {
        changed = false;
        if constexpr (!CodeQuery<typename Model::Query>)
            editor.members().read(pages, to, layout, room);
        pages.modify(page::block_of(to, layout), [&](std::byte* bytes) {
            const page::Slot slot = page::slot_of(bytes, to, layout);
            const page::SlotHeader& header = slot.header();
            result.outcome = Offer::gone;
            if (header.state == page::SlotState::free || header.generation != generation)
                return Commit::no;
            result.outcome = Offer::refused;
            changed = !editor.open(kind, slot, own, owner);
            if (changed) return Commit::no;
            const Offer taken = header.state == page::SlotState::live ? Offer::taken : Offer::dead;
            if (editor.contains(who.id, who.generation)) {
                result.outcome = taken;
                return Commit::no;
            }
            editor.remove_stale(who.id);
            editor.pin(stays);
            const Seat seat = editor.judge(newcomer, who.distance, demand);
            if (seat.refused()) return Commit::no;
            result.outcome = taken;
            if (!editor.is_free(seat)) {
                result.evicted = slot.ids()[seat.at];
                result.evicted_generation = slot.tag()[seat.at] & page::kGenerationMask;
            }
            editor.put(who, seat);
            return Commit::yes;
        });
    }
    return result;
}

}  // namespace quiver::store
