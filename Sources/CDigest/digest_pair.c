#include "digest_pair.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

// Rounds wait for the rounds before them, and the processor is idle meanwhile: two messages side by side take hardly longer
// than one. No library of the distribution digests several at once; where two messages differ in length, the caller leaves
// the rest of the longer one to libcrypto.

#define DIGEST_TARGET target("sha,sse4.1,ssse3")
#define INLINE static inline __attribute__((always_inline, DIGEST_TARGET))

bool digest_pair_is_supported(void) {
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

INLINE sha1_lane sha1_open(const uint32_t state[5]) {
  sha1_lane lane;
  lane.abcd = _mm_shuffle_epi32(load(state), 0x1B);
  lane.before = _mm_set_epi32((int)state[4], 0, 0, 0);
  return lane;
}

INLINE void sha1_close(sha1_lane *lane, uint32_t state[5]) {
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

__attribute__((DIGEST_TARGET)) void sha1_pair(
    uint32_t first[5], const uint8_t *first_blocks, uint32_t second[5], const uint8_t *second_blocks, size_t blocks) {
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

/// The constants of the rounds (FIPS 180-4 §4.2.2).
static const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

typedef struct {
  /// A, B, E, F and C, D, G, H, the first highest: as the instructions have them.
  __m128i abef, cdgh;
  /// The last sixteen words of the message schedule, the earliest of four lowest.
  __m128i words[4];
} sha256_lane;

INLINE sha256_lane sha256_open(const uint32_t state[8]) {
  sha256_lane lane;
  const __m128i cdab = _mm_shuffle_epi32(load(state), 0xB1), efgh = _mm_shuffle_epi32(load(state + 4), 0x1B);
  lane.abef = _mm_alignr_epi8(cdab, efgh, 8);
  lane.cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
  return lane;
}

INLINE void sha256_close(const sha256_lane *lane, uint32_t state[8]) {
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

__attribute__((DIGEST_TARGET)) void sha256_pair(
    uint32_t first[8], const uint8_t *first_blocks, uint32_t second[8], const uint8_t *second_blocks, size_t blocks) {
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

#else

bool digest_pair_is_supported(void) { return false; }

void sha1_pair(uint32_t first[5], const uint8_t *first_blocks, uint32_t second[5], const uint8_t *second_blocks, size_t blocks) {
  (void)first, (void)first_blocks, (void)second, (void)second_blocks, (void)blocks;
}

void sha256_pair(
    uint32_t first[8], const uint8_t *first_blocks, uint32_t second[8], const uint8_t *second_blocks, size_t blocks) {
  (void)first, (void)first_blocks, (void)second, (void)second_blocks, (void)blocks;
}

#endif
