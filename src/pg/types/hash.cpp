// Support functions of the hash operator classes. Equal values hash equally: -0 is hashed as 0.
#include "pg/postgres.hpp"

#include "pg/datum.hpp"

#include <algorithm>  // std::min

namespace {

namespace pg = quiver::pg;
using quiver::F16;
using quiver::F32;
using quiver::I32;

uint64 hash_bytes_of(const void* bytes, size_t size, uint64 seed) {
    return hash_bytes_extended(static_cast<const unsigned char*>(bytes), static_cast<int>(size),
                               seed);
}

// Floats go through a small buffer, where -0 becomes 0.
template <class T>
uint64 hash_floats(const T* x, int n, uint64 seed) {
    constexpr int kChunk = 64;
    float chunk[kChunk];
    for (int i = 0; i < n; i += kChunk) {
        const int count = std::min(kChunk, n - i);
        for (int j = 0; j < count; j++) chunk[j] = quiver::to_float(x[i + j]) + 0.0f;
        seed = hash_bytes_of(chunk, sizeof(float) * count, seed);
    }
    return seed;
}

uint64 hash_value(quiver::VectorView v, uint64 seed) { return hash_floats(v.x, v.dim, seed); }
uint64 hash_value(quiver::HalfvecView v, uint64 seed) { return hash_floats(v.x, v.dim, seed); }
uint64 hash_value(quiver::SparseView v, uint64 seed) {
    const int32 dim = v.dim;
    seed = hash_bytes_of(&dim, sizeof dim, seed);
    seed = hash_bytes_of(v.indices, sizeof(I32) * v.nnz, seed);
    return hash_floats(v.values, v.nnz, seed);
}

template <class View>
uint64 hash_arg(FunctionCallInfo fcinfo, uint64 seed) {
    return pg::with_arg<View>(fcinfo, 0, [seed](View v) { return hash_value(v, seed); });
}

}  // namespace

// The 32-bit hash is the low half of the extended one with seed 0, as core requires.
#define QUIVER_HASHES(type, View)                                                               \
    QUIVER_FUNCTION(type##_hash) {                                                              \
        return UInt32GetDatum(static_cast<uint32>(hash_arg<View>(fcinfo, 0)));                  \
    }                                                                                           \
    QUIVER_FUNCTION(type##_hash_extended) {                                                     \
        return UInt64GetDatum(hash_arg<View>(fcinfo, static_cast<uint64>(PG_GETARG_INT64(1)))); \
    }

QUIVER_HASHES(vector, quiver::VectorView)
QUIVER_HASHES(halfvec, quiver::HalfvecView)
QUIVER_HASHES(sparsevec, quiver::SparseView)
