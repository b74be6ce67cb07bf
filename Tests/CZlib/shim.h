#include <zlib.h>

