import Glibc
import Reprise

/// How far each of n points is from each of m centers, squared: d[i, j] = Σₖ (x[i, k] − c[j, k])².
///
/// The kernel is GLSL that reads its inputs and writes its result by name. Its gradient is made of tensors,
///
///     ∂x[i] = 2 Σⱼ g[i, j] (x[i] − c[j])      ∂c[j] = 2 Σᵢ g[i, j] (c[j] − x[i])
///
/// so that it has gradients itself.
let squaredDistances = CustomKernel(
  "squared_distances", inputs: ["x", "c"], output: "d",
  gradient: { application in
    let (x, c, g) = (application.inputs[0], application.inputs[1], application.gradient)
    return [
      2 * (g.sum(axes: [1], keepDimensions: true) * x - g.matmul(c)),
      2 * (g.sum(axes: [0]).unsqueezeLast() * c - g.transposed().matmul(x)),
    ]
  }
) {
  """
  void main() {
    if (lane() >= d_count) return;
    uint i = lane() / d_size(1), j = lane() % d_size(1);
    float sum = 0.0;
    for (uint k = 0u; k < x_size(1); k++) {
      float difference = x(i * x_size(1) + k) - c(j * x_size(1) + k);
      sum += difference * difference;
    }
    d(lane()) = sum;
  }
  """
}

/// exp(−x), as an expression: it is fused with the operations around it.
let bump = CustomElementwise(
  "bump", operands: ["x"], glsl: "exp(-x)", gradient: { [-1 * $0.gradient * $0.output] },
  reference: { exp(-$0[0]) })

/// The same of tensors [n, k] and [m, k].
func distances(_ x: Tensor, _ c: Tensor) -> Tensor {
  squaredDistances([x, c], TensorType([x.shape[0], c.shape[0]]))
}
