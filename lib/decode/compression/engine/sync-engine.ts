import { constants, deflateRawSync, zstdCompressSync } from 'node:zlib'
import { spareMemory } from '../../spare-memory.ts'
import { driveAhead } from './drive-ahead.ts'
import { createStream, type Engine, type EngineKind, type Input, type Stream } from './engine.ts'
import { isOfDecoder, nothing, type Step, type Stepper } from './stepper.ts'
import { canGoAhead, type OwnedHandle, waitFor } from './write-ahead.ts'

/**
 * The decoders of `node:zlib` without their streams, which is 1.25 to 1.5 times as fast. This file and `write-ahead.ts` alone know of
 * Node's internals: `_handle.writeSync` and `_writeState` of a zlib stream. Whether they are there and do what they did is
 * tried once, with good, damaged and cut-off data; if not, nothing here is used, and streams decode.
 */
type Handle = OwnedHandle & {
  writeSync: OwnedHandle['write']
  reset(): void
  close(): void
  onerror: (message: string, errno: number, code: string) => void
}
/** After a write: free bytes of the output, unconsumed bytes of the input. */
type Internals = { _handle?: Partial<Handle>; _writeState?: Uint32Array }

const takeOutput = spareMemory(256 * 1024)
const smallest = 64
/** What one stream has made when it is worth decoding ahead. */
const muchOutput = 1024 * 1024

/**
 * Absent where Node's decoder is not as it is expected. `aheadFrom`: bytes of a stream behind which it is decoded ahead, as long as there is
 * a core for it.
 */
export function syncEngine(
  kind: EngineKind,
  hasSpareCore: () => boolean = () => false,
  aheadFrom = muchOutput,
): Engine | undefined {
  usable ??= isUsable()
  if (!usable) return undefined
  let stepper = createStepper(kind)
  if (stepper === undefined) return undefined
  const { memory: output, giveBack: giveOutputBack } = takeOutput()
  return {
    room: output,
    run: (input, giveBack) => drive(stepper!, output, { hasSpareCore, aheadFrom }, input, giveBack),
    whole(input, into, at, size) {
      const done = tryWhole(stepper!, input, into, at)
      const left = done === undefined ? 0 : input.length - done.consumed
      const isWhole = kind.name === 'zstd' ? left === 0 && done?.produced === size : left > 0
      if (done !== undefined && isWhole) return done
      stepper!.close()
      stepper = createStepper(kind)!
      return undefined
    },
    close() {
      stepper!.close()
      giveOutputBack()
    },
  }
}

/** Whether it is whole is for the caller to see: deflate that has ended leaves input, and of zstd the end is known before. */
function tryWhole(
  stepper: Stepper,
  input: Uint8Array,
  output: Uint8Array,
  at: number,
): { consumed: number; produced: number } | undefined {
  try {
    stepper.begin()
    const { produced, rest, isFull } = stepper.step(input, false, output, at)
    return isFull ? undefined : { consumed: input.length - rest.length, produced }
  } catch (error) {
    if (isOfDecoder(error)) return undefined
    throw error
  }
}

