"""Answers as they are kept for a replay: an order's, of 2 to 3 kB, in a tenth of that.

Half of all that an order wrote was its answer, and most of an answer is the names of its members: they are left to a
dictionary.
"""

import threading
from collections.abc import Sequence

import zstandard

_NAMES = (
    b'{"paymentId":1,"change":0,"order":{"orderId":1,"number":1,"status":"open","version":1,"seq":1,"tableId":null,'
    b'"tableName":null,"areaId":null,"tab":null,"covers":null,"takeaway":false,"staffId":1,"staffName":"",'
    b'"customerInfo":null,"memberId":null,"items":[{"lineId":1,"itemId":1,"name":"","names":{"zh":"","en":""},'
    b'"quantity":1,"price":1000,"amount":1000,"modifiers":[{"id":1,"name":"","names":{"zh":"","en":""},"price":0}],'
    b'"seat":null,"course":null,"note":null,"stationId":1,"stationName":"","status":"preparing","staffId":1,'
    b'"sentAt":"2026-11-22T19:00:00.000Z","readyAt":null,"comp":false,"reason":null,"parentId":null,'
    b'"priceRuleId":null,"discount":null,"discountAmount":0},{"lineId":2,"itemId":1,"name":"","names":{"en":"","zh":""},'
    b'"quantity":1,"price":1000,"amount":1000,"modifiers":[],"seat":null,"course":null,"note":null,"stationId":1,'
    b'"stationName":"","status":"served","staffId":1,"sentAt":"2026-11-22T19:00:00.000Z","readyAt":null,"comp":false,'
    b'"reason":null,"parentId":null,"priceRuleId":null,"discount":null,"discountAmount":0}],"subtotal":1000,'
    b'"discount":null,"discountAmount":0,"serviceRate":0,"serviceAmount":0,"coverAmount":0,"minimumSpend":0,'
    b'"minimumLeft":0,"taxAmount":60,"taxes":[{"rateId":1,"name":"","names":{"zh":"","en":""},"rate":600,"base":940,'
    b'"tax":60}],"totalAmount":1000,"roundingAmount":0,"paidAmount":0,"refundedAmount":0,"balance":1000,"payments":['
    b'{"paymentId":1,"kind":"payment","method":"cash","amount":1000,"tip":0,"tendered":1000,"change":0,'
    b'"reference":null,"rounding":0,"reason":null,"at":"2026-11-22T19:00:00.000Z","staffId":1}],"shares":[],'
    b'"splitFrom":null,"mergedInto":null,"carriedOver":null,"businessDay":"2026-11-22",'
    b'"createdAt":"2026-11-22T19:00:00.000Z","billedAt":null,"paidAt":null}}'
)
"""Not to be changed: what was shortened by it can be read by nothing else."""

_DICTIONARY = zstandard.ZstdCompressionDict(_NAMES, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
_SHORT = b"\x28\xb5\x2f\xfd"
"""How every zstd frame begins, and no JSON."""

_compressor = zstandard.ZstdCompressor(level=-1, dict_data=_DICTIONARY, write_checksum=True)
_one_at_a_time = threading.Lock()


_FEW = 16
"""So many cost less one by one: to begin with several at once takes as long as ten of them."""


def shorten(answers: Sequence[bytes]) -> list[bytes]:
    """Many of a batch together: each call hands over Python's one lock."""
    with _one_at_a_time:
        if len(answers) <= _FEW:
            return [_compressor.compress(answer) for answer in answers]
        shortened = _compressor.multi_compress_to_buffer(list(answers))
    return [shortened[number].tobytes() for number in range(len(shortened))]


def whole(kept: bytes) -> bytes:
    """An answer as it went out; those of older releases were kept whole."""
    if not kept.startswith(_SHORT):
        return kept
    return zstandard.ZstdDecompressor(dict_data=_DICTIONARY).decompress(kept)
