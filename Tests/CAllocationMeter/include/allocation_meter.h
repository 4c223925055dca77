// Counts the bytes that a process has allocated by malloc. The meter replaces malloc (glibc only).
#ifndef U2CL_ALLOCATION_METER_H
#define U2CL_ALLOCATION_METER_H

#include <stddef.h>

// Starts counting from zero. If more than `limit` bytes are allocated from then on, the process writes a line to
// standard error and ends by SIGABRT.
void u2cl_meter_start(long limit);

// Stops counting; returns the most bytes allocated at once since the start.
long u2cl_meter_stop(void);

// Ends the process by SIGPROF after this many seconds of its processor time, and by SIGALRM after ten times as many.
void u2cl_meter_set_deadline(long seconds);

// Limits the address space of the process.
void u2cl_meter_limit_memory(size_t bytes);

#endif
