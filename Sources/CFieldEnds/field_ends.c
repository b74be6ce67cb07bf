#include "field_ends.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

// A word is 64 bytes, of which a mask has a bit each, the first one lowest.

typedef uint8_t bytes __attribute__((vector_size(16)));
typedef _Bool bits __attribute__((ext_vector_type(16)));

/// Which bytes of a word equal `wanted`.
typedef uint64_t equal_function(const uint8_t *word, uint8_t wanted);

INLINE uint64_t equal_plain(const uint8_t *word, uint8_t wanted) {
  uint64_t mask = 0;
  for (int quarter = 0; quarter < 4; quarter++) {
    bytes loaded;
    memcpy(&loaded, word + 16 * quarter, sizeof loaded);
    const bits hits = __builtin_convertvector(loaded == (bytes){} + wanted, bits);
    uint16_t part;
    memcpy(&part, &hits, sizeof part);
    mask |= (uint64_t)part << 16 * quarter;
  }
  return mask;
}

/// Writes where the bits of a mask stand, each plus `offset`; up to 64 numbers are written, whatever their number.
typedef void enter_function(uint32_t *to, uint64_t mask, uint32_t offset);

/// `step` at a time whether there are so many or not: how many a word has nobody could predict.
INLINE void enter_steps(uint32_t *to, uint64_t mask, uint32_t offset, int step) {
  do {
    for (int i = 0; i < step; i++) {
      to[i] = offset + (mask ? (uint32_t)__builtin_ctzll(mask) : 64);
      mask &= mask - 1;
    }
    to += step;
  } while (mask);
}

INLINE void enter_plain(uint32_t *to, uint64_t mask, uint32_t offset) { enter_steps(to, mask, offset, 8); }

/// Where there are mostly fewer.
INLINE void enter_few(uint32_t *to, uint64_t mask, uint32_t offset) { enter_steps(to, mask, offset, 4); }

/// Each bit xor all below it: what lies behind an odd number of quotes.
INLINE uint64_t prefix_xor(uint64_t mask) {
  mask ^= mask << 1;
  mask ^= mask << 2;
  mask ^= mask << 4;
  mask ^= mask << 8;
  mask ^= mask << 16;
  mask ^= mask << 32;
  return mask;
}

/// Enters what a word has.
INLINE void enter_word(
    field_ends *found, size_t at, uint64_t delimiters, uint64_t newlines, uint64_t inner, enter_function *enter) {
  const uint64_t ends = delimiters | newlines;
  enter(found->ends + found->end_count, ends, (uint32_t)at);
  // The first line end is entered whether there is one or not: that is not to be predicted, either.
  uint32_t *rows = found->rows + found->row_count;
  uint64_t left = newlines;
  do {
    // Ends before the lowest line end.
    *rows++ = (uint32_t)(found->end_count + (size_t)__builtin_popcountll(ends & (left - 1) & ~left));
    left &= left - 1;
  } while (left);
  found->row_count += (size_t)__builtin_popcountll(newlines);
  found->end_count += (size_t)__builtin_popcountll(ends);
  for (; inner; inner &= inner - 1) found->inner[found->inner_count++] = (uint32_t)at + (uint32_t)__builtin_ctzll(inner);
}

INLINE size_t find_by(
    const uint8_t *base, size_t from, size_t to, const field_dialect *dialect, field_quotes *quotes_before,
    field_ends *found_before, equal_function *equal, enter_function *enter) {
  // Copies, which stay in registers: what is written to the lists might be these, as far as the compiler knows.
  const field_dialect is = *dialect;
  field_quotes before = *quotes_before;
  field_ends found = *found_before;
  size_t at = from;
  for (; at < to; at += 64) {
    const uint64_t valid = to - at >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (to - at)) - 1;
    uint64_t delimiters = equal(base + at, is.delimiter) & valid;
    uint64_t newlines = equal(base + at, '\n') & valid;
    const uint64_t quotes = equal(base + at, is.quote) & valid & is.quote_mask;
    uint64_t inner = 0;
    if (quotes | before.inside | before.has_closed | before.has_returned) {
      const uint64_t covered = prefix_xor(quotes) ^ before.inside;
      const uint64_t opening = quotes & covered, closing = quotes & ~covered;
      const uint64_t stops = delimiters | newlines | quotes;
      const uint64_t behind = closing << 1 | before.has_closed;
      uint64_t returns = 0;
      if (behind & valid & ~stops) returns = equal(base + at, '\r') & valid;
      const uint64_t returned = behind & returns;
      const uint64_t wrong = (opening & ~(stops << 1 | before.may_open)) | (behind & valid & ~(stops | returns))
          | ((returned << 1 | before.has_returned) & valid & ~newlines);
      if (wrong) {
        // Rows that end before it are sound.
        const uint64_t sound = (wrong & -wrong) - 1, outside = ~covered & sound;
        enter_word(&found, at, delimiters & outside, newlines & outside, newlines & covered & sound, enter);
        break;
      }
      inner = newlines & covered;
      delimiters &= ~covered;
      newlines &= ~covered;
      before.inside = -(covered >> 63);
      before.may_open = stops >> 63;
      before.has_closed = closing >> 63;
      before.has_returned = returned >> 63;
    } else {
      before.may_open = (delimiters | newlines) >> 63;
    }
    enter_word(&found, at, delimiters, newlines, inner, enter);
  }
  *quotes_before = before;
  *found_before = found;
  return at < to ? at : to;
}

