#include "kernels.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

// Rounds wait for the rounds before them, and the processor is idle meanwhile: two messages side by side take hardly longer
// than one.

#define DIGEST_TARGET target("sha,sse4.1,ssse3")
#define INLINE static inline __attribute__((always_inline, DIGEST_TARGET))

bool digests_two(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

INLINE __m128i load(const void *at) { return _mm_loadu_si128((const __m128i *)at); }
INLINE void store(void *at, __m128i value) { _mm_storeu_si128((__m128i *)at, value); }

// MARK: SHA-1

typedef struct {
  /// A, B, C, D, A in the highest word.
  __m128i abcd;
  /// ABCD of four rounds ago, of which the instructions make E; before the first round of a block E itself, highest.
  __m128i before;
  /// The last sixteen words of the message schedule, the earliest of four highest.
  __m128i words[4];
} sha1_lane;

INLINE sha1_lane sha1_open(const uint32_t *state) {
  sha1_lane lane;
  lane.abcd = _mm_shuffle_epi32(load(state), 0x1B);
  lane.before = _mm_set_epi32((int)state[4], 0, 0, 0);
  return lane;
}

INLINE void sha1_close(sha1_lane *lane, uint32_t *state) {
  store(state, _mm_shuffle_epi32(lane->abcd, 0x1B));
  state[4] = (uint32_t)_mm_extract_epi32(lane->before, 3);
}

INLINE void sha1_load(sha1_lane *lane, const uint8_t *block) {
  // Bytes of words, and words of four, are turned round.
  const __m128i reversed = _mm_set_epi64x(0x0001020304050607, 0x08090A0B0C0D0E0F);
  for (int part = 0; part < 4; part++) lane->words[part] = _mm_shuffle_epi8(load(block + 16 * part), reversed);
}

// Rounds 4n to 4n + 3. Their function is part of the instruction, hence macros. What the schedule gives behind round 63 is
// not looked at.
#define SHA1_FOUR(lane, n, with_e)                                                                             \
  do {                                                                                                         \
    __m128i *w = (lane).words, e = with_e((lane).before, w[(n) & 3]);                                          \
    (lane).before = (lane).abcd;                                                                               \
    (lane).abcd = _mm_sha1rnds4_epu32((lane).abcd, e, (n) / 5);                                                \
    if ((n) < 16)                                                                                              \
      w[(n) & 3] = _mm_sha1msg2_epu32(                                                                         \
          _mm_xor_si128(_mm_sha1msg1_epu32(w[(n) & 3], w[(n + 1) & 3]), w[(n + 2) & 3]), w[(n + 3) & 3]);      \
  } while (0)

#define SHA1_BOTH(n)                            \
  SHA1_FOUR(one, n, _mm_sha1nexte_epu32);       \
  SHA1_FOUR(two, n, _mm_sha1nexte_epu32)

__attribute__((DIGEST_TARGET)) void sha1_two(
    uint32_t *first, const uint8_t *first_blocks, uint32_t *second, const uint8_t *second_blocks, size_t blocks) {
  sha1_lane one = sha1_open(first), two = sha1_open(second);
  for (; blocks > 0; blocks--, first_blocks += 64, second_blocks += 64) {
    const sha1_lane one_before = one, two_before = two;
    sha1_load(&one, first_blocks);
    sha1_load(&two, second_blocks);
    SHA1_FOUR(one, 0, _mm_add_epi32);
    SHA1_FOUR(two, 0, _mm_add_epi32);
    SHA1_BOTH(1);
    SHA1_BOTH(2);
    SHA1_BOTH(3);
    SHA1_BOTH(4);
    SHA1_BOTH(5);
    SHA1_BOTH(6);
    SHA1_BOTH(7);
    SHA1_BOTH(8);
    SHA1_BOTH(9);
    SHA1_BOTH(10);
    SHA1_BOTH(11);
    SHA1_BOTH(12);
    SHA1_BOTH(13);
    SHA1_BOTH(14);
    SHA1_BOTH(15);
    SHA1_BOTH(16);
    SHA1_BOTH(17);
    SHA1_BOTH(18);
    SHA1_BOTH(19);
    one.before = _mm_sha1nexte_epu32(one.before, one_before.before);
    two.before = _mm_sha1nexte_epu32(two.before, two_before.before);
    one.abcd = _mm_add_epi32(one.abcd, one_before.abcd);
    two.abcd = _mm_add_epi32(two.abcd, two_before.abcd);
  }
  sha1_close(&one, first);
  sha1_close(&two, second);
}

// MARK: SHA-256

typedef struct {
  /// A, B, E, F and C, D, G, H, the first highest: as the instructions have them.
  __m128i abef, cdgh;
  /// The last sixteen words of the message schedule, the earliest of four lowest.
  __m128i words[4];
} sha256_lane;

INLINE sha256_lane sha256_open(const uint32_t *state) {
  sha256_lane lane;
  const __m128i cdab = _mm_shuffle_epi32(load(state), 0xB1), efgh = _mm_shuffle_epi32(load(state + 4), 0x1B);
  lane.abef = _mm_alignr_epi8(cdab, efgh, 8);
  lane.cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
  return lane;
}

INLINE void sha256_close(const sha256_lane *lane, uint32_t *state) {
  const __m128i feba = _mm_shuffle_epi32(lane->abef, 0x1B), dchg = _mm_shuffle_epi32(lane->cdgh, 0xB1);
  store(state, _mm_blend_epi16(feba, dchg, 0xF0));
  store(state + 4, _mm_alignr_epi8(dchg, feba, 8));
}

INLINE void sha256_load(sha256_lane *lane, const uint8_t *block) {
  const __m128i reversed = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
  for (int part = 0; part < 4; part++) lane->words[part] = _mm_shuffle_epi8(load(block + 16 * part), reversed);
}

/// Rounds 4n to 4n + 3.
INLINE void sha256_four(sha256_lane *lane, int n) {
  __m128i *w = lane->words;
  const __m128i sum = _mm_add_epi32(w[n & 3], load(sha256_constants + 4 * n));
  lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, sum);
  lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(sum, 0x0E));
  if (n < 12)
    w[n & 3] = _mm_sha256msg2_epu32(
        _mm_add_epi32(
            _mm_sha256msg1_epu32(w[n & 3], w[(n + 1) & 3]), _mm_alignr_epi8(w[(n + 3) & 3], w[(n + 2) & 3], 4)),
        w[(n + 3) & 3]);
}

__attribute__((DIGEST_TARGET)) void sha256_two(
    uint32_t *first, const uint8_t *first_blocks, uint32_t *second, const uint8_t *second_blocks, size_t blocks) {
  sha256_lane one = sha256_open(first), two = sha256_open(second);
  for (; blocks > 0; blocks--, first_blocks += 64, second_blocks += 64) {
    const sha256_lane one_before = one, two_before = two;
    sha256_load(&one, first_blocks);
    sha256_load(&two, second_blocks);
#pragma clang loop unroll(full)
    for (int n = 0; n < 16; n++) {
      sha256_four(&one, n);
      sha256_four(&two, n);
    }
    one.abef = _mm_add_epi32(one.abef, one_before.abef);
    one.cdgh = _mm_add_epi32(one.cdgh, one_before.cdgh);
    two.abef = _mm_add_epi32(two.abef, two_before.abef);
    two.cdgh = _mm_add_epi32(two.cdgh, two_before.cdgh);
  }
  sha256_close(&one, first);
  sha256_close(&two, second);
}

#endif
