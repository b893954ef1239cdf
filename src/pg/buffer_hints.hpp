// Where pages were last seen in shared buffers, as this backend remembers it.
//
// A search comes back to the same pages all the time. With the buffer's number at hand it can pin
// without the server's buffer table, which costs a partition lock and two cache misses, and it can
// bring the bytes of a page into the cache before it needs them: an address follows from the number
// alone.
//
// A number is a guess and stays one: ReadRecentBuffer() pins only a buffer whose tag is the page
// that was asked for. So nothing is ever invalidated, and indexes may overwrite each other's
// numbers. Only touched parts of the table take memory.
#pragma once

#include "pg/postgres.hpp"

#include "pg/compat.hpp"
#include "quiver/page/layout.hpp"

namespace quiver::pg {

class BufferHints {
public:
    explicit BufferHints(Relation index)
        : locator_(locator_of(index)),
          salt_(file_number(locator_) * 0x9e3779b9u),
          shared_(!RelationUsesLocalBuffers(index)) {}

    // The pinned page, if it is where it was. Not every time: only an ordinary read counts as use
    // of the buffer, and a page that is never counted is the first to be thrown out.
    Buffer pin(page::BlockId block) {
        const Buffer buffer = *number(block);
        if (!BufferIsValid(buffer) || ++reads_ % kCountedUse == 0) return InvalidBuffer;
        return ReadRecentBuffer(locator_, MAIN_FORKNUM, block, buffer) ? buffer : InvalidBuffer;
    }

    void remember(page::BlockId block, Buffer buffer) {
        if (shared_) *number(block) = buffer;
    }

    // Moves what a visit touches first towards the processor: harmless wherever it points, because
    // nothing is read. False when there is no guess.
    bool touch(page::BlockId block, size_t offset, size_t bytes) const {
        const Buffer buffer = *number(block);
        if (!BufferIsValid(buffer)) return false;
        __builtin_prefetch(GetBufferDescriptor(buffer - 1), 1);
        const auto* page = reinterpret_cast<const char*>(BufferGetBlock(buffer));
        __builtin_prefetch(page + page::kPageSize - page::kSpecial);
        // The first lines are wanted at once and pull the second-level cache's own prefetcher
        // along; the rest has time until it is computed with.
        const char* line = page + offset / kLine * kLine;
        const char* const end = page + offset + bytes;
        __builtin_prefetch(line);
        __builtin_prefetch(line + kLine);
        for (line += 2 * kLine; line < end; line += kLine) __builtin_prefetch(line, 0, 2);
        return true;
    }

private:
    static constexpr size_t kLine = 64;
    static constexpr uint32 kCountedUse = 16;
    static constexpr uint32 kNumbers = 1u << 20;  // 8 GB of pages

    Buffer* number(page::BlockId block) const {
        return &numbers_[(block + salt_) & (kNumbers - 1)];
    }

    static Buffer numbers_[kNumbers];
    static uint32 reads_;

    FileLocator locator_;
    uint32 salt_;
    bool shared_;
};

}  // namespace quiver::pg
