#pragma once

#include <stdint.h>
#include <string.h>

typedef uint8_t json_mask_bytes __attribute__((vector_size(16)));
typedef _Bool json_mask_bits __attribute__((ext_vector_type(16)));

static inline __attribute__((always_inline)) uint32_t json_mask_of(json_mask_bytes bytes) {
  // Counted from the blank, what is plain lies below 0x5F.
  json_mask_bits bits = __builtin_convertvector(
      (bytes == (json_mask_bytes){} + '"') | (bytes == (json_mask_bytes){} + '\\')
          | (bytes - 0x20 >= (json_mask_bytes){} + 0x5F),
      json_mask_bits);
  uint16_t mask;
  memcpy(&mask, &bits, sizeof mask);
  return mask;
}

/// Copies sixteen bytes and says which of them a JSON string cannot hold just as they are: quotes, backslashes, control
/// characters, and whatever is not ASCII. A bit for each, the first one lowest.
static inline __attribute__((always_inline)) uint32_t json_copy_16(const uint8_t *from, uint8_t *to) {
  json_mask_bytes bytes;
  memcpy(&bytes, from, sizeof bytes);
  memcpy(to, &bytes, sizeof bytes);
  return json_mask_of(bytes);
}

/// The same for sixteen bytes of which the first eight are `low`.
static inline __attribute__((always_inline)) uint32_t json_store_16(uint64_t low, uint64_t high, uint8_t *to) {
  uint64_t words[2] = {low, high};
  json_mask_bytes bytes;
  memcpy(&bytes, words, sizeof bytes);
  memcpy(to, &bytes, sizeof bytes);
  return json_mask_of(bytes);
}