INLINE void find_marks_by(
    const uint8_t *base, size_t from, size_t to, uint8_t first, uint8_t second, field_ends *found_before,
    equal_function *equal, enter_function *enter) {
  field_ends found = *found_before;
  for (size_t at = from; at < to; at += 64) {
    const uint64_t valid = to - at >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (to - at)) - 1;
    const uint64_t marks = (equal(base + at, first) | equal(base + at, second)) & valid;
    enter_word(&found, at, marks, equal(base + at, '\n') & valid, 0, enter);
  }
  *found_before = found;
}

#define PARAMETERS                                                                                                   \
  const uint8_t *base, size_t from, size_t to, const field_dialect *dialect, field_quotes *quotes, field_ends *found
#define ARGUMENTS base, from, to, dialect, quotes, found
#define MARK_PARAMETERS                                                                                              \
  const uint8_t *base, size_t from, size_t to, uint8_t first, uint8_t second, field_ends *found
#define MARK_ARGUMENTS base, from, to, first, second, found

static size_t find_plain(PARAMETERS) { return find_by(ARGUMENTS, equal_plain, enter_plain); }
static void marks_plain(MARK_PARAMETERS) { find_marks_by(MARK_ARGUMENTS, equal_plain, enter_few); }

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2_TARGET target("avx2,bmi,bmi2,popcnt")

static inline __attribute__((always_inline, AVX2_TARGET)) uint64_t equal_avx2(const uint8_t *word, uint8_t wanted) {
  const __m256i all = _mm256_set1_epi8((char)wanted);
  const __m256i low = _mm256_loadu_si256((const __m256i *)word), high = _mm256_loadu_si256((const __m256i *)(word + 32));
  const uint32_t high_mask = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all));
  return (uint64_t)high_mask << 32 | (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all));
}

static __attribute__((AVX2_TARGET)) size_t find_avx2(PARAMETERS) { return find_by(ARGUMENTS, equal_avx2, enter_plain); }
static __attribute__((AVX2_TARGET)) void marks_avx2(MARK_PARAMETERS) {
  find_marks_by(MARK_ARGUMENTS, equal_avx2, enter_few);
}

#define VBMI2_TARGET target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi2")
#define VBMI2_INLINE static inline __attribute__((always_inline, VBMI2_TARGET))

VBMI2_INLINE uint64_t equal_vbmi2(const uint8_t *word, uint8_t wanted) {
  return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(word), _mm512_set1_epi8((char)wanted));
}

/// Writes sixteen places of a word, plus `offset`.
VBMI2_INLINE void write_sixteen(uint32_t *to, __m128i places, uint32_t offset) {
  _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_cvtepu8_epi32(places), _mm512_set1_epi32((int)offset)));
}

VBMI2_INLINE void enter_vbmi2(uint32_t *to, uint64_t mask, uint32_t offset) {
  static const uint8_t every_place[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                          16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                          32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                          48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  const __m512i places = _mm512_maskz_compress_epi8(mask, _mm512_loadu_si512(every_place));
  write_sixteen(to, _mm512_castsi512_si128(places), offset);
  if (__builtin_popcountll(mask) <= 16) return;
  write_sixteen(to + 16, _mm512_extracti32x4_epi32(places, 1), offset);
  write_sixteen(to + 32, _mm512_extracti32x4_epi32(places, 2), offset);
  write_sixteen(to + 48, _mm512_extracti32x4_epi32(places, 3), offset);
}

static __attribute__((VBMI2_TARGET)) size_t find_vbmi2(PARAMETERS) { return find_by(ARGUMENTS, equal_vbmi2, enter_vbmi2); }
static __attribute__((VBMI2_TARGET)) void marks_vbmi2(MARK_PARAMETERS) {
  find_marks_by(MARK_ARGUMENTS, equal_vbmi2, enter_vbmi2);
}

field_ends_ability field_ends_ability_here(void) {
  __builtin_cpu_init();
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
      && __builtin_cpu_supports("popcnt");
  const int vbmi2 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
      && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2");
  return avx2 ? vbmi2 ? FIELD_ENDS_VBMI2 : FIELD_ENDS_AVX2 : FIELD_ENDS_PLAIN;
}

size_t find_field_ends(PARAMETERS, field_ends_ability ability) {
  switch (ability) {
  case FIELD_ENDS_PLAIN: return find_plain(ARGUMENTS);
  case FIELD_ENDS_AVX2: return find_avx2(ARGUMENTS);
  case FIELD_ENDS_VBMI2: return find_vbmi2(ARGUMENTS);
  }
}

void find_marks(MARK_PARAMETERS, field_ends_ability ability) {
  switch (ability) {
  case FIELD_ENDS_PLAIN: return marks_plain(MARK_ARGUMENTS);
  case FIELD_ENDS_AVX2: return marks_avx2(MARK_ARGUMENTS);
  case FIELD_ENDS_VBMI2: return marks_vbmi2(MARK_ARGUMENTS);
  }
}

#else

field_ends_ability field_ends_ability_here(void) { return FIELD_ENDS_PLAIN; }

size_t find_field_ends(PARAMETERS, field_ends_ability ability) {
  (void)ability;
  return find_plain(ARGUMENTS);
}

void find_marks(MARK_PARAMETERS, field_ends_ability ability) {
  (void)ability;
  marks_plain(MARK_ARGUMENTS);
}

#endif
