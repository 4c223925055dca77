// An OpenCL layer for measurements, which the loader puts between a program and its driver (OPENCL_LAYERS): a device
// whose network takes no time. After its first launches a kernel is not run any more, so that its buffers keep what the
// first pictures have left there, and all later pictures get maps of these. What a run then takes is everything but the
// network: how many pictures a core can feed to a device of any speed.
//
// INSTANT_GPU=1          the device is a discrete GPU, and what else a GPU computes takes no time either: resizing,
//                        masks, refined edges, foreground colours. By default it is the CPU that it is, and the host
//                        computes these.
// INSTANT_RUNS=N         the launches of each kernel object of the network that are run; 3 by default, enough for the
//                        checks of a device
// INSTANT_LAUNCHES=N     with INSTANT_GPU, the launches of each other kernel that are run; 200 by default
//
// Programs may call from several threads.
#define CL_TARGET_OPENCL_VERSION 300
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "layer.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static long number(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text && *text ? strtol(text, NULL, 0) : otherwise;
}

// The kernels that are none of the network's: those of Kernels/Pictures and Kernels/Refinement.
static const char *const others[] = {
    "value_range",    "count_values",    "filter_rows",    "filter_columns", "picture_planes", "normalize_picture",
    "sample_picture", "quantize_map",    "flatten_picture", "average_map",   "average_picture", "window_moments",
    "window_fits",    "fit_errors",      "weigh_fits",     "blend_fits",     "apply_fits",     "box_rows",
    "box_columns",    "average_pixels",  "relax_levels",   "choose_tiles",   "estimate_tiles", "sum_cells",
    "sum_pixels",
};
enum { OTHERS = sizeof others / sizeof others[0], MOST_KERNELS = 65536 };
static long other_launches[OTHERS];

// The launches of each kernel object. A handle may be used again, and then begins anew.
static struct launched { cl_kernel kernel; long count; } kernels[MOST_KERNELS];

static struct launched *slot_of(cl_kernel kernel) {
  size_t at = (size_t)kernel / 16 % MOST_KERNELS;
  while (kernels[at].kernel && kernels[at].kernel != kernel) at = (at + 1) % MOST_KERNELS;
  kernels[at].kernel = kernel;
  return &kernels[at];
}

static cl_kernel CL_API_CALL create_kernel(cl_program program, const char *name, cl_int *code) {
  cl_kernel kernel = driver->clCreateKernel(program, name, code);
  pthread_mutex_lock(&lock);
  if (kernel) slot_of(kernel)->count = 0;
  pthread_mutex_unlock(&lock);
  return kernel;
}

static int is_skipped(cl_kernel kernel) {
  char name[128] = "";
  driver->clGetKernelInfo(kernel, CL_KERNEL_FUNCTION_NAME, sizeof name, name, NULL);
  for (int i = 0; i < OTHERS; i++)
    if (!strcmp(name, others[i]))
      return number("INSTANT_GPU", 0) && ++other_launches[i] > number("INSTANT_LAUNCHES", 200);
  return ++slot_of(kernel)->count > number("INSTANT_RUNS", 3);
}

static cl_int CL_API_CALL launch(
    cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset, const size_t *global,
    const size_t *local, cl_uint count, const cl_event *events, cl_event *event) {
  pthread_mutex_lock(&lock);
  const int skipped = is_skipped(kernel);
  pthread_mutex_unlock(&lock);
  if (!skipped)
    return driver->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local, count, events, event);
  return event || count ? driver->clEnqueueMarkerWithWaitList(queue, count, events, event) : CL_SUCCESS;
}

static cl_int CL_API_CALL device_info(
    cl_device_id device, cl_device_info name, size_t size, void *value, size_t *needed) {
  const cl_device_type gpu = CL_DEVICE_TYPE_GPU;
  const cl_bool shared = CL_FALSE;
  const void *told = name == CL_DEVICE_TYPE ? (const void *)&gpu : &shared;
  const size_t length = name == CL_DEVICE_TYPE ? sizeof gpu : sizeof shared;
  if (!number("INSTANT_GPU", 0) || (name != CL_DEVICE_TYPE && name != CL_DEVICE_HOST_UNIFIED_MEMORY))
    return driver->clGetDeviceInfo(device, name, size, value, needed);
  if (needed) *needed = length;
  if (value && size < length) return CL_INVALID_VALUE;
  if (value) memcpy(value, told, length);
  return CL_SUCCESS;
}

static cl_int CL_API_CALL device_ids(
    cl_platform_id platform, cl_device_type type, cl_uint most, cl_device_id *devices, cl_uint *needed) {
  if (number("INSTANT_GPU", 0) && type != CL_DEVICE_TYPE_ALL && type != CL_DEVICE_TYPE_DEFAULT)
    type = type & CL_DEVICE_TYPE_GPU ? CL_DEVICE_TYPE_ALL : 0;
  return type ? driver->clGetDeviceIDs(platform, type, most, devices, needed) : CL_DEVICE_NOT_FOUND;
}

static void replace_functions(void) {
  table.clGetDeviceIDs = device_ids;
  table.clGetDeviceInfo = device_info;
  table.clCreateKernel = create_kernel;
  table.clEnqueueNDRangeKernel = launch;
}
