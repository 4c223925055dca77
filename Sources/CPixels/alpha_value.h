// The value of a matte for an estimated alpha: alphas within `haze` of 0 or 1 become 0 or 65535, and the rest is
// stretched.
#ifndef U2CL_ALPHA_VALUE_H
#define U2CL_ALPHA_VALUE_H

#include <stdint.h>

static inline __attribute__((always_inline)) uint16_t alpha_value(float alpha, float haze) {
  const float stretched = (alpha - haze) * (1 / (1 - 2 * haze));
  return (uint16_t)(int32_t)((stretched < 0 ? 0 : stretched > 1 ? 1 : stretched) * 65535 + 0.5f);
}

#endif