async function* drive(
  stepper: Stepper,
  output: Uint8Array,
  { hasSpareCore, aheadFrom }: { hasSpareCore: () => boolean; aheadFrom: number },
  input: Input,
  giveBack: (rest: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  stepper.begin()
  let produced = 0
  for (;;) {
    const chunk = await input()
    let rest = chunk ?? nothing
    for (let isFull = true; isFull; ) {
      if (produced >= aheadFrom && hasSpareCore() && (await canGoAhead())) {
        yield* driveAhead(stepper, hasSpareCore, rest, chunk === undefined, input, giveBack)
        return
      }
      const done = stepper.step(rest, chunk === undefined, output, 0)
      rest = done.rest
      isFull = done.isFull
      produced += done.produced
      if (done.produced > 0) yield output.subarray(0, done.produced)
    }
    if (rest.length > 0) giveBack(rest)
    if (rest.length > 0 || chunk === undefined) return
  }
}

function createStepper(kind: EngineKind): Stepper | undefined {
  const stream: Stream & Internals = createStream(kind, smallest)
  const { _handle: handle, _writeState: state } = stream
  const isHandle = typeof handle?.writeSync === 'function' && typeof handle.reset === 'function'
  if (!isHandle || !(state instanceof Uint32Array) || state.length !== 2) {
    stream.destroy()
    return undefined
  }
  return stepperOf(stream, handle as Handle, state, kind)
}

function stepperOf(stream: Stream, handle: Handle, state: Uint32Array, kind: EngineKind): Stepper {
  const isZstd = kind.name === 'zstd'
  const more = isZstd ? constants.ZSTD_e_continue : constants.Z_NO_FLUSH
  const finish = isZstd ? constants.ZSTD_e_end : constants.Z_FINISH
  let failure: Error | undefined
  let isUsed = false
  handle.onerror = (message, _errno, code) => {
    failure = Object.assign(new Error(message), { code })
    handle.cb?.()
  }

  function stepOf(input: Uint8Array, room: number): Step {
    if (failure !== undefined) throw failure
    const [free, left] = [state[0]!, state[1]!]
    if (free > room || left > input.length) throw new Error('zlib: expected counts within the buffers')
    return { produced: room - free, rest: input.subarray(input.length - left), isFull: free === 0 }
  }

  return {
    begin() {
      // The decoder of zstd begins with each frame by itself; a reset would lose its limit.
      if (isUsed && !isZstd) handle.reset()
      isUsed = true
    },
    step(input, isEnd, output, at) {
      state[0] = 0xffffffff
      handle.writeSync(isEnd ? finish : more, input, 0, input.length, output, at, output.length - at)
      return stepOf(input, output.length - at)
    },
    async ahead(input, isEnd, output) {
      state[0] = 0xffffffff
      const flush = isEnd ? finish : more
      await waitFor(stream, handle, () => handle.write(flush, input, 0, input.length, output, 0, output.length))
      return stepOf(input, output.length)
    },
    close: () => void stream.destroy(),
  }
}

let usable: boolean | undefined

/** Tries what is relied on: where a stream ends, that it can begin again, and that damage and a cut are errors. */
function isUsable(): boolean {
  const text = Buffer.from('tried once, tried twice, tried once more\n'.repeat(9))
  const flipped = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 20), Buffer.alloc(9, 0xff), bytes.subarray(29)])
  try {
    const deflated = deflateRawSync(text)
    const frame = zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
    const inflate: EngineKind = { name: 'inflate-raw' }
    const zstd: EngineKind = { name: 'zstd', windowLog: 27 }
    return (
      trial(inflate, [deflated, deflated], text) &&
      trial(zstd, [frame, frame], text) &&
      !trial(inflate, [flipped(deflated)], text) &&
      !trial(inflate, [deflated.subarray(0, -1)], text) &&
      !trial(zstd, [flipped(frame)], text)
    )
  } catch {
    return false
  }
}

/** Whether each stream, cut in two, gives the text; of deflate, which knows its end, also that it leaves what follows. */
function trial(kind: EngineKind, streams: readonly Buffer[], text: Buffer): boolean {
  const stepper = createStepper(kind)
  if (stepper === undefined) throw new Error('zlib: expected a handle')
  const after = Buffer.from('after')
  try {
    return streams.every((bytes) => {
      stepper.begin()
      const output = Buffer.alloc(text.length + 1)
      const first = stepper.step(bytes.subarray(0, 15), false, output, 0)
      if (first.rest.length > 0 || first.isFull) return false
      const isDeflate = kind.name === 'inflate-raw'
      const rest = bytes.subarray(15)
      const second = stepper.step(isDeflate ? Buffer.concat([rest, after]) : rest, false, output, first.produced)
      const last = stepper.step(nothing, true, output, first.produced + second.produced)
      const isSame = first.produced + second.produced === text.length && output.subarray(0, text.length).equals(text)
      return isSame && last.produced === 0 && after.subarray(0, isDeflate ? after.length : 0).equals(second.rest)
    })
  } catch (error) {
    if (isOfDecoder(error)) return false
    throw error
  } finally {
    stepper.close()
  }
}
