// An OpenCL layer for tests, which the loader puts between a program and its driver (OPENCL_LAYERS). The layer makes
// another device of the one there is, or a driver that lies, has no memory, is lost, miscompiles, crashes or hangs.
// Environment variables choose the faults:
//
// Which devices have the faults; all of them by default:
// FAULTS_PLATFORM=TEXT        those of platforms whose name contains TEXT
// FAULTS_TWIN=cpu|gpu         each of them has a twin behind it without faults, which is a CPU or a discrete GPU
// FAULTS_TWIN=device          each of them is listed twice, with one UUID
// FAULTS_TWIN=platform        their platform is listed twice, and so are they, with one UUID
//
// What the devices claim to be:
// FAULTS_GPU=1                discrete GPUs
// FAULTS_UNIFIED=0|1          whether they share the host's memory
// FAULTS_NAME, FAULTS_VENDOR, FAULTS_VERSION, FAULTS_DRIVER, FAULTS_EXTENSIONS=TEXT
// FAULTS_UNITS=N              compute units
// FAULTS_LOCAL_MEMORY=BYTES   local memory of a work-group; launches that need more fail with CL_OUT_OF_RESOURCES
// FAULTS_GROUP=N              work-items of a work-group; launches of more fail with CL_INVALID_WORK_GROUP_SIZE
// FAULTS_ITEMS=N              work-items along each dimension of a work-group; more: CL_INVALID_WORK_ITEM_SIZE
// FAULTS_NO_BYTE_STORES=1     no cl_khr_byte_addressable_store: programs that store 8 or 16 bits do not build
//
// What kernels may do:
// FAULTS_KERNEL_GROUP=N       work-items of a kernel's work-group; launches of more fail; -1: all launches
// FAULTS_KERNEL_GROUP_OF=NAME is the kernel with that limit; all of them by default
// FAULTS_KERNEL_GROUP_WITH=TEXT  only kernels of programs whose options hold TEXT have it
// FAULTS_KERNEL_GROUP_TOLD=1  clGetKernelWorkGroupInfo tells the limit; by default it tells the device's
// FAULTS_KERNEL_GROUP_CODE=C  what launches of more return; CL_INVALID_WORK_GROUP_SIZE (-54) by default
//
// Memory:
// FAULTS_MEMORY=BYTES         the device's memory; buffers beyond it in all are refused
// FAULTS_LATE_MEMORY=1        the refusal comes when a kernel is launched: some drivers allocate when memory is used
// FAULTS_REFUSED=NAME         launches of the kernel NAME fail for a lack of memory
//
// Devices that are lost:
// FAULTS_LOST_AFTER=N         after N launches everything fails with CL_OUT_OF_RESOURCES, in this context
// FAULTS_LOST_CONTEXTS=N      the number of contexts with launches to which that happens; 1 by default
//
// Compilers, told by the kernel that a program defines, or by a text in its source or options:
// FAULTS_MISCOMPILE=NAME      programs that define the kernel NAME compute another sum
// FAULTS_MISCOMPILE_ABOVE=N   only in work-groups of more than N work-items
// FAULTS_MISCOMPILE_IF=TEST   only where the preprocessor finds TEST true, such as TILE_M == 128
// FAULTS_BUILD_FAILS=TEXT     the program does not build, with a log of 100 lines
// FAULTS_BUILD_ABORTS=TEXT, FAULTS_BUILD_EXITS=TEXT, FAULTS_BUILD_HANGS=TEXT
//                             the process ends by SIGABRT, ends with exit(8), or waits for ever
// FAULTS_BUILD_PROCESSES=N    only in the first N processes that come to such a program
// FAULTS_BUILD_COUNTER=FILE   holds a byte for each of these processes
//
// Queries:
// FAULTS_DEVICE_QUERY=N       clGetDeviceInfo of parameter N fails
// FAULTS_PLATFORM_QUERY=N     clGetPlatformInfo of parameter N fails
// FAULTS_DEVICE_LIST=CODE     clGetDeviceIDs returns CODE
//
// Numbers may be hexadecimal. Programs may call from several threads.
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl_ext.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layer.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const char *text_of(const char *name) {
  const char *text = getenv(name);
  return text && *text ? text : NULL;
}

