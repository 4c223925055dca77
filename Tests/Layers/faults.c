// An OpenCL layer for tests, which the loader puts between a program and its driver (OPENCL_LAYERS): a driver that lies,
// runs out of memory, is lost or miscompiles, at will. Each fault is asked for by a variable of the environment:
//
// FAULTS_GPU=1            the devices are discrete GPUs
// FAULTS_MEMORY=BYTES     the devices have so much memory, and buffers beyond it in all are refused
// FAULTS_LATE_MEMORY=1    the refusal comes when a kernel is launched, as from drivers that allocate when memory is used
// FAULTS_REFUSED=NAME     launches of the kernel NAME fail for a lack of memory
// FAULTS_LOST_AFTER=N     after N launches everything fails with CL_OUT_OF_RESOURCES, in this context
// FAULTS_LOST_CONTEXTS=N  that happens to the first N contexts with launches that are made; 1 unless told
// FAULTS_MISCOMPILE=NAME  programs that define the kernel NAME are compiled with another sum
//
// Not thread-safe: for a program that is under test alone.
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl.h>
#include <CL/cl_icd.h>
#include <CL/cl_layer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct _cl_icd_dispatch table;
static const struct _cl_icd_dispatch *driver;

static long number(const char *name, long otherwise) {
  const char *text = getenv(name);
  return text ? atol(text) : otherwise;
}

// The buffers that live, so that what they take can be given back.
enum { MOST_BUFFERS = 65536 };
static struct { cl_mem buffer; size_t size; } buffers[MOST_BUFFERS];
static size_t used;
static long launches, lost_contexts;
static int is_lost;

static void keep(cl_mem buffer, size_t size) {
  for (int i = 0; i < MOST_BUFFERS; i++)
    if (!buffers[i].buffer) {
      buffers[i].buffer = buffer;
      buffers[i].size = size;
      used += size;
      return;
    }
}

static cl_int CL_API_CALL release_buffer(cl_mem buffer) {
  for (int i = 0; i < MOST_BUFFERS; i++)
    if (buffers[i].buffer == buffer) {
      used -= buffers[i].size;
      buffers[i].buffer = NULL;
      break;
    }
  return driver->clReleaseMemObject(buffer);
}

static cl_mem CL_API_CALL create_buffer(cl_context context, cl_mem_flags flags, size_t size, void *host, cl_int *code) {
  const long memory = number("FAULTS_MEMORY", 0);
  if (memory && !number("FAULTS_LATE_MEMORY", 0) && used + size > (size_t)memory) {
    if (code) *code = CL_MEM_OBJECT_ALLOCATION_FAILURE;
    return NULL;
  }
  cl_mem buffer = driver->clCreateBuffer(context, flags, size, host, code);
  if (buffer) keep(buffer, size);
  return buffer;
}

static cl_int CL_API_CALL device_info(cl_device_id device, cl_device_info name, size_t size, void *value, size_t *needed) {
  const cl_int code = driver->clGetDeviceInfo(device, name, size, value, needed);
  if (code != CL_SUCCESS || !value) return code;
  const long memory = number("FAULTS_MEMORY", 0);
  if (number("FAULTS_GPU", 0)) {
    if (name == CL_DEVICE_TYPE) *(cl_device_type *)value = CL_DEVICE_TYPE_GPU;
    if (name == CL_DEVICE_HOST_UNIFIED_MEMORY) *(cl_bool *)value = CL_FALSE;
  }
  if (memory && (name == CL_DEVICE_GLOBAL_MEM_SIZE || name == CL_DEVICE_MAX_MEM_ALLOC_SIZE)) *(cl_ulong *)value = memory;
  return code;
}

static int is_refused(cl_kernel kernel) {
  const char *refused = getenv("FAULTS_REFUSED");
  char name[128] = "";
  if (!refused || driver->clGetKernelInfo(kernel, CL_KERNEL_FUNCTION_NAME, sizeof name, name, NULL) != CL_SUCCESS) return 0;
  return !strcmp(name, refused);
}

static cl_int CL_API_CALL launch(
    cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset, const size_t *global,
    const size_t *local, cl_uint count, const cl_event *events, cl_event *event) {
  const long memory = number("FAULTS_MEMORY", 0), lost_after = number("FAULTS_LOST_AFTER", -1);
  if (memory && used > (size_t)memory) return CL_MEM_OBJECT_ALLOCATION_FAILURE;
  if (is_refused(kernel)) return CL_MEM_OBJECT_ALLOCATION_FAILURE;
  if (lost_after >= 0 && lost_contexts < number("FAULTS_LOST_CONTEXTS", 1) && ++launches > lost_after) is_lost = 1;
  if (is_lost) return CL_OUT_OF_RESOURCES;
  return driver->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local, count, events, event);
}

static cl_int CL_API_CALL finish(cl_command_queue queue) {
  const cl_int code = driver->clFinish(queue);
  return is_lost ? CL_OUT_OF_RESOURCES : code;
}

static cl_context CL_API_CALL create_context(
    const cl_context_properties *properties, cl_uint count, const cl_device_id *devices,
    void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *data, cl_int *code) {
  if (is_lost) {
    is_lost = 0;
    launches = 0;
    lost_contexts++;
  }
  return driver->clCreateContext(properties, count, devices, notify, data, code);
}

static cl_program CL_API_CALL create_program(
    cl_context context, cl_uint count, const char **strings, const size_t *lengths, cl_int *code) {
  const char *kernel = getenv("FAULTS_MISCOMPILE");
  size_t size = 1;
  for (cl_uint i = 0; i < count; i++) size += lengths && lengths[i] ? lengths[i] : strlen(strings[i]);
  char *text = calloc(size, 1);
  for (cl_uint i = 0; i < count; i++) strncat(text, strings[i], lengths && lengths[i] ? lengths[i] : strlen(strings[i]));
  char definition[128] = "";
  if (kernel) snprintf(definition, sizeof definition, "void %s(", kernel);
  const char *fault = kernel && strstr(text, definition) ? "#undef fma\n#define fma(a, b, c) ((a) * (b) + (c) * 0.99f)\n" : "";
  const char *parts[2] = {fault, text};
  cl_program program = driver->clCreateProgramWithSource(context, 2, parts, NULL, code);
  free(text);
  return program;
}

CL_API_ENTRY cl_int CL_API_CALL clGetLayerInfo(cl_layer_info name, size_t size, void *value, size_t *needed) {
  if (name != CL_LAYER_API_VERSION) return CL_INVALID_VALUE;
  if (value && size >= sizeof(cl_layer_api_version)) *(cl_layer_api_version *)value = CL_LAYER_API_VERSION_100;
  if (needed) *needed = sizeof(cl_layer_api_version);
  return CL_SUCCESS;
}

CL_API_ENTRY cl_int CL_API_CALL clInitLayer(
    cl_uint entries, const cl_icd_dispatch *target, cl_uint *layer_entries, const cl_icd_dispatch **layer) {
  const size_t size = entries * sizeof(void *);
  driver = target;
  memcpy(&table, target, size < sizeof table ? size : sizeof table);
  table.clGetDeviceInfo = device_info;
  table.clCreateBuffer = create_buffer;
  table.clReleaseMemObject = release_buffer;
  table.clEnqueueNDRangeKernel = launch;
  table.clFinish = finish;
  table.clCreateContext = create_context;
  table.clCreateProgramWithSource = create_program;
  *layer_entries = sizeof table / sizeof(void *);
  *layer = &table;
  return CL_SUCCESS;
}
