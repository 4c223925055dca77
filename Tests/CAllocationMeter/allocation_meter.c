#include "allocation_meter.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

static _Atomic long held, peak, limit = LONG_MAX;

#ifdef __GLIBC__
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static void refuse(long now) {
  char line[128];
  const int count = snprintf(line, sizeof line, "holds %ld bytes, more than %ld\n", now, (long)limit);
  limit = LONG_MAX;
  if (count > 0) (void)!write(STDERR_FILENO, line, (size_t)count);
  abort();
}

static void *counted(void *block) {
  if (!block) return block;
  const long now = atomic_fetch_add(&held, (long)malloc_usable_size(block)) + (long)malloc_usable_size(block);
  if (now > peak) peak = now;
  if (now > limit) refuse(now);
  return block;
}

void *malloc(size_t count) { return counted(__libc_malloc(count)); }
void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }

void free(void *block) {
  if (block) held -= (long)malloc_usable_size(block);
  __libc_free(block);
}

void *realloc(void *block, size_t count) {
  const long before = block ? (long)malloc_usable_size(block) : 0;
  void *moved = __libc_realloc(block, count);
  if (moved || count == 0) held -= before;
  return counted(moved);
}

void *memalign(size_t alignment, size_t count) { return counted(__libc_memalign(alignment, count)); }
void *aligned_alloc(size_t alignment, size_t count) { return memalign(alignment, count); }

int posix_memalign(void **block, size_t alignment, size_t count) {
  void *made = memalign(alignment, count);
  if (!made) return ENOMEM;
  *block = made;
  return 0;
}
#endif

void u2cl_meter_start(long most) {
  held = 0;
  peak = 0;
  limit = most;
}

long u2cl_meter_stop(void) {
  limit = LONG_MAX;
  return peak;
}

void u2cl_meter_set_deadline(long seconds) {
  const struct itimerval processor = {.it_value = {.tv_sec = seconds}}, clock = {.it_value = {.tv_sec = 10 * seconds}};
  setitimer(ITIMER_PROF, &processor, NULL);
  setitimer(ITIMER_REAL, &clock, NULL);
}

void u2cl_meter_limit_memory(size_t bytes) {
  const struct rlimit most = {bytes, bytes}, no_core = {0, 0};
  setrlimit(RLIMIT_AS, &most);
  setrlimit(RLIMIT_CORE, &no_core);
}
