import type { Run } from './numbers.ts'
import { cut, readVarint, readZigzag, type StreamBytes } from './stream-bytes.ts'

const shortestRun = 3

/** Decodes one run of version 1 from bytes that are at hand: a run of steps, or numbers one by one. */
export function nextRun1(stream: StreamBytes, isSigned: boolean, run: Run): void {
  const read = isSigned ? readZigzag : readVarint
  const control = stream.bytes[stream.at++]!
  if (control < 0x80) {
    const step = stream.bytes[stream.at++]
    if (step === undefined) throw cut()
    read(stream)
    run.isList = false
    run.low[0] = stream.low
    run.high[0] = stream.high
    run.stepLow = (step << 24) >> 24
    run.stepHigh = step >= 0x80 ? -1 : 0
    run.count = control + shortestRun
    return
  }
  const count = 0x100 - control
  for (let index = 0; index < count; index++) {
    read(stream)
    run.low[index] = stream.low
    run.high[index] = stream.high
  }
  run.isList = true
  run.count = count
}
