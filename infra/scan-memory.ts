/** @throws Error when a stage's `scanMemory`, in MB, is less than scanning takes or more than a function can have */
export function checkScanMemory(given: string): void {
  const memory = /^\d+$/.test(given) ? Number(given) : 0
  if (memory < 576 || memory > 10_240) throw new Error(`scanMemory: expected 576 to 10240, in MB, got ${given}`)
}
