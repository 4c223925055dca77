// concat: copies one input of a concat to its channels of the result, the first of which lies at out_at.x.
//
// Views are planar (see planar.cl), their elements stored as storage.cl says. One work-item copies one element.
__kernel void concat(
    __global const element *restrict in, const ulong2 in_at, const int4 shape,
    __global element *restrict out, const ulong2 out_at) {
  if (!has_element(shape)) return;
  out[index_of_element(out_at, shape)] = in[index_of_element(in_at, shape)];
}
