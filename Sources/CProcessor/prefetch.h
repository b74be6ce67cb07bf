#pragma once

/// Tells the processor that a cache line will be needed soon. Never faults, whatever the address.
static inline void prefetch(const void *address) { __builtin_prefetch(address); }
