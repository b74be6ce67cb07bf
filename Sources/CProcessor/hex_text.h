#pragma once

#include <stdint.h>
#include <string.h>

typedef int8_t hex_text_bytes __attribute__((vector_size(16)));

/// Sixteen numbers below 16 as lower-case hexadecimal digits.
static inline __attribute__((always_inline)) hex_text_bytes hex_text_digits(hex_text_bytes numbers) {
  return numbers + '0' + ((numbers > 9) & ('a' - '0' - 10));
}

/// Writes the 36 characters of a UUID (RFC 9562 §4) whose bytes, in network order, are those of `high` and `low`.
static inline __attribute__((always_inline)) void hex_text_uuid(uint64_t high, uint64_t low, uint8_t *to) {
  uint64_t words[2] = {__builtin_bswap64(high), __builtin_bswap64(low)};
  hex_text_bytes bytes;
  memcpy(&bytes, words, sizeof bytes);
  hex_text_bytes uppers = bytes >> 4 & 15, lowers = bytes & 15;
  hex_text_bytes first = hex_text_digits(
      __builtin_shufflevector(uppers, lowers, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  hex_text_bytes second = hex_text_digits(
      __builtin_shufflevector(uppers, lowers, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
  const uint8_t *digits = (const uint8_t *)&first;
  memcpy(to, digits, 8);
  to[8] = '-';
  memcpy(to + 9, digits + 8, 4);
  to[13] = '-';
  memcpy(to + 14, digits + 12, 4);
  to[18] = '-';
  digits = (const uint8_t *)&second;
  memcpy(to + 19, digits, 4);
  to[23] = '-';
  memcpy(to + 24, digits + 4, 12);
}
