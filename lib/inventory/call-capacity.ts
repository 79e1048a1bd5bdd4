/**
 * How much one call can read. A Lambda function ends after 15 minutes at the latest, and what does not fit into that has
 * to be cut, or read elsewhere. All rates are bytes of a second; where each is from:
 * - a Lambda's network brings 0.6 Gbit/s sustained, 75 MB/s;
 * - with the default forms on, usual text scans at 250 MB/s and more on one core of a busy server, JSON Lines and CSV at 900 MB/s and more
 *   (test/bench/results, 2026-11-26-forms-sieve), and a whole run takes 85 MB/s of a core with digests and all
 *   (2026-11-27-run-directory);
 * - a Lambda's processor of 1,769 MB is one virtual CPU; half of a server's core is assumed, so 42 MB/s.
 * Backups of text shrink to an eighth or so, and it is the decoded bytes that are scanned: 5 MB/s of stored ones.
 *
 * Text that is encoded from end to end is slower: 50 to 100 MB/s of a server's core where every line or character is escaped, 25 to
 * 160 MB/s where base64 or hexadecimal digits stand for text everywhere. A slice of that still fits into a call (1.5 MB/s will
 * do); a container may run out of time, and says so.
 */
const rates = { asIs: 42_000_000, container: 5_000_000 }

/** The time of a function (`timeout` of scanBatch in infra/functions.yml). */
export const functionSeconds = 900

/** For what is around reading: a cold start, an index of gigabytes, the controls, and the report. */
const marginSeconds = 180

/** What one slice holds at most: less than a minute's work, so a retry costs little. */
export const sliceBytes = 2 ** 30

/** Memory of a function, in MB, that comes with one whole virtual CPU; less has as much less of it, and scanning takes no more. */
export const wholeProcessor = 1769

/** What the decoders and one object take beside the index, in MB. */
const readingMemory = 400

/** Bytes of an object that are read as they are, or of a container, that fit into a call of so many seconds. `memory`: of the function, in MB. */
export function bytesInOneCall(content: keyof typeof rates, seconds: number, memory = wholeProcessor): number {
  return Math.floor(rates[content] * readingSeconds(seconds) * shareOf(memory))
}

/** Memory, in MB, of a function that scans with an index of so many entries, whose filter, 2.3 bytes each, it reads and lays out. */
export function memoryFor(entries: number): number {
  return readingMemory + Math.ceil((2 * 2.3 * entries) / 2 ** 20)
}

function shareOf(memory: number): number {
  return Math.min(1, memory / wholeProcessor)
}

/** Whether so many bytes can still be read in a function of which so many milliseconds have passed. */
export function isTimeFor(content: keyof typeof rates, bytes: number, passedMs: number): boolean {
  return bytes <= bytesInOneCall(content, functionSeconds - passedMs / 1000)
}

/** How long a call of so many seconds may read. */
export function readingSeconds(seconds: number): number {
  return Math.max(0, seconds - marginSeconds)
}
