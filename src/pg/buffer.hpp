// Pages of a relation through shared buffers and generic WAL: the server's model of
// quiver::store::PageAccess.
//
// Scoped calls, not scoped objects: a function gets the page while it is pinned and locked, and
// whatever it does, also raising, nothing is left locked (the server releases pins and content
// locks at abort). A change is written only when the function returns Commit::yes.
#pragma once

#include "pg/postgres.hpp"

#include "pg/buffer_hints.hpp"
#include "pg/fault_point.hpp"
#include "quiver/store/page_access.hpp"

namespace quiver::pg {

class BufferPages {
public:
    // ring: the few buffers that pages go into which were in none, for who reads most of the index
    // once and must not drive out what others need; null: any.
    explicit BufferPages(Relation index, BufferAccessStrategy ring = nullptr)
        : index_(index), ring_(ring), hints_(index) {}

    Relation relation() const { return index_; }
    uint64 pages_read() const { return pages_read_; }

    // Holds a share lock on one page while f runs.
    template <class F>
    void read(page::BlockId block, F f) {
        const Buffer buffer = pin(block);
        LockBuffer(buffer, BUFFER_LOCK_SHARE);
        pages_read_++;
        f(reinterpret_cast<const std::byte*>(BufferGetPage(buffer)));
        UnlockReleaseBuffer(buffer);
    }

    // Holds an exclusive lock on one page while f runs; f works on generic WAL's private image.
    template <class F>
    void modify(page::BlockId block, F f) {
        const Buffer buffer = fetch(block);
        LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
        GenericXLogState* wal = GenericXLogStart(index_);
        const store::Commit commit =
            f(reinterpret_cast<std::byte*>(GenericXLogRegisterBuffer(wal, buffer, 0)));
        if (commit == store::Commit::yes)
            GenericXLogFinish(wal);
        else
            GenericXLogAbort(wal);
        UnlockReleaseBuffer(buffer);
        if (commit == store::Commit::yes) point(store::Point::page_written);
    }

    // Holds the extension lock while the block is added, and an exclusive lock on it while f runs.
    template <class F>
    page::BlockId extend(page::PageKind kind, F f) {
        const Buffer buffer = extend_relation(index_);
        const page::BlockId block = BufferGetBlockNumber(buffer);
        GenericXLogState* wal = GenericXLogStart(index_);
        auto* bytes = reinterpret_cast<std::byte*>(
            GenericXLogRegisterBuffer(wal, buffer, GENERIC_XLOG_FULL_IMAGE));
        init_page(bytes, kind);
        f(bytes);
        GenericXLogFinish(wal);
        UnlockReleaseBuffer(buffer);
        point(store::Point::page_added);
        return block;
    }

    // Holds an exclusive lock while it looks at the page and writes it.
    bool adopt(page::BlockId block, page::PageKind kind) {
        const Buffer buffer = fetch(block);
        LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
        const bool is_new = PageIsNew(BufferGetPage(buffer));
        if (is_new) {
            GenericXLogState* wal = GenericXLogStart(index_);
            init_page(reinterpret_cast<std::byte*>(
                          GenericXLogRegisterBuffer(wal, buffer, GENERIC_XLOG_FULL_IMAGE)),
                      kind);
            GenericXLogFinish(wal);
        }
        UnlockReleaseBuffer(buffer);
        return is_new;
    }

    page::BlockId blocks() const { return RelationGetNumberOfBlocks(index_); }

    // Moves the bytes towards the processor, if the page was seen in shared buffers. Else asks the
    // kernel for the page, but not while all pages turn out to be in shared buffers: looking that
    // up costs as much as it could save.
    void prefetch(page::BlockId block, size_t offset, size_t bytes) {
        if (hints_.touch(block, offset, bytes)) return;
        if (cold_ > 0) (void)PrefetchBuffer(index_, MAIN_FORKNUM, block);
    }

    void poll() { CHECK_FOR_INTERRUPTS(); }

    void point(store::Point p) { fault_point(p); }

    // An empty page of a kind. Slots lie where heap pages have line pointers, so pd_lower is put at
    // the end of the body: generic WAL and checksums then treat all of it as data.
    static void init_page(std::byte* bytes, page::PageKind kind);

private:
    Buffer pin(page::BlockId block) {
        const Buffer known = hints_.pin(block);
        if (BufferIsValid(known)) {
            cold_ -= cold_ > 0;
            pgstat_count_buffer_read(index_);
            pgstat_count_buffer_hit(index_);
            return known;
        }
        const int64 missed = pgBufferUsage.shared_blks_read;
        const Buffer buffer = fetch(block);
        cold_ = pgBufferUsage.shared_blks_read != missed ? kStaysCold : cold_ - (cold_ > 0);
        hints_.remember(block, buffer);
        return buffer;
    }

    Buffer fetch(page::BlockId block) {
        return ReadBufferExtended(index_, MAIN_FORKNUM, block, RBM_NORMAL, ring_);
    }

    static Buffer extend_relation(Relation index);

    // Reads without a miss after which the index counts as cached.
    static constexpr int kStaysCold = 16;

    Relation index_;
    BufferAccessStrategy ring_;
    BufferHints hints_;
    uint64 pages_read_ = 0;
    int cold_ = 0;
};

}  // namespace quiver::pg
