// Sine and cosine to a float's precision on every device: Vulkan lets a driver's own be off by 5e-4.
// Reduction to ±pi/4 in two steps (Cody and Waite 1980), then the polynomials of Cephes' sinf and cosf; good for |x| < 8192.
#ifndef REPRISE_TRIGONOMETRY_GLSL
#define REPRISE_TRIGONOMETRY_GLSL

void sineAndCosine(float x, out float sine, out float cosine) {
  float quarter = round(x * 0.63661977236758);
  float r = fma(quarter, -1.5703125, x);
  r = fma(quarter, -4.83751296997e-4, r);
  r = fma(quarter, -7.5497899548918e-8, r);
  float y = r * r;
  float s = fma(r * y, fma(y, fma(y, -1.9515295891e-4, 8.3321608736e-3), -1.6666654611e-1), r);
  float c = fma(y * y, fma(y, fma(y, 2.443315711809948e-5, -1.388731625493765e-3), 4.166664568298827e-2), fma(y, -0.5, 1.0));
  int turns = int(quarter);
  bool swapped = (turns & 1) != 0;
  sine = swapped ? c : s;
  cosine = swapped ? s : c;
  if ((turns & 2) != 0) sine = -sine;
  if (((turns + 1) & 2) != 0) cosine = -cosine;
}

#endif
