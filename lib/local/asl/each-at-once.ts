import { Interrupted } from './interrupted.ts'

/**
 * Works on items in order, at most `limit` at once, holding no more of them than these. After the first failure, or
 * when `stop` is aborted, no further item begins, those at work are told by their signal and waited for.
 * @throws the first failure @throws Interrupted when items were left because of `stop`
 */
export async function eachAtOnce<T>(
  items: Iterable<T>,
  limit: number,
  stop: AbortSignal,
  work: (item: T, index: number, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  const failing = new AbortController()
  const either = AbortSignal.any([stop, failing.signal])
  const iterator = items[Symbol.iterator]()
  let index = 0
  let exhausted = false
  let first: { error: unknown } | undefined

  const worker = async () => {
    while (!either.aborted && !exhausted) {
      try {
        const { done, value } = iterator.next()
        if (done) exhausted = true
        else await work(value, index++, either)
      } catch (error) {
        first ??= { error }
        failing.abort()
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  if (first !== undefined) throw first.error
  if (!exhausted) throw new Interrupted()
}
