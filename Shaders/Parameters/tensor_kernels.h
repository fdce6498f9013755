// Push constants of the tensor kernels. Offsets are in elements from the start of a binding.
#ifndef REPRISE_TENSOR_KERNELS_H
#define REPRISE_TENSOR_KERNELS_H
#include "types.h"

struct MatrixProductParameters {
  uint rows, columns, depth;
  uint parts, lengthOfPart;  // of depth, or of the terms of a sum; parts are the fastest along z, then products
  uint aOffset, aRow, aColumn;
  uint bOffset, bRow, bColumn;
  uint cOffset, cRow, cColumn, cPart;
  uint sideOffset, sideRow, sideColumn;  // of what is added, or of an activation's result
  uint rowsOfGroup;
  uint inner;  // products along the inner of two batch axes
  uint aInner, bInner, cInner, sideInner;
  uint aOuter, bOuter, cOuter, sideOuter;
  uint terms, aTerm, bTerm;  // products that are added up
};

struct ColumnsParameters {
  uint channels, height, width;  // of x, all groups'
  uint outWidth;
  uint first, pixels, pitch;  // pixels of y, and elements from one tap's to the next's
  int padY, padX;
  uint dilationY, dilationX;
  uint xOffset, columnsOffset;
};

struct DepthwiseParameters {
  uint images;
  uint inputs, height, width;         // channels of a group of x
  uint outputs, outHeight, outWidth;  // channels of a group of y
  uint groups;
  uint tilesDown, tilesAcross;  // of an image of y
  uint tilesOfGroup;            // that a workgroup computes
  uint xOffset, weightOffset, biasOffset, yOffset;
};

struct PoolParameters {
  uint count;                                // elements that are computed
  uint height, width, outHeight, outWidth;  // pictures of x and of y
  uint kernelY, kernelX, strideY, strideX, padY, padX, dilationY, dilationX;
  uint xOffset, yOffset, indexOffset;
};

struct RowsParameters {
  uint rows, columns;
  uint inputOffset, secondOffset, outputOffset;
};

struct MinibatchParameters {
  uint count, batch;
  uint cursorOffset, seedOffset, outputOffset;
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
