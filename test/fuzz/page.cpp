// Damaged index pages under search, scan, insertion and vacuum: whatever the bytes say, nothing is
// read or written outside of pages, nothing loops, and what cannot be is skipped. A block that does
// not exist is an error, as it is on the server.
//
// The input is a list of changes, 5 bytes each, to a small sound index: which model (in the first
// byte of all), block, offset (2), value, how (0 set, 1 add, 2 flip, 3 set four bytes).
#include <cstdlib>  // std::abort

#include "support/stored_index.hpp"

namespace quiver::test {
namespace {

const Variant kVariants[] = {
    {"f32_l2", page::Metric::l2, page::Own::f32, 8, 4, 16},
    {"f16_ip", page::Metric::inner_product, page::Own::f16, 40, 4, 16},
    {"bit_jaccard", page::Metric::jaccard, page::Own::bits, 64, 100, 200},
    {"i8_l2", page::Metric::l2, page::Own::i8, 24, 4, 16},
    {"i8_tails_cosine", page::Metric::cosine, page::Own::i8, 24, 4, 16, page::OwnPlace::tails},
};
constexpr size_t kVariantCount = sizeof kVariants / sizeof kVariants[0];

StoredIndex sound(const Variant& variant, const Vectors& base) {
    StoredIndex index(variant);
    index.build(base, 60, [](uint32_t row) { return row % 8 == 0 ? 30 : 1; });
    for (uint32_t row = 60; row < base.count(); ++row) index.insert(base.record(row), tid_of(row));
    return index;
}

struct Start {
    explicit Start(const Variant& variant)
        : base(profile_of(variant), 80, 2), index(sound(variant, base)) {}
    Vectors base;
    StoredIndex index;
};

template <class F>
void try_to(F f) {
    try {
        f();
    } catch (const NoSuchBlock&) {
    }
}

void run(const Start& start, const uint8_t* data, size_t size) {
    StoredIndex index = start.index;
    ArrayPages& pages = index.pages();
    // The metapage's format part is checked when an index is opened.
    constexpr size_t kFormat = page::kPageHeader + offsetof(page::Meta, entry);
    for (; size >= 5; data += 5, size -= 5) {
        const page::BlockId block = data[0] % pages.blocks();
        const size_t at = page::kPageHeader + (data[1] | data[2] << 8) % (page::kPageSize - 24);
        const size_t length = data[4] % 4 == 3 ? 4 : 1;
        if (at + length > page::kPageSize || (block == 0 && at < kFormat)) continue;
        for (size_t i = 0; i < length; ++i) {
            auto& byte = reinterpret_cast<uint8_t&>(pages.bytes(block)[at + i]);
            if (data[4] % 4 == 1)
                byte = static_cast<uint8_t>(byte + data[3]);
            else if (data[4] % 4 == 2)
                byte ^= data[3];
            else
                byte = data[3];
        }
    }
    const page::BlockId blocks = pages.blocks();
    try_to([&] { index.scan(start.base, 3, 20, Widen::no); });
    try_to([&] { index.scan(start.base, 5, 1100, Widen::yes, 100000); });
    try_to([&] { index.insert(start.base.record(7), tid_of(200)); });
    try_to([&] { index.insert(start.base.record(8), tid_of(201)); });
    try_to([&] { index.vacuum([](page::HeapTid tid) { return tid.block_lo % 2 == 0; }); });
    try_to([&] { index.scan(start.base, 5, 20, Widen::yes, 100000); });
    if (pages.blocks() > blocks + 100) std::abort();
    if (::testing::Test::HasFailure()) std::abort();  // the rules of ArrayPages
}

}  // namespace
}  // namespace quiver::test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using quiver::test::Start;
    // One for each variant.
    static const Start starts[] = {
        Start(quiver::test::kVariants[0]), Start(quiver::test::kVariants[1]),
        Start(quiver::test::kVariants[2]), Start(quiver::test::kVariants[3]),
        Start(quiver::test::kVariants[4])};
    static_assert(sizeof starts / sizeof starts[0] == quiver::test::kVariantCount);
    if (size == 0) return 0;
    quiver::test::run(starts[data[0] % quiver::test::kVariantCount], data + 1, size - 1);
    return 0;
}
