#include "pg/ivfflat/build_sort.hpp"

namespace quiver::pg::ivfflat {

namespace {

// A tuple is the list and the TID in one number, and the record.
constexpr int kTidBits = 48;
static_assert(ivf::kMostLists <= 1u << (63 - kTidBits));

TupleDesc make_desc() {
    TupleDesc desc = CreateTemplateTupleDesc(2);
    TupleDescInitEntry(desc, 1, "key", INT8OID, -1, 0);
    TupleDescInitEntry(desc, 2, "record", BYTEAOID, -1, 0);
    return desc;
}

Tuplesortstate* begin_sort(TupleDesc desc, int kilobytes, SortCoordinate coordinate) {
    AttrNumber column = 1;
    Oid less = Int8LessOperator;
    Oid collation = InvalidOid;
    bool nulls_first = false;
    return tuplesort_begin_heap(desc, 1, &column, &less, &collation, &nulls_first, kilobytes,
                                coordinate, 0);
}

}  // namespace

RowSort::RowSort(const ivf::Format& format, int kilobytes, SortCoordinate coordinate)
    : record_bytes_(store::own_record_bytes(ivf::profile_of(format))),
      desc_(make_desc()),
      sort_(begin_sort(desc_, kilobytes, coordinate)),
      in_(MakeSingleTupleTableSlot(desc_, &TTSOpsVirtual)),
      out_(MakeSingleTupleTableSlot(desc_, &TTSOpsMinimalTuple)),
      record_(static_cast<struct varlena*>(palloc(VARHDRSZ + record_bytes_))) {
    SET_VARSIZE(record_, VARHDRSZ + record_bytes_);
}

void RowSort::put(uint32_t list, const ivf::NewRow& row) {
    memcpy(VARDATA(record_), row.record, record_bytes_);
    ExecClearTuple(in_);
    in_->tts_values[0] =
        Int64GetDatum(static_cast<int64>(uint64{list} << kTidBits | page::number_of(row.tid)));
    in_->tts_values[1] = PointerGetDatum(record_);
    in_->tts_isnull[0] = in_->tts_isnull[1] = false;
    ExecStoreVirtualTuple(in_);
    tuplesort_puttupleslot(sort_, in_);
}

bool RowSort::get(uint32_t& list, ivf::NewRow& row) {
    if (!tuplesort_gettupleslot(sort_, true, false, out_, nullptr)) return false;
    bool is_null;
    const auto key = static_cast<uint64>(DatumGetInt64(slot_getattr(out_, 1, &is_null)));
    const Datum record = slot_getattr(out_, 2, &is_null);
    list = static_cast<uint32_t>(key >> kTidBits);
    row.tid = page::tid_of(key & ((uint64{1} << kTidBits) - 1));
    row.record = reinterpret_cast<const std::byte*>(VARDATA_ANY(DatumGetPointer(record)));
    return true;
}

}  // namespace quiver::pg::ivfflat
