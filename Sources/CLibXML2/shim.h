#include <libxml/xmlversion.h>

// Debian's libxml2 can use ICU, and says so by including ICU's headers, which clash with those in Swift's Foundation. Only
// the fields of an encoding handler depend on it, which nothing here looks into.
#undef LIBXML_ICU_ENABLED

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/dict.h>
