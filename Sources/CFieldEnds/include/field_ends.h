#pragma once

#include <stddef.h>
#include <stdint.h>

/// What bytes up to some place say about quotes behind it.
typedef struct {
  /// All ones inside quotes, else 0.
  uint64_t inside;
  /// 1 where a quote may open: at the start of a field, and behind a quote.
  uint64_t may_open;
  /// 1 behind a closing quote, else 0; then the same behind a carriage return there.
  uint64_t has_closed, has_returned;
} field_quotes;

/// The bytes that mean something; `quote_mask` is all ones, or 0 where no byte quotes.
typedef struct {
  uint8_t delimiter, quote;
  uint64_t quote_mask;
} field_dialect;

/// What was found in a stretch of bytes. Each list has room for a number a byte of the stretch and `FIELD_ENDS_SLACK` more.
typedef struct {
  /// Delimiters and line ends outside quotes.
  uint32_t *ends;
  /// Which of `ends` are line ends.
  uint32_t *rows;
  /// Line ends inside quotes.
  uint32_t *inner;
  size_t end_count, row_count, inner_count;
} field_ends;

#define FIELD_ENDS_SLACK 64

/// What a processor can do, each with what stands before it: what all can; AVX2 and what came with it; the bytes of a mask
/// put together by one instruction (AVX-512 VBMI2).
typedef enum { FIELD_ENDS_PLAIN, FIELD_ENDS_AVX2, FIELD_ENDS_VBMI2 } field_ends_ability;

/// What this processor can do. The answer stays the same.
field_ends_ability field_ends_ability_here(void);

/// Finds, 64 bytes at a time, where fields end from `base[from]` up to `base[to]`, behind which 63 bytes must be readable.
///
/// Numbers are offsets from `base`, and entered behind those that `found` has. Returns how far it came: `to`, or the word in
/// which a quote stands where none should, or text behind one; what is found before that quote is entered then, and `quotes`
/// are those before the word. The ability is at most this processor's.
size_t find_field_ends(
    const uint8_t *base, size_t from, size_t to, const field_dialect *dialect, field_quotes *quotes, field_ends *found,
    field_ends_ability ability);

/// Finds, in the same way, where either of two bytes stands, and line ends, whatever is between them. Nothing is inner.
void find_marks(
    const uint8_t *base, size_t from, size_t to, uint8_t first, uint8_t second, field_ends *found,
    field_ends_ability ability);
