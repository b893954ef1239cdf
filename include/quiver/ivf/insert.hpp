// Insertion of a row: into the list with the nearest center.
//
// An index that was created on a table with few rows has fewer lists than it may have. A row that
// comes then founds a list of its own, unless it equals a center: so the first rows are the
// centers, as good as a sample of them could be.
//
// A row goes to the first free place at or behind the list's `insert`. At the end of the chain
// stands a new page. Whoever finds that somebody else has appended one meanwhile appends to that
// one, so no page is lost to the chain; those in the middle that are not full yet are filled as
// `insert` moves on. Each write is one page, and a crash between two leaves a page that nothing
// leads to, with a row that was not committed.
#pragma once

#include "quiver/ivf/directory.hpp"
#include "quiver/ivf/rows.hpp"

namespace quiver::ivf {

template <store::PageAccess Pages, class Metric>
class Inserter {
public:
    using Query = typename Metric::Query;

    Inserter(Pages& pages, const Format& format, const Metric& metric)
        : pages_(&pages),
          format_(format),
          metric_(metric),
          lists_(ListLayout::of(format)),
          rows_(RowLayout::of(format)) {}

    // query: the row's vector as the metric wants it. center: the vector in the stored form as a
    // center (of length one by inner product), null when it cannot be one.
    Walked insert(const Query* query, const std::byte* center, const NewRow& row) {
        // Others may change the directory meanwhile; each failure means that one of them has got
        // on.
        while (true) {
            const page::BlockId directory = first_directory(*pages_);
            if (const Walked found = find(directory, query, center); !found.ok()) return found;
            store::point(*pages_, store::Point::lists_nearest_known);
            if (count_ < format_.lists && !equal_center_ && (center != nullptr || count_ == 0)) {
                if (!found_list(directory, center != nullptr ? center : row.record)) continue;
                store::point(*pages_, store::Point::lists_founded);
            }
            return add(row);
        }
    }

private:
    // The nearest list into list_, and how many there are.
    Walked find(page::BlockId directory, const Query* query, const std::byte* center) {
        count_ = 0;
        equal_center_ = false;
        last_directory_ = 0;
        const size_t bytes = page::own_bytes(profile_of(format_));
        const Walked walked =
            score_lists(*pages_, directory, format_, metric_, query, [&](const ListRef& list) {
                if (count_ == 0 || list.distance < list_.distance) list_ = list;
                count_++;
                last_directory_ = list.directory;
            });
        if (!walked.ok() || count_ == 0 || count_ >= format_.lists || center == nullptr)
            return walked;
        pages_->read(list_.directory, [&](const std::byte* page) {
            equal_center_ = std::memcmp(lists_.vector(page, list_.place), center, bytes) == 0;
        });
        return walked;
    }

    // Adds a list with no rows, into list_. False when somebody else has changed the directory.
    bool found_list(page::BlockId directory, const std::byte* center) {
        if (directory == 0) {
            const page::BlockId block = new_directory(0, center);
            bool done = false;
            pages_->modify(page::kMetaBlock, [&](std::byte* bytes) {
                page::BlockId& first = meta_of(bytes).directory;
                done = first == 0;
                if (done) first = block;
                return done ? store::Commit::yes : store::Commit::no;
            });
            return done;
        }
        bool done = false;
        bool full = false;
        pages_->modify(last_directory_, [&](std::byte* bytes) {
            BlockHeader& header = block_header(bytes);
            if (header.number + header.used != count_) return store::Commit::no;
            full = header.used >= lists_.per_page;
            if (full) return store::Commit::no;
            write_center(bytes, header.used, center);
            list_ = {.directory = last_directory_, .place = header.used, .number = count_};
            header.used++;
            done = true;
            return store::Commit::yes;
        });
        if (!full) return done;
        const page::BlockId block = new_directory(count_, center);
        pages_->modify(last_directory_, [&](std::byte* bytes) {
            page::BlockId& next = page::special_of(bytes).next_free;
            done = next == 0;
            if (done) next = block;
            return done ? store::Commit::yes : store::Commit::no;
        });
        return done;
    }

    page::BlockId new_directory(uint32_t number, const std::byte* center) {
        const page::BlockId block = pages_->extend(page::PageKind::lists, [&](std::byte* bytes) {
            block_header(bytes) = {.number = number, .used = 1, .live = 0, .reserved = {}};
            write_center(bytes, 0, center);
        });
        list_ = {.directory = block, .place = 0, .number = number};
        store::point(*pages_, store::Point::lists_directory_added);
        return block;
    }

    void write_center(std::byte* bytes, size_t place, const std::byte* center) const {
        std::memcpy(lists_.vector(bytes, place), center, page::own_bytes(profile_of(format_)));
        lists_.info(bytes, place) = {};
    }

    // Puts the row into list_.
    Walked add(const NewRow& row) {
        page::BlockId added = 0;  // the page that has the row, if it is not linked yet
        if (list_.head.first == 0) {
            added = new_page(row);
            if (replace_head(*pages_, lists_, list_, {added, added})) {
                store::point(*pages_, store::Point::lists_row_added);
                return {};
            }
            read_head();
            if (list_.head.first == 0) return {list_.directory};
        }
        page::BlockId block = list_.head.insert;
        while (true) {
            page::BlockId next = 0;
            bool ours = false;
            bool done = false;
            pages_->modify(block, [&](std::byte* bytes) {
                ours = page::is_page(bytes, page::PageKind::rows) &&
                       block_header(bytes).number == list_.number;
                if (!ours) return store::Commit::no;
                page::BlockId& link = page::special_of(bytes).next_free;
                next = link;
                if (added == 0)
                    done = add_row(format_, rows_, bytes, row);
                else if (link == 0) {
                    link = added;
                    done = true;
                }
                return done ? store::Commit::yes : store::Commit::no;
            });
            if (!ours) return {block};
            if (done) break;
            pages_->poll();
            if (next == 0)
                added = new_page(row);  // and to be linked to this page, if it still is the last
            else
                block = next;
        }
        store::point(*pages_, store::Point::lists_row_added);
        // What lies before the page is full.
        if (added == 0 && block != list_.head.insert) {
            (void)replace_head(*pages_, lists_, list_, {list_.head.first, block});
            store::point(*pages_, store::Point::lists_insert_moved);
        }
        return {};
    }

    page::BlockId new_page(const NewRow& row) {
        const page::BlockId block = pages_->extend(page::PageKind::rows, [&](std::byte* bytes) {
            begin_rows(format_, rows_, bytes, list_.number, row);
        });
        store::point(*pages_, store::Point::lists_page_added);
        return block;
    }

    void read_head() {
        pages_->read(list_.directory, [&](const std::byte* bytes) {
            if (page::is_page(bytes, page::PageKind::lists) && list_.place < used_of(bytes, lists_))
                list_.head = lists_.info(bytes, list_.place);
        });
    }

    Pages* pages_;
    Format format_;
    Metric metric_;
    ListLayout lists_;
    RowLayout rows_;
    ListRef list_;
    uint32_t count_ = 0;
    bool equal_center_ = false;
    page::BlockId last_directory_ = 0;
};

}  // namespace quiver::ivf
