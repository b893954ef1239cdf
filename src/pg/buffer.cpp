#include "pg/buffer.hpp"

#include "pg/compat.hpp"
#include "quiver/page/node.hpp"

namespace quiver::pg {

static_assert(BLCKSZ == page::kPageSize, "quiver's page format needs the default block size");
static_assert(SizeOfPageHeaderData == page::kPageHeader);

constinit Buffer BufferHints::numbers_[kNumbers] = {};
constinit uint32 BufferHints::reads_ = 0;

void BufferPages::init_page(std::byte* bytes, page::PageKind kind) {
    auto* header = reinterpret_cast<PageHeader>(bytes);
    PageInit(reinterpret_cast<Page>(bytes), BLCKSZ, page::kSpecial);
    header->pd_lower = header->pd_upper;
    page::special_of(bytes) = {kind, page::kPageMagic, 0};
}

Buffer BufferPages::extend_relation(Relation index) { return extend_locked(index, MAIN_FORKNUM); }

}  // namespace quiver::pg
