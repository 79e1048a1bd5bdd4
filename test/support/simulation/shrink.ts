import { type Beginning, type History, liveThrough } from './history.ts'

/** The rare things without which a seed has no problem any more, and the problems that it has with these alone. */
export async function shrink(
  beginning: Beginning,
  { happened, problems }: History,
): Promise<{ happened: string[]; problems: string[] }> {
  let least = { happened, problems }
  for (let size = Math.ceil(happened.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < least.happened.length; ) {
      const fewer = least.happened.toSpliced(from, size)
      const history = await liveThrough(beginning, new Set(fewer))
      if (history.problems.length === 0) from += size
      else least = { happened: fewer, problems: history.problems }
    }
  return least
}