static long number(const char *name, long otherwise) {
  const char *text = text_of(name);
  return text ? strtol(text, NULL, 0) : otherwise;
}

static int is(const char *name, const char *value) {
  const char *text = text_of(name);
  return text && !strcmp(text, value);
}

// The end of a query: a value that takes `length` bytes.
static cl_int answer(const void *from, size_t length, size_t size, void *value, size_t *needed) {
  if (needed) *needed = length;
  if (!value) return CL_SUCCESS;
  if (size < length) return CL_INVALID_VALUE;
  memcpy(value, from, length);
  return CL_SUCCESS;
}

// Devices and platforms that are listed a second time have handles of our own, which no driver may see.
enum { MOST_TWINS = 64 };
static struct twin { const void *table; cl_device_id device; cl_platform_id platform; } twins[MOST_TWINS];
static struct second { const void *table; cl_platform_id platform; } seconds[MOST_TWINS];
static int twin_count, second_count;

static const struct twin *twin_at(cl_device_id device) {
  const struct twin *twin = (const struct twin *)(void *)device;
  return twin >= twins && twin < twins + MOST_TWINS ? twin : NULL;
}

static cl_device_id real_device(cl_device_id device) {
  const struct twin *twin = twin_at(device);
  return twin ? twin->device : device;
}

static cl_platform_id real_platform(cl_platform_id platform) {
  const struct second *second = (const struct second *)(void *)platform;
  return second >= seconds && second < seconds + MOST_TWINS ? second->platform : platform;
}

static int has_twins_without_faults(void) { return is("FAULTS_TWIN", "cpu") || is("FAULTS_TWIN", "gpu"); }

static int is_faulty_platform(cl_platform_id platform) {
  const char *part = text_of("FAULTS_PLATFORM");
  char name[256] = "";
  if (!part) return 1;
  driver->clGetPlatformInfo(real_platform(platform), CL_PLATFORM_NAME, sizeof name, name, NULL);
  return strstr(name, part) != NULL;
}

static int is_faulty(cl_device_id device) {
  cl_platform_id platform = NULL;
  if (twin_at(device) && has_twins_without_faults()) return 0;
  driver->clGetDeviceInfo(real_device(device), CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL);
  return is_faulty_platform(platform);
}

// Contexts, programs and buffers that the layer knows something about. A handle may be used again: the newest counts.
enum { MOST_OBJECTS = 65536 };
static struct object {
  void *handle;
  int faulty, failed;
  char *source, *options;
  size_t size;
} objects[MOST_OBJECTS];
static int object_count;

static void keep(void *handle, struct object object) {
  int at = 0;
  pthread_mutex_lock(&lock);
  while (at < object_count && objects[at].handle && objects[at].handle != handle) at++;
  if (at < MOST_OBJECTS) {
    free(objects[at].source);
    free(objects[at].options);
    objects[at] = object;
    objects[at].handle = handle;
    if (at == object_count) object_count++;
  }
  pthread_mutex_unlock(&lock);
}

static struct object *find(void *handle) {
  struct object *found = NULL;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < object_count && !found; i++)
    if (handle && objects[i].handle == handle) found = &objects[i];
  pthread_mutex_unlock(&lock);
  return found;
}

static int is_faulty_context(cl_context context) {
  const struct object *object = find(context);
  return object ? object->faulty : 1;
}

static int is_faulty_queue(cl_command_queue queue) {
  cl_context context = NULL;
  driver->clGetCommandQueueInfo(queue, CL_QUEUE_CONTEXT, sizeof context, &context, NULL);
  return is_faulty_context(context);
}

// Platforms and devices.

