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
  uint32_t states[8][DIGEST_LANES] = {{0}};
  const uint8_t *blocks[DIGEST_LANES];
  digest_message *lanes[DIGEST_LANES];
  int active = 0;
  for (int lane = 0; lane < DIGEST_LANES; lane++) {
    lanes[lane] = take(&queue);
    if (!lanes[lane]) continue;
    active++;
    blocks[lane] = lanes[lane]->blocks;
    for (int word = 0; word < words; word++) states[word][lane] = lanes[lane]->state[word];
  }
  while (active >= least) {
    if (active < DIGEST_LANES) {
      // Idle lanes have to read something, too: what another one reads.
      int busy = 0;
      while (!lanes[busy]) busy++;
      for (int lane = 0; lane < DIGEST_LANES; lane++)
        if (!lanes[lane]) blocks[lane] = blocks[busy];
    }
    digest(states, blocks);
    for (int lane = 0; lane < DIGEST_LANES; lane++) {
      digest_message *message = lanes[lane];
      if (!message) continue;
      blocks[lane] = message->blocks += BLOCK;
      if (--message->count > 0) continue;
      for (int word = 0; word < words; word++) message->state[word] = states[word][lane];
      lanes[lane] = message = take(&queue);
      if (!message) {
        active--;
        continue;
      }
      blocks[lane] = message->blocks;
      for (int word = 0; word < words; word++) states[word][lane] = message->state[word];
    }
  }
  for (int lane = 0; lane < DIGEST_LANES; lane++)
    for (int word = 0; lanes[lane] && word < words; word++) lanes[lane]->state[word] = states[word][lane];
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
