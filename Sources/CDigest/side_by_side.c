#include "side_by_side.h"

#include "kernels.h"

#if defined(__x86_64__)

#define BLOCK 64

typedef struct {
  digest_message *next, *end;
} digest_queue;

/// A message that is not yet digested; 0 if there is none.
static digest_message *take(digest_queue *queue) {
  while (queue->next < queue->end) {
    digest_message *message = queue->next++;
    if (message->count > 0) return message;
  }
  return 0;
}

/// Digests messages a lane each; a lane whose message ends takes the next one. Ends when fewer than `least` are left.
static void digest_in_lanes(digest_message *messages, size_t count, int words, digest_many *digest, int least) {
  digest_queue queue = {messages, messages + count};
  digest_message *lanes[DIGEST_LANES];
  uint32_t states[8][DIGEST_LANES];
  // What is left of each lane's message, and how far it goes on with a step. Idle lanes never end, and digest a block that is
  // there again and again, to nobody's use.
  const uint8_t *blocks[DIGEST_LANES];
  size_t left[DIGEST_LANES], strides[DIGEST_LANES];
  int active = 0;
  for (int lane = 0; lane < DIGEST_LANES; lane++) {
    digest_message *message = lanes[lane] = take(&queue);
    if (message) active++;
    blocks[lane] = message ? message->blocks : lane > 0 ? blocks[0] : 0;
    left[lane] = message ? message->count : SIZE_MAX;
    strides[lane] = message ? BLOCK : 0;
    for (int word = 0; word < words; word++) states[word][lane] = message ? message->state[word] : 0;
  }
  while (active >= least) {
    digest(states, blocks);
    unsigned ended = 0;
    for (int lane = 0; lane < DIGEST_LANES; lane++) {
      blocks[lane] += strides[lane];
      ended |= (unsigned)(--left[lane] == 0) << lane;
    }
    for (; ended; ended &= ended - 1) {
      const int lane = __builtin_ctz(ended);
      digest_message *message = lanes[lane];
      for (int word = 0; word < words; word++) message->state[word] = states[word][lane];
      message->blocks = blocks[lane];
      message->count = 0;
      message = lanes[lane] = take(&queue);
      if (!message) {
        active--;
        blocks[lane] -= BLOCK;
        left[lane] = SIZE_MAX;
        strides[lane] = 0;
        continue;
      }
      blocks[lane] = message->blocks;
      left[lane] = message->count;
      for (int word = 0; word < words; word++) states[word][lane] = message->state[word];
    }
  }
  for (int lane = 0; lane < DIGEST_LANES; lane++) {
    digest_message *message = lanes[lane];
    if (!message) continue;
    for (int word = 0; word < words; word++) message->state[word] = states[word][lane];
    message->blocks = blocks[lane];
    message->count = left[lane];
  }
}

/// Digests messages two at a time; what one has more than the other is digested beside the next one.
static void digest_in_pairs(digest_message *messages, size_t count, digest_two *digest) {
  digest_queue queue = {messages, messages + count};
  digest_message *one = take(&queue), *two = take(&queue);
  while (one && two) {
    const size_t blocks = one->count < two->count ? one->count : two->count;
    digest(one->state, one->blocks, two->state, two->blocks, blocks);
    one->blocks += BLOCK * blocks;
    two->blocks += BLOCK * blocks;
    one->count -= blocks;
    two->count -= blocks;
    if (one->count == 0) one = take(&queue);
    if (two->count == 0) two = take(&queue);
  }
}

digest_ability digest_ability_here(void) {
  return digests_many() ? DIGESTS_LANES : digests_two() ? DIGESTS_PAIRS : DIGESTS_NOTHING;
}

void sha1_side_by_side(digest_message *messages, size_t count, digest_ability ability) {
  // With fewer messages, two at a time are quicker than sixteen lanes of which most are idle.
  if (ability >= DIGESTS_LANES) digest_in_lanes(messages, count, 5, sha1_many, 5);
  if (ability >= DIGESTS_PAIRS) digest_in_pairs(messages, count, sha1_two);
}

void sha256_side_by_side(digest_message *messages, size_t count, digest_ability ability) {
  if (ability >= DIGESTS_LANES) digest_in_lanes(messages, count, 8, sha256_many, 11);
  if (ability >= DIGESTS_PAIRS) digest_in_pairs(messages, count, sha256_two);
}

#else

digest_ability digest_ability_here(void) { return DIGESTS_NOTHING; }

void sha1_side_by_side(digest_message *messages, size_t count, digest_ability ability) {
  (void)messages, (void)count, (void)ability;
}

void sha256_side_by_side(digest_message *messages, size_t count, digest_ability ability) {
  (void)messages, (void)count, (void)ability;
}

#endif