static cl_int CL_API_CALL platform_ids(cl_uint most, cl_platform_id *platforms, cl_uint *needed) {
  cl_platform_id found[MOST_TWINS], listed[MOST_TWINS];
  cl_uint count = 0, listed_count = 0;
  const cl_int code = driver->clGetPlatformIDs(MOST_TWINS / 2, found, &count);
  if (code != CL_SUCCESS) return code;
  if (count > MOST_TWINS / 2) count = MOST_TWINS / 2;
  for (cl_uint i = 0; i < count; i++) {
    listed[listed_count++] = found[i];
    if (!is("FAULTS_TWIN", "platform") || !is_faulty_platform(found[i])) continue;
    pthread_mutex_lock(&lock);
    int at = 0;
    while (at < second_count && seconds[at].platform != found[i]) at++;
    seconds[at].table = &table;
    seconds[at].platform = found[i];
    if (at == second_count) second_count++;
    pthread_mutex_unlock(&lock);
    listed[listed_count++] = (cl_platform_id)(void *)&seconds[at];
  }
  if (needed) *needed = listed_count;
  for (cl_uint i = 0; platforms && i < most && i < listed_count; i++) platforms[i] = listed[i];
  return CL_SUCCESS;
}

static cl_int CL_API_CALL platform_info(
    cl_platform_id platform, cl_platform_info name, size_t size, void *value, size_t *needed) {
  if ((long)name == number("FAULTS_PLATFORM_QUERY", 0) && is_faulty_platform(platform)) return CL_OUT_OF_HOST_MEMORY;
  return driver->clGetPlatformInfo(real_platform(platform), name, size, value, needed);
}

// The device's handle of our own, as the same platform lists it, or its platform's second.
static cl_device_id twin_of(cl_device_id device, cl_platform_id platform) {
  pthread_mutex_lock(&lock);
  int at = 0;
  while (at < twin_count && (twins[at].device != device || twins[at].platform != platform)) at++;
  if (at < MOST_TWINS) {
    twins[at] = (struct twin){&table, device, platform};
    if (at == twin_count) twin_count++;
  }
  pthread_mutex_unlock(&lock);
  return at < MOST_TWINS ? (cl_device_id)(void *)&twins[at] : device;
}

static cl_int CL_API_CALL device_info(cl_device_id, cl_device_info, size_t, void *, size_t *);

static cl_int CL_API_CALL device_ids(
    cl_platform_id platform, cl_device_type type, cl_uint most, cl_device_id *devices, cl_uint *needed) {
  const int is_second = real_platform(platform) != platform, faulty = is_faulty_platform(platform);
  const int has_twins = faulty && (has_twins_without_faults() || is("FAULTS_TWIN", "device"));
  const long failure = number("FAULTS_DEVICE_LIST", 0);
  cl_device_id found[MOST_TWINS / 2], listed[MOST_TWINS];
  cl_uint count = 0, listed_count = 0, taken = 0;
  if (failure && faulty) return (cl_int)failure;
  const cl_int code =
      driver->clGetDeviceIDs(real_platform(platform), CL_DEVICE_TYPE_ALL, MOST_TWINS / 2, found, &count);
  if (code != CL_SUCCESS) return code;
  for (cl_uint i = 0; i < count && i < MOST_TWINS / 2; i++) {
    listed[listed_count++] = is_second ? twin_of(found[i], platform) : found[i];
    if (has_twins) listed[listed_count++] = twin_of(found[i], platform);
  }
  for (cl_uint i = 0; i < listed_count; i++) {
    cl_device_type own = 0;
    device_info(listed[i], CL_DEVICE_TYPE, sizeof own, &own, NULL);
    if (type != CL_DEVICE_TYPE_ALL && !(type & own) && !(type & CL_DEVICE_TYPE_DEFAULT && i == 0)) continue;
    if (devices && taken < most) devices[taken] = listed[i];
    taken++;
  }
  if (needed) *needed = taken;
  return taken ? CL_SUCCESS : CL_DEVICE_NOT_FOUND;
}

