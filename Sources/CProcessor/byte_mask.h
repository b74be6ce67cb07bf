#pragma once

#include <stdint.h>
#include <string.h>

// Clang turns a vector of booleans into the processor's own instruction for it (pmovmskb, a few of NEON). Swift's
// vectors know no such reduction; gathering the bits by multiplication takes four times as many instructions.
typedef uint8_t byte_mask_bytes __attribute__((vector_size(16)));
typedef _Bool byte_mask_bits __attribute__((ext_vector_type(16)));

static inline __attribute__((always_inline)) uint32_t byte_mask_16_either(const uint8_t *at, uint8_t one, uint8_t other) {
  byte_mask_bytes bytes;
  memcpy(&bytes, at, sizeof bytes);
  byte_mask_bytes hits = (bytes == (byte_mask_bytes){} + one) | (bytes == (byte_mask_bytes){} + other);
  byte_mask_bits bits = __builtin_convertvector(hits, byte_mask_bits);
  uint16_t mask;
  memcpy(&mask, &bits, sizeof mask);
  return mask;
}

/// Which of the 32 bytes from `at` on, all of which are read, equal either: a bit for each, the first one lowest.
static inline __attribute__((always_inline)) uint32_t byte_mask_32_either(const uint8_t *at, uint8_t one, uint8_t other) {
  return byte_mask_16_either(at, one, other) | byte_mask_16_either(at + 16, one, other) << 16;
}
