/** What of WebAssembly's JavaScript interface is used; the types of Node do not have it. */
type Interface = {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => Module
  Instance: new (module: Module, imports: { env: { memory: Memory } }) => { readonly exports: object }
  Memory: new (pages: { initial: number; maximum: number }) => Memory
}

/** Code that was compiled, without a memory. */
export type Module = { readonly kind?: 'module' }
export type Memory = { readonly buffer: ArrayBuffer }

export const webAssembly = (globalThis as unknown as { WebAssembly: Interface }).WebAssembly

/** Undefined: there is not so much memory, or not so much of it in one piece. */
export function allocate(pages: number): Memory | undefined {
  try {
    return new webAssembly.Memory({ initial: pages, maximum: pages })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
