// floats_to_elements, elements_to_floats: copy planar values from float32 to the format that storage.cl chooses, and
// back. For networks whose planar activations are stored in another precision than their input and outputs.
//
// Views are planar (see planar.cl). One work-item converts one element.
__kernel void floats_to_elements(
    __global const float *restrict in, const ulong2 in_at, const int4 shape,
    __global element *restrict out, const ulong2 out_at) {
  if (!has_element(shape)) return;
  store_element(in[index_of_element(in_at, shape)], out, index_of_element(out_at, shape));
}

__kernel void elements_to_floats(
    __global const element *restrict in, const ulong2 in_at, const int4 shape,
    __global float *restrict out, const ulong2 out_at) {
  if (!has_element(shape)) return;
  out[index_of_element(out_at, shape)] = load_element(in, index_of_element(in_at, shape));
}
