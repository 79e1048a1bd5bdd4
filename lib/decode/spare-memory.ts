/** Memory of somebody, until it is given back; doing so twice is once, whoever has it by then. */
export type Spare = { readonly memory: Buffer<ArrayBuffer>; giveBack(): void }

/**
 * Memory of one size, in which contents are read one after the other: fresh memory for each of many small ones takes longer than to read them.
 * In it is what others left. It is given back when nobody looks any more at what was yielded of it.
 */
export function spareMemory(bytes: number): () => Spare {
  const spare: Buffer<ArrayBuffer>[] = []
  return () => {
    const memory = spare.pop() ?? Buffer.allocUnsafeSlow(bytes)
    let isTaken = true
    return {
      memory,
      giveBack() {
        if (isTaken) spare.push(memory)
        isTaken = false
      },
    }
  }
}
