// planar: the element of a planar view that a work-item computes, where there is a work-item for each element:
// dimension 0 runs over the pixels of a plane, dimension 1 over the planes (batch * channels).
//
// A view begins at element at.x of a buffer, and its images lie at.y elements apart. `shape` is batch, channels,
// height, width.

// Whether the work-item has an element at all: work-groups reach beyond the last one.
static inline int has_element(const int4 shape) {
  return get_global_id(0) < (ulong)shape.z * shape.w && (int)get_global_id(1) < shape.x * shape.y;
}

// The channel of the work-item's element.
static inline int channel_of_element(const int4 shape) { return (int)get_global_id(1) % shape.y; }

// The index of the work-item's element in a view's buffer.
static inline ulong index_of_element(const ulong2 at, const int4 shape) {
  const ulong pixels = (ulong)shape.z * shape.w;
  const int image = (int)get_global_id(1) / shape.y;
  return at.x + image * at.y + channel_of_element(shape) * pixels + get_global_id(0);
}
