#pragma once
#include <stdbool.h>
#include <stddef.h>

// RE2 behind C: linear-time regular expressions, which is what CEL specifies.
#ifdef __cplusplus
extern "C" {
#endif

typedef struct trackfill_re2 trackfill_re2;

/// Compiles a pattern of `count` UTF-8 bytes within `max_memory` bytes. Never null; ask `trackfill_re2_error`.
trackfill_re2 *_Nonnull trackfill_re2_compile(const char *_Nonnull pattern, size_t count, size_t max_memory);

/// Why the pattern did not compile (valid as long as the expression), or null if it did.
const char *_Nullable trackfill_re2_error(const trackfill_re2 *_Nonnull expression);

/// The number of capturing groups.
int trackfill_re2_groups(const trackfill_re2 *_Nonnull expression);

/// Whether the pattern matches anywhere in the text. Writes up to `count` spans (the whole match first, then the
/// groups) as pairs of start and end offsets; -1, -1 for a group that took no part.
bool trackfill_re2_match(const trackfill_re2 *_Nonnull expression, const char *_Nullable text, size_t text_count,
                         ptrdiff_t *_Nullable spans, int count);

void trackfill_re2_free(trackfill_re2 *_Nonnull expression);

#ifdef __cplusplus
}
#endif
