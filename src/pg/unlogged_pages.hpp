// Pages of an index that is being built, of whichever access method.
#pragma once

#include "pg/postgres.hpp"

#include "pg/buffer.hpp"
#include "pg/compat.hpp"

namespace quiver::pg {

// Changes pages without logging them; whoever uses this logs the relation afterwards. Several
// processes may, as each change is made under the page's exclusive lock.
class UnloggedPages : public BufferPages {
public:
    using BufferPages::BufferPages;

    template <class F>
    page::BlockId extend(page::PageKind kind, F f) {
        const Buffer buffer = extend_locked(relation(), MAIN_FORKNUM);
        const page::BlockId block = BufferGetBlockNumber(buffer);
        auto* bytes = reinterpret_cast<std::byte*>(BufferGetPage(buffer));
        init_page(bytes, kind);
        f(bytes);
        MarkBufferDirty(buffer);
        UnlockReleaseBuffer(buffer);
        point(store::Point::build_page_added);
        return block;
    }

    // The same where f wants to know which block it is: f(block, bytes).
    template <class F>
    void extend_next(page::PageKind kind, F f) {
        const Buffer buffer = extend_locked(relation(), MAIN_FORKNUM);
        auto* bytes = reinterpret_cast<std::byte*>(BufferGetPage(buffer));
        init_page(bytes, kind);
        f(BufferGetBlockNumber(buffer), bytes);
        MarkBufferDirty(buffer);
        UnlockReleaseBuffer(buffer);
        point(store::Point::build_page_added);
    }

    template <class F>
    void modify(page::BlockId block, F f) {
        const Buffer buffer = ReadBuffer(relation(), block);
        LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
        (void)f(reinterpret_cast<std::byte*>(BufferGetPage(buffer)));
        MarkBufferDirty(buffer);
        UnlockReleaseBuffer(buffer);
    }
};

}  // namespace quiver::pg
