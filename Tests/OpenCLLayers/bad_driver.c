// A broken OpenCL driver for tests: an ICD library that lists one platform, "Bad driver", which computes nothing.
// An .icd file names the library, and environment variables choose what is broken:
//
// BAD_DRIVER=WHEN:WHAT      where WHEN is
//                             load      the library is loaded
//                             list      platforms are listed
//                             devices   devices are listed
//                             context   a context is made
//                           and WHAT is
//                             abort     the process ends by SIGABRT
//                             exit      the process ends with exit(8)
//                             hang      the call never returns
//                             fail      the call returns CL_OUT_OF_HOST_MEMORY; not for load
// BAD_DRIVER=empty          the platform has no device
// BAD_DRIVER=platform-query the platform does not tell its name
// BAD_DRIVER=device-query   the first of two devices does not tell its compute units
// BAD_DRIVER_GPU=1          the devices are discrete GPUs; by default they are CPUs
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl.h>
#include <CL/cl_icd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct _cl_icd_dispatch table;
struct _cl_platform_id { const struct _cl_icd_dispatch *table; };
struct _cl_device_id { const struct _cl_icd_dispatch *table; };
static struct _cl_platform_id platform = {&table};
static struct _cl_device_id devices[2] = {{&table}, {&table}};

static int is(const char *fault) {
  const char *chosen = getenv("BAD_DRIVER");
  return chosen && !strcmp(chosen, fault);
}

// Does what BAD_DRIVER chooses for this moment; returns an error or success where the process lives on.
static cl_int come_to(const char *moment) {
  const char *chosen = getenv("BAD_DRIVER");
  const size_t length = strlen(moment);
  if (!chosen || strncmp(chosen, moment, length) || chosen[length] != ':') return CL_SUCCESS;
  const char *what = chosen + length + 1;
  if (!strcmp(what, "abort")) abort();
  if (!strcmp(what, "exit")) exit(8);
  if (!strcmp(what, "hang"))
    for (;;) pause();
  return CL_OUT_OF_HOST_MEMORY;
}

__attribute__((constructor)) static void loaded(void) { come_to("load"); }

static cl_int answer(const void *from, size_t length, size_t size, void *value, size_t *needed) {
  if (needed) *needed = length;
  if (!value) return CL_SUCCESS;
  if (size < length) return CL_INVALID_VALUE;
  memcpy(value, from, length);
  return CL_SUCCESS;
}

static cl_int answer_text(const char *text, size_t size, void *value, size_t *needed) {
  return answer(text, strlen(text) + 1, size, value, needed);
}

// Not exported, or the loader's own function of that name would take its place in the table.
static cl_int CL_API_CALL platform_info(
    cl_platform_id asked, cl_platform_info name, size_t size, void *value, size_t *needed) {
  (void)asked;
  switch (name) {
  case CL_PLATFORM_NAME:
    if (is("platform-query")) return CL_OUT_OF_HOST_MEMORY;
    return answer_text("Bad driver", size, value, needed);
  case CL_PLATFORM_VENDOR: return answer_text("The tests", size, value, needed);
  case CL_PLATFORM_VERSION: return answer_text("OpenCL 1.2 bad", size, value, needed);
  case CL_PLATFORM_PROFILE: return answer_text("FULL_PROFILE", size, value, needed);
  case CL_PLATFORM_EXTENSIONS: return answer_text("cl_khr_icd", size, value, needed);
  case CL_PLATFORM_ICD_SUFFIX_KHR: return answer_text("BAD", size, value, needed);
  }
  return CL_INVALID_VALUE;
}

static cl_int CL_API_CALL platform_ids(cl_uint most, cl_platform_id *platforms, cl_uint *count) {
  const cl_int code = come_to("list");
  if (code != CL_SUCCESS) return code;
  if (count) *count = 1;
  if (platforms && most) platforms[0] = &platform;
  return CL_SUCCESS;
}

static cl_int CL_API_CALL list_devices(
    cl_platform_id asked, cl_device_type type, cl_uint most, cl_device_id *found, cl_uint *count) {
  (void)asked;
  const cl_int code = come_to("devices");
  if (code != CL_SUCCESS) return code;
  const cl_device_type own = getenv("BAD_DRIVER_GPU") ? CL_DEVICE_TYPE_GPU : CL_DEVICE_TYPE_CPU;
  const cl_uint listed = is("device-query") ? 2 : 1;
  if (is("empty") || !(type & (own | CL_DEVICE_TYPE_DEFAULT))) return CL_DEVICE_NOT_FOUND;
  if (count) *count = listed;
  for (cl_uint i = 0; found && i < most && i < listed; i++) found[i] = &devices[i];
  return CL_SUCCESS;
}

