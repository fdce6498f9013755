// Push constants of the tensor kernels. Offsets are in elements from the start of a binding.
#ifndef REPRISE_TENSOR_KERNELS_H
#define REPRISE_TENSOR_KERNELS_H
#include "types.h"

struct ReduceParameters {
  uint outer, reduced, inner;
  uint partLength;  // of `reduced`; parts lie along y
  uint inputOffset, outputOffset;
  float scale;
};

struct MatrixProductParameters {
  uint rows, columns, depth;
  uint depthOfPart;  // parts lie along z
  uint aOffset, aRow, aColumn;
  uint bOffset, bRow, bColumn;
  uint cOffset, cRow, cColumn;
  uint sideOffset, sideRow, sideColumn;  // of the bias, or of an activation's result
  uint rowsOfGroup;
};

struct MatrixPartsParameters {
  uint rows, columns, parts;
  uint cOffset, cRow, cColumn;
  uint sideOffset, sideRow, sideColumn;
};

struct RowsParameters {
  uint rows, columns;
  uint inputOffset, secondOffset, outputOffset;
};

struct MinibatchParameters {
  uint count, batch;
  uint seedLow, seedHigh;
  uint cursorOffset, outputOffset;
};

struct RingParameters {
  uint capacity, width;
  uint counterOffset, valueOffset;
};

struct ScatterStrides {
  uint offset, outer, axis, inner;
};
#ifdef __STDC__
typedef struct ScatterStrides ScatterStrides;
#endif

struct ScatterParameters {
  uint outer, size, inner;
  uint count;        // of sources in a line
  uint first, last;  // sources of this dispatch
  uint outputOffset;
  ScatterStrides keys, order, source, base;
};

struct SortParameters {
  uint rows, columns;
  uint chunk, chunks;  // elements that a lane walks along, and how many of those a row has
  uint shift;          // of the digit
  uint inputOffset, outputOffset;
};

struct ScanParameters {
  uint lines, count, inner;
  uint chunk, chunks;
  uint inputOffset, secondOffset, outputOffset;
};

struct ArgReduceParameters {
  uint outer, reduced, inner;
  uint partLength, parts;
  uint inputOffset, outputOffset;
};

#endif
