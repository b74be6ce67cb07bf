#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether this processor has what the functions below need: instructions for SHA-1 and SHA-256. They must not be called
/// otherwise.
bool digest_pair_is_supported(void);

/// Digests `blocks` blocks of 64 bytes of each of two messages, as FIPS 180-4 §6.1.2 says, going on from two states of five
/// words. The messages are read in full and at any alignment.
void sha1_pair(uint32_t first[5], const uint8_t *first_blocks, uint32_t second[5], const uint8_t *second_blocks, size_t blocks);

/// The same for SHA-256 (§6.2.2), with states of eight words.
void sha256_pair(
    uint32_t first[8], const uint8_t *first_blocks, uint32_t second[8], const uint8_t *second_blocks, size_t blocks);
