// The OpenCL loader, libOpenCL.so.1, opened when its first function is called rather than when the program starts.
#ifndef U2CL_COPENCL_LOADER_H
#define U2CL_COPENCL_LOADER_H

// Why the loader cannot be opened, in one line; a null pointer if it is open. This function opens it.
const char *u2cl_opencl_problem(void);

#endif
