// floats_to_halves, halves_to_floats: convert blocked activations where a block of the network keeps float32 among
// others that store halves. OpenCL C needs no extension for that; see storage.cl.
//
// Views are blocked: element i of image n lies at at.x + n * at.y + i. One work-item converts four elements.
__kernel void floats_to_halves(
    __global const float *restrict in, const ulong2 in_at, const int4 shape,
    __global ushort *restrict out, const ulong2 out_at) {
  const ulong i = get_global_id(0);  // 0 ..< channels * height * width / 4
  const ulong image = get_global_id(1);
  if (i >= (ulong)shape.y * shape.z * shape.w / 4 || image >= (ulong)shape.x) return;
  const float4 values = vload4(i, in + in_at.x + image * in_at.y);
  vstorea_half4(values, i, (__global half *)(out + out_at.x + image * out_at.y));
}

__kernel void halves_to_floats(
    __global const ushort *restrict in, const ulong2 in_at, const int4 shape,
    __global float *restrict out, const ulong2 out_at) {
  const ulong i = get_global_id(0);  // 0 ..< channels * height * width / 4
  const ulong image = get_global_id(1);
  if (i >= (ulong)shape.y * shape.z * shape.w / 4 || image >= (ulong)shape.x) return;
  const float4 values = vloada_half4(i, (__global const half *)(in + in_at.x + image * in_at.y));
  vstore4(values, i, out + out_at.x + image * out_at.y);
}
