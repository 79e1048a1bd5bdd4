import type { Input } from './engine.ts'
import { nothing, type Step, type Stepper } from './stepper.ts'

/** Large, so that waiting for another thread, which may have fallen asleep, costs little beside looking at it. */
const aheadBytes = 1024 * 1024

/** A step that was begun. It never rejects, since nobody may be waiting yet when it fails. */
type Begun = Promise<{ step: Step } | { error: unknown }>

/**
 * Goes on decoding a stream, from `rest` on, in a thread of Node's pool: while what is yielded is looked at, the next part is made in
 * a second buffer. Where no core is to spare any more that part is made here, before the other one is looked at. Memory: two buffers. The next input is asked for when the one before is used up, before its last
 * output is yielded; what fails is thrown after all output before it.
 */
export async function* driveAhead(
  stepper: Stepper,
  hasSpareCore: () => boolean,
  rest: Uint8Array,
  isEnd: boolean,
  input: Input,
  giveBack: (rest: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  let output = Buffer.allocUnsafeSlow(aheadBytes)
  let other = Buffer.allocUnsafeSlow(aheadBytes)
  let ended = isEnd
  let work: Begun | undefined
  const here = async (bytes: Uint8Array): Promise<Step> => stepper.step(bytes, ended, output, 0)
  const begin = (bytes: Uint8Array): void => {
    work = begun(hasSpareCore() ? stepper.ahead(bytes, ended, output) : here(bytes))
  }
  async function beginNext(): Promise<unknown> {
    try {
      const chunk = await input()
      ended = chunk === undefined
      begin(chunk ?? nothing)
      return undefined
    } catch (error) {
      return error ?? new Error('input: expected an error')
    }
  }
  try {
    begin(rest)
    while (work !== undefined) {
      const done = await work
      work = undefined
      if ('error' in done) throw done.error
      const { produced, rest: left, isFull } = done.step
      const made = output.subarray(0, produced)
      ;[output, other] = [other, output]
      let failure: unknown
      if (isFull) begin(left)
      else if (left.length === 0 && !ended) failure = await beginNext()
      if (produced > 0) yield made
      if (failure !== undefined) throw failure
      if (work === undefined && left.length > 0) giveBack(left)
    }
  } finally {
    // Nobody writes to memory that was given up.
    await work
  }
}

function begun(step: Promise<Step>): Begun {
  return step.then(
    (step) => ({ step }),
    (error: unknown) => ({ error }),
  )
}