// The driver's list of extensions, or the one that is told, with what the faults add to it and take from it.
static void list_extensions(cl_device_id device, int faulty, char *list, size_t size) {
  const char *told = faulty ? text_of("FAULTS_EXTENSIONS") : NULL;
  const char *missing = "cl_khr_byte_addressable_store";
  char own[8192] = "";
  driver->clGetDeviceInfo(real_device(device), CL_DEVICE_EXTENSIONS, sizeof own, own, NULL);
  snprintf(list, size, "%s%s", told ? told : own, text_of("FAULTS_TWIN") ? " cl_khr_device_uuid" : "");
  char *at = faulty && number("FAULTS_NO_BYTE_STORES", 0) ? strstr(list, missing) : NULL;
  if (at) memmove(at, at + strlen(missing), strlen(at + strlen(missing)) + 1);
}

static cl_int faulty_device_info(cl_device_id device, cl_device_info name, size_t size, void *value, size_t *needed) {
  const char *text = NULL, *variable = NULL;
  switch (name) {
  case CL_DEVICE_NAME: text = text_of("FAULTS_NAME"); break;
  case CL_DEVICE_VENDOR: text = text_of("FAULTS_VENDOR"); break;
  case CL_DEVICE_VERSION: text = text_of("FAULTS_VERSION"); break;
  case CL_DRIVER_VERSION: text = text_of("FAULTS_DRIVER"); break;
  case CL_DEVICE_MAX_COMPUTE_UNITS: variable = "FAULTS_UNITS"; break;
  case CL_DEVICE_LOCAL_MEM_SIZE: variable = "FAULTS_LOCAL_MEMORY"; break;
  case CL_DEVICE_MAX_WORK_GROUP_SIZE: variable = "FAULTS_GROUP"; break;
  case CL_DEVICE_MAX_WORK_ITEM_SIZES: variable = "FAULTS_ITEMS"; break;
  case CL_DEVICE_HOST_UNIFIED_MEMORY: variable = text_of("FAULTS_UNIFIED") ? "FAULTS_UNIFIED" : "FAULTS_GPU"; break;
  case CL_DEVICE_GLOBAL_MEM_SIZE:
  case CL_DEVICE_MAX_MEM_ALLOC_SIZE: variable = "FAULTS_MEMORY"; break;
  }
  if (text) return answer(text, strlen(text) + 1, size, value, needed);
  if (name == CL_DEVICE_TYPE && number("FAULTS_GPU", 0)) {
    const cl_device_type type = CL_DEVICE_TYPE_GPU;
    return answer(&type, sizeof type, size, value, needed);
  }
  if (!variable || !number(variable, 0)) {
    const cl_bool no = CL_FALSE;
    if (name == CL_DEVICE_HOST_UNIFIED_MEMORY && variable && text_of(variable))
      return answer(&no, sizeof no, size, value, needed);
    return driver->clGetDeviceInfo(real_device(device), name, size, value, needed);
  }
  const long told = number(variable, 0);
  const size_t items[3] = {(size_t)told, (size_t)told, (size_t)told};
  const cl_ulong bytes = (cl_ulong)told;
  const cl_uint units = (cl_uint)told;
  const cl_bool unified = text_of("FAULTS_UNIFIED") ? CL_TRUE : CL_FALSE;
  switch (name) {
  case CL_DEVICE_MAX_WORK_ITEM_SIZES: return answer(items, sizeof items, size, value, needed);
  case CL_DEVICE_MAX_WORK_GROUP_SIZE: return answer(items, sizeof items[0], size, value, needed);
  case CL_DEVICE_MAX_COMPUTE_UNITS: return answer(&units, sizeof units, size, value, needed);
  case CL_DEVICE_HOST_UNIFIED_MEMORY: return answer(&unified, sizeof unified, size, value, needed);
  default: return answer(&bytes, sizeof bytes, size, value, needed);
  }
}

