// How the stored graph reaches its pages. The server's model is src/pg/buffer.hpp; the unit
// tests' model is an array of pages that "crashes" after the n-th write.
#pragma once

#include <concepts>     // std::invocable
#include <cstddef>      // std::byte
#include <cstring>      // std::memcpy
#include <type_traits>  // std::is_const_v

#include "quiver/page/node.hpp"
#include "quiver/store/points.hpp"

namespace quiver::store {

// What a page function tells modify(): whether the page it was given is to be written.
enum class Commit : bool { no, yes };

// read(block, f):    f(const std::byte* page) with the page pinned and share-locked; nothing of the
// page outlives f. modify(block, f):  f(std::byte* page) -> Commit on a private image with the page
// exclusively locked. The change is
//                    atomic: a crash leaves the page as before or as after. f must not touch
//                    another page.
// extend(kind, f):   f(std::byte* page) fills the body of a new, zeroed page whose special space is
// set; returns its
//                    block. Other backends see it only after f.
// adopt(block, kind):  makes an empty page of a block that is all zero, which a crash can leave;
//                    false when it is not.
// blocks():          how many there are now.
// prefetch(block, offset, bytes): a hint that these bytes of the page will be read soon.
// poll():            may leave by longjmp; called between pages, never while one is locked.
//
// At most one page is locked at a time, so there is no lock order and no deadlock.
template <class P>
concept PageAccess = requires(P& p, page::BlockId block, page::PageKind kind) {
    p.read(block, [](const std::byte*) {});
    {p.modify(block, [](std::byte*) { return Commit::yes; })};
    {
        p.extend(kind, [](std::byte*) {})
        } -> std::convertible_to<page::BlockId>;
    { p.adopt(block, kind) } -> std::convertible_to<bool>;
    { p.blocks() } -> std::convertible_to<page::BlockId>;
    p.prefetch(block, size_t{}, size_t{});
    p.poll();
};

// before: page is block 0 of an index whose format was checked.
template <class Byte>
inline auto& meta_of(Byte* bytes) {
    if constexpr (std::is_const_v<Byte>)
        return *reinterpret_cast<const page::Meta*>(bytes + page::kPageHeader);
    else
        return *reinterpret_cast<page::Meta*>(bytes + page::kPageHeader);
}

// Copies a page, to be looked at with nothing locked. Returns what the copy says it is.
template <PageAccess Pages>
inline const page::PageSpecial& copy_page(Pages& pages, page::BlockId block, std::byte* image) {
    pages.read(block, [&](const std::byte* bytes) { std::memcpy(image, bytes, page::kPageSize); });
    return page::special_of<const std::byte>(image);
}

}  // namespace quiver::store
