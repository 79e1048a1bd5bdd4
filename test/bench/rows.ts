import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'

export const sentence = 'the quick brown fox jumps over the lazy dog and keeps on running through the long grass'
export const digits = '0123456789'
export const letters = 'abcdefghijklmnopqrstuvwxyz'

/** Identifiers and rows of logs of events, the same ones for a seed each time. */
export function rowsOf(seed: number) {
  const next = seededRandom(seed)
  const below = (n: number) => Math.floor(next() * n)
  const from = (alphabet: string, length: number) => {
    let text = ''
    for (let at = 0; at < length; at++) text += alphabet[below(alphabet.length)]
    return text
  }
  const number = () => `${1 + below(9)}${from(digits, 16 + below(3))}`
  return {
    next,
    below,
    from,
    number,
    uuid: () => from('0123456789abcdef', 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    email: () => `${from(letters, 4 + below(8))}.${from(letters, 5)}@${from(letters, 6)}.com`,
    handle: () => `${from(letters, 5 + below(6))}_${from(digits, 4)}`,
    event: (id: () => string) => (own: string) =>
      `{"event_id":"${id()}","ts":"2026-03-${10 + below(20)}T12:${10 + below(50)}:07.123Z","user_id":"${own}","device":"${id()}",` +
      `"type":"video_view","payload":{"session":"${id()}","lang":"en","text":"${sentence}","dur":${below(997)},` +
      `"watch":0.${below(99)},"tags":["music","dance"],"url":"https://cdn.example.com/v/abc/def/ghi.mp4?x=12"}}\n`,
    csv: (own: string) => `${number()},2026-03-${10 + below(20)},${own},video_view,en,0.${below(99)},${number()}\n`,
  }
}

/** Bytes as a store hands them out. */
export async function* chunksOf(bytes: Buffer, size = 2 ** 20): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Processor time of this thread. */
export function secondsOf(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1e6
}