static cl_int CL_API_CALL device_info(
    cl_device_id device, cl_device_info name, size_t size, void *value, size_t *needed) {
  const int faulty = is_faulty(device);
  const struct twin *twin = twin_at(device);
  if (faulty && (long)name == number("FAULTS_DEVICE_QUERY", 0)) return CL_OUT_OF_HOST_MEMORY;
  if (name == CL_DEVICE_PLATFORM && twin) return answer(&twin->platform, sizeof twin->platform, size, value, needed);
  if (name == CL_DEVICE_EXTENSIONS) {
    char list[8192];
    list_extensions(device, faulty, list, sizeof list);
    return answer(list, strlen(list) + 1, size, value, needed);
  }
  if (name == CL_DEVICE_UUID_KHR && text_of("FAULTS_TWIN")) {
    char uuid[256] = "";
    driver->clGetDeviceInfo(real_device(device), CL_DEVICE_NAME, sizeof uuid, uuid, NULL);
    uuid[CL_UUID_SIZE_KHR - 1] = faulty ? 1 : 2;
    return answer(uuid, CL_UUID_SIZE_KHR, size, value, needed);
  }
  if (faulty) return faulty_device_info(device, name, size, value, needed);
  if (twin && is("FAULTS_TWIN", "gpu")) {
    const cl_device_type type = CL_DEVICE_TYPE_GPU;
    const cl_bool unified = CL_FALSE;
    if (name == CL_DEVICE_TYPE) return answer(&type, sizeof type, size, value, needed);
    if (name == CL_DEVICE_HOST_UNIFIED_MEMORY) return answer(&unified, sizeof unified, size, value, needed);
  }
  return driver->clGetDeviceInfo(real_device(device), name, size, value, needed);
}

static cl_int CL_API_CALL retain_device(cl_device_id device) { return driver->clRetainDevice(real_device(device)); }
static cl_int CL_API_CALL release_device(cl_device_id device) { return driver->clReleaseDevice(real_device(device)); }

// Contexts, queues and memory.

static size_t used;
static long launches, lost_contexts;
static int is_lost;

static cl_context CL_API_CALL create_context(
    const cl_context_properties *properties, cl_uint count, const cl_device_id *devices,
    void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *data, cl_int *code) {
  cl_device_id real[MOST_TWINS];
  if (count > MOST_TWINS) count = MOST_TWINS;
  int faulty = 0;
  for (cl_uint i = 0; i < count; i++) {
    real[i] = real_device(devices[i]);
    faulty |= is_faulty(devices[i]);
  }
  if (is_lost && faulty) {
    is_lost = 0;
    launches = 0;
    lost_contexts++;
  }
  cl_context context = driver->clCreateContext(properties, count, real, notify, data, code);
  if (context) keep(context, (struct object){.faulty = faulty});
  return context;
}

static cl_command_queue CL_API_CALL create_queue(
    cl_context context, cl_device_id device, cl_command_queue_properties properties, cl_int *code) {
  return driver->clCreateCommandQueue(context, real_device(device), properties, code);
}

static cl_command_queue CL_API_CALL create_queue_with_properties(
    cl_context context, cl_device_id device, const cl_queue_properties *properties, cl_int *code) {
  return driver->clCreateCommandQueueWithProperties(context, real_device(device), properties, code);
}

static cl_int CL_API_CALL release_buffer(cl_mem buffer) {
  struct object *object = find(buffer);
  if (object) {
    pthread_mutex_lock(&lock);
    used -= object->size;
    *object = (struct object){0};
    pthread_mutex_unlock(&lock);
  }
  return driver->clReleaseMemObject(buffer);
}

static cl_mem CL_API_CALL create_buffer(cl_context context, cl_mem_flags flags, size_t size, void *host, cl_int *code) {
  if (!is_faulty_context(context)) return driver->clCreateBuffer(context, flags, size, host, code);
  const long memory = number("FAULTS_MEMORY", 0);
  if (memory && !number("FAULTS_LATE_MEMORY", 0) && used + size > (size_t)memory) {
    if (code) *code = CL_MEM_OBJECT_ALLOCATION_FAILURE;
    return NULL;
  }
  cl_mem buffer = driver->clCreateBuffer(context, flags, size, host, code);
  if (buffer) {
    keep(buffer, (struct object){.size = size});
    pthread_mutex_lock(&lock);
    used += size;
    pthread_mutex_unlock(&lock);
  }
  return buffer;
}

// Launches.

