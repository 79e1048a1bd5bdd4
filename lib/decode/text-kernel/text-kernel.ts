import { kernelBytes } from './kernel-bytes.ts'

/** What `assembly/index.ts` exports. */
type Exports = {
  look(length: number, shortest: number): number
  firstControl(): number
  wasAscii(): number
}

/** What of WebAssembly's JavaScript interface is used; the types of Node do not have it. */
type Interface = {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: { env: { memory: { buffer: ArrayBuffer } } }) => { readonly exports: object }
  Memory: new (pages: { initial: number; maximum: number }) => { buffer: ArrayBuffer }
}

/**
 * What one pass over some bytes saw. `group`: where the first `group` bytes begin that have a control byte that text does not
 * have; not less than their number where there is none. `runs`: from and to of each run of at least `shortestRun` letters, digits and signs of base64, of a backslash or a percent
 * sign, ascending.
 */
export type Survey = {
  readonly group: number
  readonly isAscii: boolean
  readonly runs: Int32Array
}

/** `runs` are overwritten by the next look at any bytes. */
export type TextKernel = { look(bytes: Uint8Array): Survey }

/** So many bytes are looked at together. */
export const group = 64
/** So many bytes are looked at at once, at most. */
export const mostBytes = 256 * 1024
/** From 48 to 64. */
export const shortestRun = 48
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
  const { look, firstControl, wasAscii } = exports as Exports
  const block = new Uint8Array(memory.buffer)
  const runs = new Int32Array(memory.buffer, mostBytes + group)
  return {
    look(bytes) {
      block.set(bytes)
      block.fill(space, bytes.length, bytes.length + group)
      const count = look(bytes.length, shortestRun)
      return {
        group: firstControl(),
        isAscii: wasAscii() === 1,
        runs: runs.subarray(0, 2 * count),
      }
    },
  }
}
