// An OpenCL layer that the loader puts between a program and its driver (OPENCL_LAYERS): at the first launch of a
// kernel it says on stderr how long the process has run and the most memory that it has held, which is what loading a
// model costs.
#define CL_TARGET_OPENCL_VERSION 300
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "layer.h"

// Seconds since the process began, by the 22nd field of its stat: ticks after the system's start.
static double age(void) {
  char text[1024];
  FILE *file = fopen("/proc/self/stat", "r");
  const size_t count = file ? fread(text, 1, sizeof text - 1, file) : 0;
  text[count] = 0;
  if (file) fclose(file);
  const char *field = strrchr(text, ')');
  for (int i = 2; field && i < 22; i++) field = strchr(field + 1, ' ');
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return field ? now.tv_sec + now.tv_nsec * 1e-9 - atof(field) / (double)sysconf(_SC_CLK_TCK) : -1;
}

// The most resident memory so far, in MiB.
static double peak(void) {
  char line[256];
  long kilobytes = 0;
  FILE *file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof line, file)) sscanf(line, "VmHWM: %ld", &kilobytes);
  if (file) fclose(file);
  return kilobytes / 1024.0;
}

static cl_int CL_API_CALL launch(
    cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset, const size_t *global,
    const size_t *local, cl_uint count, const cl_event *events, cl_event *event) {
  static int launched;
  if (!launched++) fprintf(stderr, "first launch after %.2f s, %.0f MiB\n", age(), peak());
  return driver->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local, count, events, event);
}

static void replace_functions(void) {
  table.clEnqueueNDRangeKernel = launch;
}
