// What every layer of these is: the loader's table with some functions replaced, which call the driver's.
#ifndef U2CL_LAYER_H
#define U2CL_LAYER_H

#include <CL/cl.h>
#include <CL/cl_icd.h>
#include <CL/cl_layer.h>
#include <string.h>

static struct _cl_icd_dispatch table;
static const struct _cl_icd_dispatch *driver;

// Puts the layer's functions into the table. Each layer has its own.
static void replace_functions(void);

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
  replace_functions();
  *layer_entries = sizeof table / sizeof(void *);
  *layer = &table;
  return CL_SUCCESS;
}

#endif
