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

/// Which of `count` bytes, at most 32, are special: a bit for each, the first one lowest. 32 are copied whatever the count, so
/// that how long a text is need not be predicted.
///
/// What lies behind the text is read where the same page has it, and means nothing: nobody can be denied the rest of a page.
static inline __attribute__((always_inline, no_sanitize("address"))) uint32_t json_copy_32(
    const uint8_t *from, uint8_t *to, size_t count) {
  uint8_t near_page_end[32];
  if (((uintptr_t)from & 4095) > 4096 - sizeof near_page_end) {
    memcpy(near_page_end, from, count);
    from = near_page_end;
  }
  json_mask_bytes head = json_mask_load(from), tail = json_mask_load(from + 16);
  memcpy(to, &head, sizeof head);
  memcpy(to + 16, &tail, sizeof tail);
  uint32_t special = json_mask_gather(json_mask_special(head)) | json_mask_gather(json_mask_special(tail)) << 16;
  return special & (uint32_t)(((uint64_t)1 << count) - 1);
}
