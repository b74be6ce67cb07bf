#include "sha1_pair.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

// Four rounds of SHA-1 wait for the four before them, and the processor is idle meanwhile: two messages side by side take
// hardly longer than one. Libraries that digest several are none of the distribution's; what differs from libcrypto in length
// is left to it by the caller.

bool sha1_pair_is_supported(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

typedef struct {
  /// A, B, C, D, A in the highest word.
  __m128i abcd;
  /// ABCD of four rounds ago, of which the instructions make E; E itself, highest, before the first round of a block.
  __m128i before;
  /// The last sixteen words of the message schedule.
  __m128i words[4];
} lane;

#define INLINE static inline __attribute__((always_inline, target("sha,sse4.1,ssse3")))

/// Both orders of bytes are reversed: those of a word, and of words in a register.
INLINE __m128i words_at(const uint8_t *block) {
  const __m128i reversed = _mm_set_epi64x(0x0001020304050607, 0x08090A0B0C0D0E0F);
  return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)block), reversed);
}

INLINE lane open(const uint32_t state[5]) {
  lane lane;
  lane.abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0x1B);
  lane.before = _mm_set_epi32((int)state[4], 0, 0, 0);
  return lane;
}

INLINE void close(lane *lane, uint32_t state[5]) {
  _mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(lane->abcd, 0x1B));
  state[4] = (uint32_t)_mm_extract_epi32(lane->before, 3);
}

INLINE void load(lane *lane, const uint8_t *block) {
  for (int part = 0; part < 4; part++) lane->words[part] = words_at(block + 16 * part);
}

// Rounds 4n to 4n + 3. The function of the rounds is part of the instruction, hence macros. What comes out of the schedule
// after round 63 is not looked at.
#define FOUR_ROUNDS(l, n, with_e)                                                                          \
  do {                                                                                                     \
    __m128i e = with_e((l).before, (l).words[(n) & 3]);                                                    \
    (l).before = (l).abcd;                                                                                 \
    (l).abcd = _mm_sha1rnds4_epu32((l).abcd, e, (n) / 5);                                                  \
    if ((n) < 16)                                                                                          \
      (l).words[(n) & 3] = _mm_sha1msg2_epu32(                                                             \
          _mm_xor_si128(_mm_sha1msg1_epu32((l).words[(n) & 3], (l).words[(n + 1) & 3]), (l).words[(n + 2) & 3]), \
          (l).words[(n + 3) & 3]);                                                                         \
  } while (0)

#define BOTH(n)                                    \
  FOUR_ROUNDS(one, n, _mm_sha1nexte_epu32);        \
  FOUR_ROUNDS(two, n, _mm_sha1nexte_epu32)

__attribute__((target("sha,sse4.1,ssse3"))) void sha1_pair(
    uint32_t first[5], const uint8_t *first_blocks, uint32_t second[5], const uint8_t *second_blocks, size_t blocks) {
  lane one = open(first), two = open(second);
  for (; blocks > 0; blocks--, first_blocks += 64, second_blocks += 64) {
    const lane one_before = one, two_before = two;
    load(&one, first_blocks);
    load(&two, second_blocks);
    FOUR_ROUNDS(one, 0, _mm_add_epi32);
    FOUR_ROUNDS(two, 0, _mm_add_epi32);
    BOTH(1);
    BOTH(2);
    BOTH(3);
    BOTH(4);
    BOTH(5);
    BOTH(6);
    BOTH(7);
    BOTH(8);
    BOTH(9);
    BOTH(10);
    BOTH(11);
    BOTH(12);
    BOTH(13);
    BOTH(14);
    BOTH(15);
    BOTH(16);
    BOTH(17);
    BOTH(18);
    BOTH(19);
    one.before = _mm_sha1nexte_epu32(one.before, one_before.before);
    two.before = _mm_sha1nexte_epu32(two.before, two_before.before);
    one.abcd = _mm_add_epi32(one.abcd, one_before.abcd);
    two.abcd = _mm_add_epi32(two.abcd, two_before.abcd);
  }
  close(&one, first);
  close(&two, second);
}

#else

bool sha1_pair_is_supported(void) { return false; }

void sha1_pair(uint32_t first[5], const uint8_t *first_blocks, uint32_t second[5], const uint8_t *second_blocks, size_t blocks) {
  (void)first, (void)first_blocks, (void)second, (void)second_blocks, (void)blocks;
}

#endif
