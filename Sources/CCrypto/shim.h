// The one-shot digests of libcrypto 3 fetch their algorithm each time and its contexts live on the heap; ids need neither.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>
