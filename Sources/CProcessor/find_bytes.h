#pragma once

#include <stddef.h>

// The C library has it, and shows it to GNU sources only.
extern void *memmem(const void *haystack, size_t length, const void *needle, size_t needle_length);

/// Where a text stands first among bytes, NULL if nowhere. Linear in both.
static inline const void *find_bytes(const void *bytes, size_t count, const void *text, size_t length) {
  return memmem(bytes, count, text, length);
}
