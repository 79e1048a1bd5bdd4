import { kernelBytes } from './kernel-bytes.ts'

/** What `assembly/index.ts` exports. */
type Exports = { look(length: number): number; wasAscii(): number }

/** What of WebAssembly's JavaScript interface is used; the types of Node do not have it. */
type Interface = {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: { env: { memory: { buffer: ArrayBuffer } } }) => { readonly exports: object }
  Memory: new (pages: { initial: number; maximum: number }) => { buffer: ArrayBuffer }
}

/** `group`: how many bytes are looked at together, of which the first may be anywhere. */
export type TextKernel = {
  /**
   * Looks at bytes, at most `mostBytes`, to the first group with a control byte that text does not have. Returns where that
   * group begins, not less than their number where there is none, and whether all are below 0x80.
   */
  look(bytes: Uint8Array): { group: number; isAscii: boolean }
}

export const group = 64
export const mostBytes = 256 * 1024
const pageBytes = 64 * 1024
const space = 0x20

/** Undefined: this machine has no SIMD for it. */
export function openTextKernel(): TextKernel | undefined {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: Interface }
  const wasm = Buffer.from(kernelBytes, 'base64')
  if (!WebAssembly.validate(wasm)) return undefined
  const pages = (mostBytes + pageBytes) / pageBytes
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } })
  const { look, wasAscii } = exports as Exports
  const block = new Uint8Array(memory.buffer)
  return {
    look(bytes) {
      block.set(bytes)
      block.fill(space, bytes.length, bytes.length + group)
      return { group: look(bytes.length), isAscii: wasAscii() === 1 }
    },
  }
}
