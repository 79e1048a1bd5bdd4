import { type Module, webAssembly } from '../../web-assembly.ts'
import { kernelBytes } from './kernel-bytes.ts'

let compiled: Module | undefined

/** The compiled kernel, the same for every index. Undefined: this machine has no SIMD for it. */
export function kernelModule(): Module | undefined {
  if (compiled !== undefined) return compiled
  const bytes = Buffer.from(kernelBytes, 'base64')
  if (!webAssembly.validate(bytes)) return undefined
  compiled = new webAssembly.Module(bytes)
  return compiled
}
