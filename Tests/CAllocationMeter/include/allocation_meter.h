// Counts what a process holds of malloc's memory, whoever asks for it: the meter takes malloc's place (glibc only).
#ifndef U2CL_ALLOCATION_METER_H
#define U2CL_ALLOCATION_METER_H

#include <stddef.h>

// Starts to count anew. Where more than `limit` bytes are held that were asked for since, the process ends by SIGABRT
// after a line on standard error.
void u2cl_meter_start(long limit);

// Stops counting; returns the most bytes that were held at once since the start.
long u2cl_meter_stop(void);

// Ends the process, by SIGPROF after so many seconds of its processor time and by SIGALRM after ten times that.
void u2cl_meter_set_deadline(long seconds);

// Keeps the process from taking more than so many bytes of address space.
void u2cl_meter_limit_memory(size_t bytes);

#endif