static int is_named(cl_kernel kernel, const char *variable) {
  const char *wanted = text_of(variable);
  char name[128] = "";
  if (!wanted) return 0;
  driver->clGetKernelInfo(kernel, CL_KERNEL_FUNCTION_NAME, sizeof name, name, NULL);
  return !strcmp(name, wanted);
}

// The limit of a kernel's work-groups, as FAULTS_KERNEL_GROUP says; 0 where it has none of its own.
static size_t kernel_group(cl_kernel kernel) {
  const char *part = text_of("FAULTS_KERNEL_GROUP_WITH");
  if (text_of("FAULTS_KERNEL_GROUP_OF") && !is_named(kernel, "FAULTS_KERNEL_GROUP_OF")) return 0;
  if (part) {
    cl_program program = NULL;
    driver->clGetKernelInfo(kernel, CL_KERNEL_PROGRAM, sizeof program, &program, NULL);
    const struct object *object = find(program);
    if (!object || !object->options || !strstr(object->options, part)) return 0;
  }
  return (size_t)number("FAULTS_KERNEL_GROUP", 0);
}

static cl_int CL_API_CALL kernel_group_info(
    cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info name, size_t size, void *value, size_t *needed) {
  cl_device_id real = real_device(device);
  cl_context context = NULL;
  driver->clGetKernelInfo(kernel, CL_KERNEL_CONTEXT, sizeof context, &context, NULL);
  if (name != CL_KERNEL_WORK_GROUP_SIZE || !is_faulty_context(context))
    return driver->clGetKernelWorkGroupInfo(kernel, real, name, size, value, needed);
  size_t most = 0;
  const cl_int code = driver->clGetKernelWorkGroupInfo(kernel, real, name, sizeof most, &most, NULL);
  if (code != CL_SUCCESS) return code;
  const size_t limits[2] = {
      (size_t)number("FAULTS_GROUP", 0), number("FAULTS_KERNEL_GROUP_TOLD", 0) ? kernel_group(kernel) : 0};
  for (int i = 0; i < 2; i++)
    if (limits[i] && limits[i] < most) most = limits[i];
  return answer(&most, sizeof most, size, value, needed);
}

static cl_int CL_API_CALL kernel_subgroup_info(
    cl_kernel kernel, cl_device_id device, cl_kernel_sub_group_info name, size_t in_size, const void *in, size_t size,
    void *value, size_t *needed) {
  return driver->clGetKernelSubGroupInfo(kernel, real_device(device), name, in_size, in, size, value, needed);
}

// What a device with these limits returns for a launch.
static cl_int limits(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *local) {
  const size_t group = (size_t)number("FAULTS_GROUP", 0), along = (size_t)number("FAULTS_ITEMS", 0);
  const size_t own = kernel_group(kernel);
  size_t items = 1;
  for (cl_uint i = 0; local && i < dimensions; i++) {
    if (along && local[i] > along) return CL_INVALID_WORK_ITEM_SIZE;
    items *= local[i];
  }
  if (group && items > group) return CL_INVALID_WORK_GROUP_SIZE;
  if (own && (long)items > (long)own) return (cl_int)number("FAULTS_KERNEL_GROUP_CODE", CL_INVALID_WORK_GROUP_SIZE);
  const cl_ulong memory = (cl_ulong)number("FAULTS_LOCAL_MEMORY", 0);
  if (memory) {
    cl_device_id device = NULL;
    cl_ulong needed = 0;
    driver->clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, sizeof device, &device, NULL);
    driver->clGetKernelWorkGroupInfo(kernel, device, CL_KERNEL_LOCAL_MEM_SIZE, sizeof needed, &needed, NULL);
    if (needed > memory) return CL_OUT_OF_RESOURCES;
  }
  return CL_SUCCESS;
}

