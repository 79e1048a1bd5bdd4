type Words = Uint8Array | Uint32Array | Int32Array

/**
 * Memory that is used again and again: what is handed out holds anything, and is the next one's as well. Fresh memory for each
 * of many partitions would pile up until the collector comes.
 */
export function createScratch<W extends Words>(make: (length: number) => W): (length: number) => W {
  let words = make(0)
  return (length) => {
    // Partitions are of about the same size: a little more than the first will do for most.
    if (words.length < length) words = make(Math.ceil(length * 1.05))
    return words.subarray(0, length) as W
  }
}
