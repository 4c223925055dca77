// The OpenCL functions that u2cl calls, each of which looks itself up in libOpenCL.so.1.
//
// A program that is linked with these functions starts where there is no OpenCL; there is no platform then. A function
// that is missing here is an unresolved symbol when the library is linked with -z defs and without -lOpenCL.
#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#include "COpenCLLoader.h"

#include <CL/cl.h>
#include <CL/cl_ext.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void *loader;
static char problem[512];

static void open_loader(void) {
  static const char *const names[] = {"libOpenCL.so.1", "libOpenCL.so"};
  for (unsigned i = 0; i < sizeof names / sizeof *names && !loader; i++) {
    loader = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!loader && i == 0) {
      const char *reason = dlerror();
      snprintf(problem, sizeof problem,
               "OpenCL's loader cannot be opened (%s); install it (Debian: ocl-icd-libopencl1)",
               reason ? reason : names[i]);
    }
  }
}

const char *u2cl_opencl_problem(void) {
  pthread_once(&once, open_loader);
  return loader ? NULL : problem;
}

static void *function(const char *name) {
  pthread_once(&once, open_loader);
  return loader ? dlsym(loader, name) : NULL;
}

// A function of the type of its own declaration that calls the loader's, or else returns a value for its absence.
#define FORWARD(result, name, parameters, arguments, absent)                       \
  result CL_API_CALL name parameters {                                             \
    static __typeof__(name) *_Atomic found;                                        \
    __typeof__(name) *call = found;                                                \
    if (!call) found = call = (__typeof__(name) *)function(#name);                 \
    if (!call) return absent;                                                      \
    return call arguments;                                                         \
  }

// For functions that return an object and write a status where the caller wants one.
#define MISSING (status ? (*status = CL_INVALID_OPERATION, NULL) : NULL)

FORWARD(cl_int, clBuildProgram, (cl_program program, cl_uint num_devices, const cl_device_id *device_list, const char
        *options, void (*notify)(cl_program program, void *user_data), void *user_data), (program, num_devices,
        device_list, options, notify, user_data), CL_INVALID_OPERATION)
FORWARD(cl_mem, clCreateBuffer, (cl_context context, cl_mem_flags flags, size_t size, void *host_ptr, cl_int *status),
        (context, flags, size, host_ptr, status), MISSING)
FORWARD(cl_command_queue, clCreateCommandQueue, (cl_context context, cl_device_id device, cl_command_queue_properties
        properties, cl_int *status), (context, device, properties, status), MISSING)
FORWARD(cl_context, clCreateContext, (const cl_context_properties *properties, cl_uint num_devices, const cl_device_id
        *devices, void (*notify)(const char *errinfo, const void *private_info, size_t cb, void *user_data), void
        *user_data, cl_int *status), (properties, num_devices, devices, notify, user_data, status), MISSING)
FORWARD(cl_kernel, clCreateKernel, (cl_program program, const char *kernel_name, cl_int *status), (program,
        kernel_name, status), MISSING)
FORWARD(cl_program, clCreateProgramWithBinary, (cl_context context, cl_uint num_devices, const cl_device_id
        *device_list, const size_t *lengths, const unsigned char **binaries, cl_int *binary_status, cl_int *status),
        (context, num_devices, device_list, lengths, binaries, binary_status, status), MISSING)
FORWARD(cl_program, clCreateProgramWithSource, (cl_context context, cl_uint count, const char **strings, const size_t
        *lengths, cl_int *status), (context, count, strings, lengths, status), MISSING)
FORWARD(cl_int, clEnqueueBarrierWithWaitList, (cl_command_queue command_queue, cl_uint num_events_in_wait_list, const
        cl_event *event_wait_list, cl_event *event), (command_queue, num_events_in_wait_list, event_wait_list, event),
        CL_INVALID_OPERATION)
FORWARD(cl_int, clEnqueueCopyBuffer, (cl_command_queue command_queue, cl_mem src_buffer, cl_mem dst_buffer, size_t
        src_offset, size_t dst_offset, size_t size, cl_uint num_events_in_wait_list, const cl_event *event_wait_list,
        cl_event *event), (command_queue, src_buffer, dst_buffer, src_offset, dst_offset, size,
        num_events_in_wait_list, event_wait_list, event), CL_INVALID_OPERATION)
FORWARD(cl_int, clEnqueueFillBuffer, (cl_command_queue command_queue, cl_mem buffer, const void *pattern, size_t
        pattern_size, size_t offset, size_t size, cl_uint num_events_in_wait_list, const cl_event *event_wait_list,
        cl_event *event), (command_queue, buffer, pattern, pattern_size, offset, size, num_events_in_wait_list,
        event_wait_list, event), CL_INVALID_OPERATION)
FORWARD(void *, clEnqueueMapBuffer, (cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_map, cl_map_flags
        map_flags, size_t offset, size_t size, cl_uint num_events_in_wait_list, const cl_event *event_wait_list,
        cl_event *event, cl_int *status), (command_queue, buffer, blocking_map, map_flags, offset, size,
        num_events_in_wait_list, event_wait_list, event, status), MISSING)
FORWARD(cl_int, clEnqueueMarkerWithWaitList, (cl_command_queue command_queue, cl_uint num_events_in_wait_list, const
        cl_event *event_wait_list, cl_event *event), (command_queue, num_events_in_wait_list, event_wait_list, event),
        CL_INVALID_OPERATION)
FORWARD(cl_int, clEnqueueNDRangeKernel, (cl_command_queue command_queue, cl_kernel kernel, cl_uint work_dim, const
        size_t *global_work_offset, const size_t *global_work_size, const size_t *local_work_size, cl_uint
        num_events_in_wait_list, const cl_event *event_wait_list, cl_event *event), (command_queue, kernel, work_dim,
        global_work_offset, global_work_size, local_work_size, num_events_in_wait_list, event_wait_list, event),
        CL_INVALID_OPERATION)
FORWARD(cl_int, clEnqueueReadBuffer, (cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_read, size_t
        offset, size_t size, void *ptr, cl_uint num_events_in_wait_list, const cl_event *event_wait_list, cl_event
        *event), (command_queue, buffer, blocking_read, offset, size, ptr, num_events_in_wait_list, event_wait_list,
        event), CL_INVALID_OPERATION)
FORWARD(cl_int, clEnqueueUnmapMemObject, (cl_command_queue command_queue, cl_mem memobj, void *mapped_ptr, cl_uint
        num_events_in_wait_list, const cl_event *event_wait_list, cl_event *event), (command_queue, memobj,
        mapped_ptr, num_events_in_wait_list, event_wait_list, event), CL_INVALID_OPERATION)
FORWARD(cl_int, clEnqueueWriteBuffer, (cl_command_queue command_queue, cl_mem buffer, cl_bool blocking_write, size_t
        offset, size_t size, const void *ptr, cl_uint num_events_in_wait_list, const cl_event *event_wait_list,
        cl_event *event), (command_queue, buffer, blocking_write, offset, size, ptr, num_events_in_wait_list,
        event_wait_list, event), CL_INVALID_OPERATION)
FORWARD(cl_int, clFinish, (cl_command_queue command_queue), (command_queue), CL_INVALID_OPERATION)
FORWARD(cl_int, clFlush, (cl_command_queue command_queue), (command_queue), CL_INVALID_OPERATION)
FORWARD(cl_int, clGetDeviceIDs, (cl_platform_id platform, cl_device_type device_type, cl_uint num_entries,
        cl_device_id *devices, cl_uint *num_devices), (platform, device_type, num_entries, devices, num_devices),
        CL_INVALID_OPERATION)
FORWARD(cl_int, clGetDeviceInfo, (cl_device_id device, cl_device_info param_name, size_t param_value_size, void
        *param_value, size_t *param_value_size_ret), (device, param_name, param_value_size, param_value,
        param_value_size_ret), CL_INVALID_OPERATION)
FORWARD(cl_int, clGetEventInfo, (cl_event event, cl_event_info param_name, size_t param_value_size, void *param_value,
        size_t *param_value_size_ret), (event, param_name, param_value_size, param_value, param_value_size_ret),
        CL_INVALID_OPERATION)
FORWARD(cl_int, clGetEventProfilingInfo, (cl_event event, cl_profiling_info param_name, size_t param_value_size, void
        *param_value, size_t *param_value_size_ret), (event, param_name, param_value_size, param_value,
        param_value_size_ret), CL_INVALID_OPERATION)
FORWARD(void *, clGetExtensionFunctionAddressForPlatform, (cl_platform_id platform, const char *func_name), (platform,
        func_name), NULL)
FORWARD(cl_int, clGetKernelInfo, (cl_kernel kernel, cl_kernel_info param_name, size_t param_value_size, void
        *param_value, size_t *param_value_size_ret), (kernel, param_name, param_value_size, param_value,
        param_value_size_ret), CL_INVALID_OPERATION)
FORWARD(cl_int, clGetKernelWorkGroupInfo, (cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info
        param_name, size_t param_value_size, void *param_value, size_t *param_value_size_ret), (kernel, device,
        param_name, param_value_size, param_value, param_value_size_ret), CL_INVALID_OPERATION)
FORWARD(cl_int, clGetPlatformIDs, (cl_uint num_entries, cl_platform_id *platforms, cl_uint *num_platforms),
        (num_entries, platforms, num_platforms), CL_PLATFORM_NOT_FOUND_KHR)
FORWARD(cl_int, clGetPlatformInfo, (cl_platform_id platform, cl_platform_info param_name, size_t param_value_size,
        void *param_value, size_t *param_value_size_ret), (platform, param_name, param_value_size, param_value,
        param_value_size_ret), CL_INVALID_OPERATION)
FORWARD(cl_int, clGetProgramBuildInfo, (cl_program program, cl_device_id device, cl_program_build_info param_name,
        size_t param_value_size, void *param_value, size_t *param_value_size_ret), (program, device, param_name,
        param_value_size, param_value, param_value_size_ret), CL_INVALID_OPERATION)
FORWARD(cl_int, clGetProgramInfo, (cl_program program, cl_program_info param_name, size_t param_value_size, void
        *param_value, size_t *param_value_size_ret), (program, param_name, param_value_size, param_value,
        param_value_size_ret), CL_INVALID_OPERATION)
FORWARD(cl_int, clReleaseCommandQueue, (cl_command_queue command_queue), (command_queue), CL_INVALID_OPERATION)
FORWARD(cl_int, clReleaseContext, (cl_context context), (context), CL_INVALID_OPERATION)
FORWARD(cl_int, clReleaseEvent, (cl_event event), (event), CL_INVALID_OPERATION)
FORWARD(cl_int, clReleaseKernel, (cl_kernel kernel), (kernel), CL_INVALID_OPERATION)
FORWARD(cl_int, clReleaseMemObject, (cl_mem memobj), (memobj), CL_INVALID_OPERATION)
FORWARD(cl_int, clReleaseProgram, (cl_program program), (program), CL_INVALID_OPERATION)
FORWARD(cl_int, clSetKernelArg, (cl_kernel kernel, cl_uint arg_index, size_t arg_size, const void *arg_value),
        (kernel, arg_index, arg_size, arg_value), CL_INVALID_OPERATION)
FORWARD(cl_int, clWaitForEvents, (cl_uint num_events, const cl_event *event_list), (num_events, event_list),
        CL_INVALID_OPERATION)
