// The OpenCL C API at version 1.2: what every driver in use offers. Newer entry points are looked up at run time.
#ifndef U2CL_COPENCL_SHIM_H
#define U2CL_COPENCL_SHIM_H
#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#include <CL/cl.h>
#include <CL/cl_ext.h>
#endif