static cl_int CL_API_CALL launch(
    cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset, const size_t *global,
    const size_t *local, cl_uint count, const cl_event *events, cl_event *event) {
  if (is_faulty_queue(queue)) {
    const long memory = number("FAULTS_MEMORY", 0), lost_after = number("FAULTS_LOST_AFTER", -1);
    if (memory && used > (size_t)memory) return CL_MEM_OBJECT_ALLOCATION_FAILURE;
    if (is_named(kernel, "FAULTS_REFUSED")) return CL_MEM_OBJECT_ALLOCATION_FAILURE;
    if (lost_after >= 0 && lost_contexts < number("FAULTS_LOST_CONTEXTS", 1) && ++launches > lost_after) is_lost = 1;
    if (is_lost) return CL_OUT_OF_RESOURCES;
    const cl_int code = limits(queue, kernel, dimensions, local);
    if (code != CL_SUCCESS) return code;
  }
  return driver->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local, count, events, event);
}

static cl_int CL_API_CALL finish(cl_command_queue queue) {
  const cl_int code = driver->clFinish(queue);
  return is_lost && is_faulty_queue(queue) ? CL_OUT_OF_RESOURCES : code;
}

// Programs.

static size_t length_of(const char *string, const size_t *lengths, cl_uint i) {
  return lengths && lengths[i] ? lengths[i] : strlen(string);
}

static cl_program CL_API_CALL create_program(
    cl_context context, cl_uint count, const char **strings, const size_t *lengths, cl_int *code) {
  const int faulty = is_faulty_context(context);
  const char *kernel = faulty ? text_of("FAULTS_MISCOMPILE") : NULL;
  const long above = number("FAULTS_MISCOMPILE_ABOVE", 0);
  size_t size = 1;
  for (cl_uint i = 0; i < count; i++) size += length_of(strings[i], lengths, i);
  char *text = calloc(size, 1);
  for (cl_uint i = 0; i < count; i++) strncat(text, strings[i], length_of(strings[i], lengths, i));
  const char *test = text_of("FAULTS_MISCOMPILE_IF");
  char definition[128] = "", fault[512] = "";
  if (kernel) snprintf(definition, sizeof definition, "void %s(", kernel);
  if (kernel && strstr(text, definition))
    snprintf(
        fault, sizeof fault,
        "#if %s\n#undef fma\n#define fma(a, b, c) ((a) * (b) + (c) * "
        "(get_local_size(0) * get_local_size(1) * get_local_size(2) > %ld ? 0.99f : 1.0f))\n#endif\n",
        test ? test : "1", above);
  const char *parts[2] = {fault, text};
  cl_program program = driver->clCreateProgramWithSource(context, 2, parts, NULL, code);
  if (program) keep(program, (struct object){.faulty = faulty, .source = text});
  else free(text);
  return program;
}

static cl_program CL_API_CALL create_program_with_binary(
    cl_context context, cl_uint count, const cl_device_id *devices, const size_t *lengths,
    const unsigned char **binaries, cl_int *status, cl_int *code) {
  cl_device_id real[MOST_TWINS];
  if (count > MOST_TWINS) count = MOST_TWINS;
  for (cl_uint i = 0; i < count; i++) real[i] = real_device(devices[i]);
  cl_program program = driver->clCreateProgramWithBinary(context, count, real, lengths, binaries, status, code);
  if (program) keep(program, (struct object){.faulty = is_faulty_context(context)});
  return program;
}

static cl_int CL_API_CALL release_program(cl_program program) {
  struct object *object = find(program);
  cl_uint count = 0;
  driver->clGetProgramInfo(program, CL_PROGRAM_REFERENCE_COUNT, sizeof count, &count, NULL);
  if (object && count == 1) {
    pthread_mutex_lock(&lock);
    free(object->source);
    free(object->options);
    *object = (struct object){0};
    pthread_mutex_unlock(&lock);
  }
  return driver->clReleaseProgram(program);
}

static int holds(const struct object *program, const char *options, const char *variable) {
  const char *text = text_of(variable);
  return text && ((program->source && strstr(program->source, text)) || (options && strstr(options, text)));
}

// Whether a program has pointers through which it could store 8 or 16 bits.
static int stores_bytes(const struct object *program) {
  const char *const types[4] = {"__global uchar *", "__global char *", "__global ushort *", "__global short *"};
  for (int i = 0; i < 4; i++)
    if (program->source && strstr(program->source, types[i])) return 1;
  return 0;
}

