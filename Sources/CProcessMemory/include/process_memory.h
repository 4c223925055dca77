#ifndef U2CL_PROCESS_MEMORY_H
#define U2CL_PROCESS_MEMORY_H

#include <stddef.h>

// Releases the memory of the code and constants of every shared library that has at least `least` bytes of them. These
// pages are mapped from files and were never written, so nothing is lost: pages that are needed again are mapped again,
// usually from the page cache. Linux only; does nothing on other systems.
void u2cl_release_library_code(size_t least);

// Between these two calls, freed blocks of a megabyte or more are returned to the system instead of being kept by the
// allocator. The second call also returns the free memory that the allocator has kept so far. glibc only; with other
// allocators, both do nothing.
void u2cl_begin_large_blocks(void);
void u2cl_end_large_blocks(void);

// Lets freed memory be used again instead of given back to the system: blocks of up to 32 MiB, and up to 64 MiB of the
// free memory of each thread. glibc only; with other allocators, nothing changes.
void u2cl_keep_freed_memory(void);

// Lets threads share at most `count` heaps. Otherwise each new thread may get one of its own, which is never given
// back. Trap: call it before the second thread. glibc only; with other allocators, nothing changes.
void u2cl_limit_heaps(int count);

#endif
