#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t json_mask_bytes __attribute__((vector_size(16)));
typedef _Bool json_mask_bits __attribute__((ext_vector_type(16)));

static inline __attribute__((always_inline)) json_mask_bytes json_mask_load(const uint8_t *from) {
  json_mask_bytes bytes;
  memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

static inline __attribute__((always_inline)) json_mask_bytes json_mask_words(uint64_t low, uint64_t high) {
  uint64_t words[2] = {low, high};
  return json_mask_load((const uint8_t *)words);
}

/// All ones for each byte that a JSON string cannot hold just as it is: quotes, backslashes, control characters, and
/// whatever is not ASCII.
static inline __attribute__((always_inline)) json_mask_bytes json_mask_special(json_mask_bytes bytes) {
  // Counted from the blank, what is plain lies below 0x5F.
  return (json_mask_bytes)((bytes == (json_mask_bytes){} + '"') | (bytes == (json_mask_bytes){} + '\\')
      | (bytes - 0x20 >= (json_mask_bytes){} + 0x5F));
}

/// A bit for each byte of all ones, the first one lowest.
static inline __attribute__((always_inline)) uint32_t json_mask_gather(json_mask_bytes special) {
  json_mask_bits bits = __builtin_convertvector(special, json_mask_bits);
  uint16_t mask;
  memcpy(&mask, &bits, sizeof mask);
  return mask;
}

/// Copies sixteen bytes and says which of them are special.
static inline __attribute__((always_inline)) uint32_t json_copy_16(const uint8_t *from, uint8_t *to) {
  json_mask_bytes bytes = json_mask_load(from);
  memcpy(to, &bytes, sizeof bytes);
  return json_mask_gather(json_mask_special(bytes));
}

/// Copies `count` bytes as their first and last `size` ones, which may overlap and are kept in the low bytes of `ends`.
static inline __attribute__((always_inline)) void json_copy_ends(
    const uint8_t *from, uint8_t *to, size_t count, size_t size, uint64_t ends[2]) {
  ends[0] = ends[1] = 0;
  memcpy(&ends[0], from, size);
  memcpy(&ends[1], from + count - size, size);
  memcpy(to, &ends[0], size);
  memcpy(to + count - size, &ends[1], size);
}

/// Copies 1 to 32 bytes, as two that overlap and never reach beyond them, and says whether any of them is special: not
/// zero then.
static inline __attribute__((always_inline)) uint32_t json_copy_short(const uint8_t *from, uint8_t *to, size_t count) {
  const uint64_t blanks = 0x2020202020202020;
  uint64_t ends[2];
  json_mask_bytes special;
  if (count >= 16) {
    json_mask_bytes head = json_mask_load(from), tail = json_mask_load(from + count - 16);
    memcpy(to, &head, sizeof head);
    memcpy(to + count - 16, &tail, sizeof tail);
    special = json_mask_special(head) | json_mask_special(tail);
  } else if (count >= 8) {
    json_copy_ends(from, to, count, 8, ends);
    special = json_mask_special(json_mask_words(ends[0], ends[1]));
  } else if (count >= 4) {
    json_copy_ends(from, to, count, 4, ends);
    special = json_mask_special(json_mask_words(ends[0] | ends[1] << 32, blanks));
  } else {
    uint8_t head = from[0], middle = from[count >> 1], tail = from[count - 1];
    to[0] = head;
    to[count >> 1] = middle;
    to[count - 1] = tail;
    special = json_mask_special(json_mask_words(head | middle << 8 | tail << 16 | blanks << 24, blanks));
  }
  return json_mask_gather(special);
}

/// Where the first special byte stands of `count`, below 16, for which `json_copy_short` gave `mask`.
static inline __attribute__((always_inline)) size_t json_short_offset(uint32_t mask, size_t count) {
  size_t half = count >= 8 ? 8 : count >= 4 ? 4 : 0;
  if (half == 0) return mask & 1 ? 0 : mask & 2 ? count >> 1 : count - 1;
  uint32_t head = mask & ((1u << half) - 1);
  return head ? __builtin_ctz(head) : count - half + __builtin_ctz(mask >> half);
}
