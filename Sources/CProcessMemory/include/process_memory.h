#ifndef U2CL_PROCESS_MEMORY_H
#define U2CL_PROCESS_MEMORY_H
#include <stddef.h>

// Takes the code and the constants of shared libraries that have at least so many bytes of them out of this process's
// memory. These pages lie in files and were never written, so nothing is lost: what is needed again is mapped again,
// mostly from the system's cache of files. Does nothing on systems other than Linux.
void u2cl_release_library_code(size_t least);

// Between these two, blocks of a megabyte and more go back to the system when they are freed, instead of being kept for
// the next request; at the end, so does what was kept so far. They do nothing where the allocator is not glibc's.
void u2cl_begin_large_blocks(void);
void u2cl_end_large_blocks(void);

#endif
