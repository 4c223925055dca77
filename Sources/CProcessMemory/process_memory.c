#define _GNU_SOURCE  // dl_iterate_phdr
#include "process_memory.h"

#include <stdlib.h>  // defines __GLIBC__

#ifdef __GLIBC__
#include <malloc.h>

void u2cl_begin_large_blocks(void) { mallopt(M_MMAP_THRESHOLD, 1 << 20); }

// 32 MiB is the most that the allocator accepts, and what it would raise the threshold to by itself.
void u2cl_keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

void u2cl_limit_heaps(int count) { mallopt(M_ARENA_MAX, count); }

// Setting a threshold ends its being raised, so it is set to the final value.
void u2cl_end_large_blocks(void) {
  u2cl_keep_freed_memory();
  malloc_trim(0);
}
#else
void u2cl_keep_freed_memory(void) {}
void u2cl_limit_heaps(int count) { (void)count; }
void u2cl_begin_large_blocks(void) {}
void u2cl_end_large_blocks(void) {}
#endif

#ifdef __linux__
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// Data that the dynamic linker relocates and then protects are in writable segments, so they are not included.
static int is_constant(const ElfW(Phdr) *segment) { return segment->p_type == PT_LOAD && !(segment->p_flags & PF_W); }

static int release(struct dl_phdr_info *library, size_t size, void *least) {
  size_t total = 0;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  if (library->dlpi_name == NULL || library->dlpi_name[0] == 0) return 0;  // The program itself.
  for (int i = 0; i < library->dlpi_phnum; i++) {
    if (is_constant(&library->dlpi_phdr[i])) total += library->dlpi_phdr[i].p_memsz;
  }
  for (int i = 0; i < library->dlpi_phnum && total >= *(size_t *)least; i++) {
    const ElfW(Phdr) *segment = &library->dlpi_phdr[i];
    const uintptr_t start = library->dlpi_addr + segment->p_vaddr, first = start / page * page;
    if (is_constant(segment)) madvise((void *)first, start + segment->p_memsz - first, MADV_DONTNEED);
  }
  return 0;
}

void u2cl_release_library_code(size_t least) { dl_iterate_phdr(release, &least); }
#else
void u2cl_release_library_code(size_t least) { (void)least; }
#endif
