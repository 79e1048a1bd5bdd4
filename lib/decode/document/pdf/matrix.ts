/** Six numbers as PDF writes a transformation (ISO 32000-2, 8.3.3): a row vector is multiplied from the left. */
export type Matrix = readonly [number, number, number, number, number, number]

export const identity: Matrix = [1, 0, 0, 1, 0, 0]

export const product = (x: Matrix, y: Matrix): Matrix => [
  x[0] * y[0] + x[1] * y[2],
  x[0] * y[1] + x[1] * y[3],
  x[2] * y[0] + x[3] * y[2],
  x[2] * y[1] + x[3] * y[3],
  x[4] * y[0] + x[5] * y[2] + y[4],
  x[4] * y[1] + x[5] * y[3] + y[5],
]

export const moved = (matrix: Matrix, x: number, y: number): Matrix => product([1, 0, 0, 1, x, y], matrix)
