/**
 * Memory of one size, in which contents are read one after the other: fresh memory for each of many small ones takes longer than to read them.
 * In it is what others left. It is given back when nobody looks any more at what was yielded of it; twice is once.
 */
export function spareMemory(bytes: number): {
  take(): Buffer<ArrayBuffer>
  giveBack(memory: Buffer<ArrayBuffer>): void
} {
  const spare: Buffer<ArrayBuffer>[] = []
  return {
    take: () => spare.pop() ?? Buffer.allocUnsafeSlow(bytes),
    giveBack(memory) {
      if (!spare.includes(memory)) spare.push(memory)
    },
  }
}
