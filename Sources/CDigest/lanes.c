#include "kernels.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

// A message a lane of a vector: every instruction is one of the standard's steps for sixteen messages.

#define DIGEST_TARGET target("avx512f,avx512bw")
#define INLINE static inline __attribute__((always_inline, DIGEST_TARGET))

bool digests_many(void) {
  // Asks the system, too, whether it keeps the wide registers.
  __builtin_cpu_init();
  return digests_two() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

/// A word of each message.
typedef uint32_t words __attribute__((vector_size(4 * DIGEST_LANES)));

INLINE words load(const void *at) { return (words)_mm512_loadu_si512(at); }
INLINE void store(void *at, words value) { _mm512_storeu_si512(at, (__m512i)value); }

INLINE words left(words value, int bits) { return value << bits | value >> (32 - bits); }
INLINE words right(words value, int bits) { return value >> bits | value << (32 - bits); }

// Ch, Parity and Maj of FIPS 180-4 §4.1.
INLINE words choose(words x, words y, words z) { return z ^ (x & (y ^ z)); }
INLINE words parity(words x, words y, words z) { return x ^ y ^ z; }
INLINE words majority(words x, words y, words z) { return (x & y) | (z & (x | y)); }

#define LOW(a, b, size) ((words)_mm512_unpacklo_epi##size((__m512i)(a), (__m512i)(b)))
#define HIGH(a, b, size) ((words)_mm512_unpackhi_epi##size((__m512i)(a), (__m512i)(b)))
#define QUARTERS(a, b, which) ((words)_mm512_shuffle_i32x4((__m512i)(a), (__m512i)(b), which))

/// The sixteen words of every message's block: a matrix turned round, by fours of words, then of quarters.
INLINE void schedule(words w[16], const uint8_t *const blocks[DIGEST_LANES]) {
  const __m512i big_endian = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203));
  words four[16];
  for (int i = 0; i < 16; i += 4) {
    words m[4];
    for (int j = 0; j < 4; j++) m[j] = (words)_mm512_shuffle_epi8(_mm512_loadu_si512(blocks[i + j]), big_endian);
    const words low0 = LOW(m[0], m[1], 32), low1 = LOW(m[2], m[3], 32);
    const words high0 = HIGH(m[0], m[1], 32), high1 = HIGH(m[2], m[3], 32);
    four[i] = LOW(low0, low1, 64);
    four[i + 1] = HIGH(low0, low1, 64);
    four[i + 2] = LOW(high0, high1, 64);
    four[i + 3] = HIGH(high0, high1, 64);
  }
  // Quarter q of four[4n + j] has word 4q + j of messages 4n to 4n + 3.
  for (int j = 0; j < 4; j++) {
    const words early0 = QUARTERS(four[j], four[4 + j], 0x44), early1 = QUARTERS(four[8 + j], four[12 + j], 0x44);
    const words late0 = QUARTERS(four[j], four[4 + j], 0xEE), late1 = QUARTERS(four[8 + j], four[12 + j], 0xEE);
    w[j] = QUARTERS(early0, early1, 0x88);
    w[4 + j] = QUARTERS(early0, early1, 0xDD);
    w[8 + j] = QUARTERS(late0, late1, 0x88);
    w[12 + j] = QUARTERS(late0, late1, 0xDD);
  }
}

__attribute__((DIGEST_TARGET)) void sha1_many(
    uint32_t (*states)[DIGEST_LANES], const uint8_t *const blocks[DIGEST_LANES]) {
  words w[16];
  schedule(w, blocks);
  words a = load(states[0]), b = load(states[1]), c = load(states[2]), d = load(states[3]), e = load(states[4]);
#pragma clang loop unroll(full)
  for (int t = 0; t < 80; t++) {
    if (t >= 16) w[t & 15] = left(w[(t - 3) & 15] ^ w[(t - 8) & 15] ^ w[(t - 14) & 15] ^ w[t & 15], 1);
    const words f = t < 20 ? choose(b, c, d) : t < 40 || t >= 60 ? parity(b, c, d) : majority(b, c, d);
    const uint32_t k = t < 20 ? 0x5a827999 : t < 40 ? 0x6ed9eba1 : t < 60 ? 0x8f1bbcdc : 0xca62c1d6;
    const words sum = left(a, 5) + f + (e + k + w[t & 15]);
    e = d;
    d = c;
    c = left(b, 30);
    b = a;
    a = sum;
  }
  store(states[0], load(states[0]) + a);
  store(states[1], load(states[1]) + b);
  store(states[2], load(states[2]) + c);
  store(states[3], load(states[3]) + d);
  store(states[4], load(states[4]) + e);
}

__attribute__((DIGEST_TARGET)) void sha256_many(
    uint32_t (*states)[DIGEST_LANES], const uint8_t *const blocks[DIGEST_LANES]) {
  words w[16], s[8];
  schedule(w, blocks);
  for (int i = 0; i < 8; i++) s[i] = load(states[i]);
#pragma clang loop unroll(full)
  for (int t = 0; t < 64; t++) {
    if (t >= 16) {
      const words early = w[(t - 15) & 15], late = w[(t - 2) & 15];
      w[t & 15] += (right(early, 7) ^ right(early, 18) ^ early >> 3) + w[(t - 7) & 15]
                   + (right(late, 17) ^ right(late, 19) ^ late >> 10);
    }
    // A to H are turned on by one place a round.
    words *const a = &s[-t & 7], *const b = &s[(1 - t) & 7], *const c = &s[(2 - t) & 7], *const d = &s[(3 - t) & 7];
    words *const e = &s[(4 - t) & 7], *const f = &s[(5 - t) & 7], *const g = &s[(6 - t) & 7], *const h = &s[(7 - t) & 7];
    const words first = *h + (right(*e, 6) ^ right(*e, 11) ^ right(*e, 25)) + choose(*e, *f, *g)
                        + (sha256_constants[t] + w[t & 15]);
    *d += first;
    *h = first + (right(*a, 2) ^ right(*a, 13) ^ right(*a, 22)) + majority(*a, *b, *c);
  }
  for (int i = 0; i < 8; i++) store(states[i], load(states[i]) + s[i]);
}

#endif