// Whether this process is among the first FAULTS_BUILD_PROCESSES that come to a program with a fault.
static int is_counted(void) {
  static long before = -1;
  const char *file = text_of("FAULTS_BUILD_COUNTER");
  pthread_mutex_lock(&lock);
  if (before < 0) {
    struct stat status = {0};
    const int descriptor = file ? open(file, O_WRONLY | O_APPEND | O_CREAT, 0666) : -1;
    if (descriptor >= 0 && write(descriptor, "x", 1) == 1) fstat(descriptor, &status);
    if (descriptor >= 0) close(descriptor);
    before = status.st_size > 0 ? status.st_size - 1 : 0;
  }
  pthread_mutex_unlock(&lock);
  return before < number("FAULTS_BUILD_PROCESSES", before + 1);
}

static cl_int CL_API_CALL build(
    cl_program program, cl_uint count, const cl_device_id *devices, const char *options,
    void(CL_CALLBACK *notify)(cl_program, void *), void *data) {
  struct object *object = find(program);
  if (object && !object->options && options) object->options = strdup(options);
  if (object && object->faulty) {
    if (number("FAULTS_NO_BYTE_STORES", 0) && stores_bytes(object)) object->failed = 1;
    if (holds(object, options, "FAULTS_BUILD_FAILS") && is_counted()) object->failed = 1;
    if (object->failed) return CL_BUILD_PROGRAM_FAILURE;
    if (holds(object, options, "FAULTS_BUILD_ABORTS") && is_counted()) abort();
    if (holds(object, options, "FAULTS_BUILD_EXITS") && is_counted()) exit(8);
    if (holds(object, options, "FAULTS_BUILD_HANGS") && is_counted())
      for (;;) pause();
  }
  cl_device_id real[MOST_TWINS];
  if (count > MOST_TWINS) count = MOST_TWINS;
  for (cl_uint i = 0; devices && i < count; i++) real[i] = real_device(devices[i]);
  return driver->clBuildProgram(program, count, devices ? real : NULL, options, notify, data);
}

static cl_int CL_API_CALL build_info(
    cl_program program, cl_device_id device, cl_program_build_info name, size_t size, void *value, size_t *needed) {
  const struct object *object = find(program);
  if (object && object->failed && name == CL_PROGRAM_BUILD_LOG) {
    char log[8192] = "";
    size_t length = 0;
    for (int line = 1; line <= 100; line++)
      length += (size_t)snprintf(log + length, sizeof log - length, "<source>:%d: error: this compiler fails\n", line);
    return answer(log, length + 1, size, value, needed);
  }
  if (object && object->failed && name == CL_PROGRAM_BUILD_STATUS) {
    const cl_build_status status = CL_BUILD_ERROR;
    return answer(&status, sizeof status, size, value, needed);
  }
  return driver->clGetProgramBuildInfo(program, real_device(device), name, size, value, needed);
}

static void replace_functions(void) {
  table.clGetPlatformIDs = platform_ids;
  table.clGetPlatformInfo = platform_info;
  table.clGetDeviceIDs = device_ids;
  table.clGetDeviceInfo = device_info;
  table.clRetainDevice = retain_device;
  table.clReleaseDevice = release_device;
  table.clCreateContext = create_context;
  table.clCreateCommandQueue = create_queue;
  table.clCreateCommandQueueWithProperties = create_queue_with_properties;
  table.clCreateBuffer = create_buffer;
  table.clReleaseMemObject = release_buffer;
  table.clGetKernelWorkGroupInfo = kernel_group_info;
  table.clGetKernelSubGroupInfo = kernel_subgroup_info;
  table.clEnqueueNDRangeKernel = launch;
  table.clFinish = finish;
  table.clCreateProgramWithSource = create_program;
  table.clCreateProgramWithBinary = create_program_with_binary;
  table.clReleaseProgram = release_program;
  table.clBuildProgram = build;
  table.clGetProgramBuildInfo = build_info;
}
