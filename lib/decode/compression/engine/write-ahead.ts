import { promisify } from 'node:util'
import { createInflateRaw, deflateRawSync, inflateRaw } from 'node:zlib'

/**
 * The handle of a zlib stream, which decodes in a thread of Node's pool and then calls `cb`, provided that its owner is gone: streams
 * that are in use it hands its output to. Since version 12 of Node that is asked of the handle's one property with a symbol.
 */
export type OwnedHandle = {
  write(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputLength: number,
    output: Uint8Array,
    outputAt: number,
    outputLength: number,
  ): void
  cb?: () => void
}
type Owned = OwnedHandle & Record<symbol, unknown>
type Owner = { readonly _writeState?: unknown }

/** Begins a write and waits until it is done, or has told its failure. Until then the stream is not the handle's owner. */
export async function waitFor(stream: object, handle: OwnedHandle, begin: () => void): Promise<void> {
  const owned = handle as Owned
  const owner = ownerSymbolOf(stream, owned)
  if (owner === undefined) throw new Error('zlib: expected a handle with an owner')
  owned[owner] = { destroyed: true, _writeState: (stream as Owner)._writeState }
  try {
    await new Promise<void>((resolve) => {
      handle.cb = resolve
      begin()
    })
  } finally {
    delete handle.cb
    owned[owner] = stream
  }
}

const ownerSymbolOf = (stream: object, handle: Owned) =>
  Object.getOwnPropertySymbols(handle).find((symbol) => handle[symbol] === stream)

let usable: Promise<boolean> | undefined

/** Whether a handle does what is relied on: tried once. */
export function canGoAhead(): Promise<boolean> {
  usable ??= isUsable()
  return usable
}

const rounds = 10_000

async function isUsable(): Promise<boolean> {
  const text = Buffer.from('ahead '.repeat(9))
  const stored = deflateRawSync(text)
  const output = Buffer.alloc(text.length + 1)
  const stream = createInflateRaw() as object as { _handle?: Owned; destroy(): void }
  const handle = stream._handle
  if (typeof handle?.write !== 'function' || ownerSymbolOf(stream, handle) === undefined) return false
  let isDone = false
  const done = waitFor(stream, handle, () => handle.write(0, stored, 0, stored.length, output, 0, output.length))
  void done.then(
    () => {
      isDone = true
    },
    () => {},
  )
  // A handle that never answers is told by others that do.
  for (let round = 0; round < rounds && !isDone; round++) await promisify(inflateRaw)(stored)
  if (!isDone) return false
  stream.destroy()
  return output.subarray(0, text.length).equals(text)
}
