/** What of WebAssembly's JavaScript interface is used; the types of Node do not have it. */
type Interface = {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => Module
  Instance: new (module: Module, imports: { env: { memory: Memory } }) => { readonly exports: object }
  Memory: new (pages: { initial: number; maximum: number }) => Memory
}

/** Code that was compiled, without a memory. */
type Module = { readonly kind?: 'module' }
type Memory = { readonly buffer: ArrayBuffer }

const webAssembly = (globalThis as unknown as { WebAssembly: Interface }).WebAssembly

/** Bytes of a page, of which a memory is made. */
export const pageBytes = 64 * 1024

/** Each kernel is compiled once in a thread. */
const modules = new Map<string, Module | 'none'>()

/**
 * A kernel (`kernelBytes`, in base64) with a memory of its own. Undefined: this machine has no SIMD for it, or not so much memory in one piece.
 */
export function openModule<Exports>(
  kernelBytes: string,
  pages: number,
): { exports: Exports; buffer: ArrayBuffer } | undefined {
  const module = modules.get(kernelBytes) ?? compile(kernelBytes)
  modules.set(kernelBytes, module)
  const memory = module === 'none' ? undefined : allocate(pages)
  if (module === 'none' || memory === undefined) return undefined
  const { exports } = new webAssembly.Instance(module, { env: { memory } })
  return { exports: exports as Exports, buffer: memory.buffer }
}

function compile(kernelBytes: string): Module | 'none' {
  const bytes = Buffer.from(kernelBytes, 'base64')
  return webAssembly.validate(bytes) ? new webAssembly.Module(bytes) : 'none'
}

function allocate(pages: number): Memory | undefined {
  try {
    return new webAssembly.Memory({ initial: pages, maximum: pages })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
