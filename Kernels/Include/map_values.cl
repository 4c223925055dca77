// map_value: a value of a saliency map in 0 … 1, by the map's form: STRETCHED_MAP is stretched from its least to its
// greatest value, PROBABILITY_MAP is taken as it is, and LOGIT_MAP goes through a sigmoid. NaN becomes 0, and so does
// every value of a map that cannot be stretched.
#define STRETCHED_MAP 0
#define PROBABILITY_MAP 1
#define LOGIT_MAP 2

float map_value(const float value, const int form, const float least, const float greatest) {
  if (isnan(value)) return 0.0f;
  if (form == PROBABILITY_MAP) return clamp(value, 0.0f, 1.0f);
  if (form == LOGIT_MAP) return 1.0f / (1.0f + exp(-value));
  const float width = greatest - least;
  return !(width > 0.0f) || isinf(width) ? 0.0f : clamp((value - least) / width, 0.0f, 1.0f);
}
