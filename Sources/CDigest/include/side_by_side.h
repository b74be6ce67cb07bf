#pragma once

#include <stddef.h>
#include <stdint.h>

/// A message on its way through a digest: whole blocks of 64 bytes, padded as FIPS 180-4 §5.1.1 says, at any alignment.
typedef struct {
  /// The state before the blocks, and then behind them; SHA-1 has five words.
  uint32_t state[8];
  const uint8_t *blocks;
  /// How many blocks are still to be digested.
  size_t count;
} digest_message;

/// What a processor can do, each with what stands before it: nothing; two messages at a time, by its instructions for SHA;
/// sixteen, one in each lane of a vector.
typedef enum { DIGESTS_NOTHING, DIGESTS_PAIRS, DIGESTS_LANES } digest_ability;

/// What this processor can do. The answer stays the same, and takes long on a virtual machine.
digest_ability digest_ability_here(void);

/// Digests what of several messages can be digested side by side in less time than one after the other, as FIPS 180-4 §6.1.2
/// (SHA-1) and §6.2.2 (SHA-256) say. What is left of a message, up to all of it, stands in its `blocks` and `count` then.
/// The ability is at most this processor's.
void sha1_side_by_side(digest_message *messages, size_t count, digest_ability ability);
void sha256_side_by_side(digest_message *messages, size_t count, digest_ability ability);
