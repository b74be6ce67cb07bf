#pragma once

// The macros that check the variadic calls' types are for C alone.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// Swift does not call variadic functions: one entry for each type that an option or an information takes.

static inline CURLcode trackfill_easy_set_number(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode trackfill_easy_set_size(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode trackfill_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}

typedef size_t (*trackfill_write)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode trackfill_easy_set_write(CURL *easy, trackfill_write write) {
  return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write);
}

static inline CURLcode trackfill_easy_get_number(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode trackfill_easy_get_pointer(CURL *easy, CURLINFO info, void **value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode trackfill_multi_set_number(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

/// What a message of a finished transfer says; the union of the C structure has it.
static inline CURLcode trackfill_message_result(const CURLMsg *message) { return message->data.result; }