static cl_int CL_API_CALL device_info(
    cl_device_id device, cl_device_info name, size_t size, void *value, size_t *needed) {
  const cl_device_type type = getenv("BAD_DRIVER_GPU") ? CL_DEVICE_TYPE_GPU : CL_DEVICE_TYPE_CPU;
  const cl_platform_id own = &platform;
  const size_t group = 256, items[3] = {256, 256, 256};
  const cl_ulong memory = 1 << 30;
  const cl_uint one = 1, three = 3, none = 0;
  switch (name) {
  case CL_DEVICE_NAME:
    return answer_text(device == devices ? "Bad device 0" : "Bad device 1", size, value, needed);
  case CL_DEVICE_VENDOR: return answer_text("The tests", size, value, needed);
  case CL_DEVICE_VERSION: return answer_text("OpenCL 1.2 bad", size, value, needed);
  case CL_DRIVER_VERSION: return answer_text("1", size, value, needed);
  case CL_DEVICE_PROFILE: return answer_text("FULL_PROFILE", size, value, needed);
  case CL_DEVICE_OPENCL_C_VERSION: return answer_text("OpenCL C 1.2 bad", size, value, needed);
  case CL_DEVICE_EXTENSIONS: return answer_text("cl_khr_byte_addressable_store", size, value, needed);
  case CL_DEVICE_TYPE: return answer(&type, sizeof type, size, value, needed);
  case CL_DEVICE_PLATFORM: return answer(&own, sizeof own, size, value, needed);
  case CL_DEVICE_GLOBAL_MEM_SIZE:
  case CL_DEVICE_MAX_MEM_ALLOC_SIZE: return answer(&memory, sizeof memory, size, value, needed);
  case CL_DEVICE_LOCAL_MEM_SIZE: {
    const cl_ulong local = 32768;
    return answer(&local, sizeof local, size, value, needed);
  }
  case CL_DEVICE_MAX_WORK_GROUP_SIZE: return answer(&group, sizeof group, size, value, needed);
  case CL_DEVICE_MAX_WORK_ITEM_SIZES: return answer(items, sizeof items, size, value, needed);
  case CL_DEVICE_MAX_WORK_ITEM_DIMENSIONS: return answer(&three, sizeof three, size, value, needed);
  case CL_DEVICE_HOST_UNIFIED_MEMORY: return answer(&none, sizeof none, size, value, needed);
  case CL_DEVICE_MAX_COMPUTE_UNITS:
    if (is("device-query") && device == devices) return CL_OUT_OF_HOST_MEMORY;
    return answer(&one, sizeof one, size, value, needed);
  case CL_DEVICE_MAX_CLOCK_FREQUENCY:
  case CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT:
  case CL_DEVICE_AVAILABLE:
  case CL_DEVICE_COMPILER_AVAILABLE: return answer(&one, sizeof one, size, value, needed);
  }
  return CL_INVALID_VALUE;
}

static cl_context CL_API_CALL create_context(
    const cl_context_properties *properties, cl_uint count, const cl_device_id *listed,
    void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *data, cl_int *code) {
  (void)properties, (void)count, (void)listed, (void)notify, (void)data;
  const cl_int failure = come_to("context");
  if (code) *code = failure == CL_SUCCESS ? CL_DEVICE_NOT_AVAILABLE : failure;
  return NULL;
}

static cl_int CL_API_CALL keep_device(cl_device_id device) {
  (void)device;
  return CL_SUCCESS;
}

CL_API_ENTRY void *CL_API_CALL clGetExtensionFunctionAddress(const char *name) {
  table.clGetPlatformInfo = platform_info;
  table.clGetDeviceIDs = list_devices;
  table.clGetDeviceInfo = device_info;
  table.clCreateContext = create_context;
  table.clRetainDevice = keep_device;
  table.clReleaseDevice = keep_device;
  if (!strcmp(name, "clIcdGetPlatformIDsKHR")) return (void *)platform_ids;
  if (!strcmp(name, "clGetPlatformInfo")) return (void *)platform_info;
  return NULL;
}
