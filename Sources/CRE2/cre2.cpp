#include "cre2.h"

#include <algorithm>
#include <re2/re2.h>
#include <vector>

struct trackfill_re2 {
  re2::RE2 expression;
};

static re2::RE2::Options options(size_t max_memory) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<int64_t>(max_memory));
  return options;
}

trackfill_re2 *trackfill_re2_compile(const char *pattern, size_t count, size_t max_memory) {
  return new trackfill_re2{re2::RE2(re2::StringPiece(pattern, count), options(max_memory))};
}

const char *trackfill_re2_error(const trackfill_re2 *expression) {
  return expression->expression.ok() ? nullptr : expression->expression.error().c_str();
}

int trackfill_re2_groups(const trackfill_re2 *expression) { return expression->expression.NumberOfCapturingGroups(); }

bool trackfill_re2_match(const trackfill_re2 *expression, const char *text, size_t text_count, ptrdiff_t *spans,
                         int count) {
  const re2::StringPiece subject(text == nullptr ? "" : text, text_count);
  if (count <= 0) return expression->expression.Match(subject, 0, text_count, re2::RE2::UNANCHORED, nullptr, 0);
  std::vector<re2::StringPiece> groups(static_cast<size_t>(count));
  if (!expression->expression.Match(subject, 0, text_count, re2::RE2::UNANCHORED, groups.data(), count)) return false;
  for (int i = 0; i < count; i++) {
    const re2::StringPiece &group = groups[static_cast<size_t>(i)];
    spans[2 * i] = group.data() == nullptr ? -1 : group.data() - subject.data();
    spans[2 * i + 1] = group.data() == nullptr ? -1 : group.data() - subject.data() + static_cast<ptrdiff_t>(group.size());
  }
  return true;
}

void trackfill_re2_free(trackfill_re2 *expression) { delete expression; }
