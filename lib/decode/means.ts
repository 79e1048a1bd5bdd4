/**
 * With what is decoded: `fast`, the best that this machine has, or `plain`, Node's documented streams and TypeScript, which a
 * second opinion uses: a fault of the one is not a fault of the other.
 */
export type Means = 'fast' | 'plain'
